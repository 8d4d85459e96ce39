#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/lean.h"
#include "base/memory.h"
#include "base/secret.h"
#include "kube/http_parts.h"

/* What never changes.  Off by itself, and left so: cookies, HSTS, alt-svc,
 * HTTP/0.9, compression. */
static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    /* over HTTP/2 a reply was seen cut short; and a token goes with each
     * request all the same: nghttp2 keeps no Authorization in its table
     * (lib/nghttp2_hd.c@v1.52.0, deflate_nv()) */
    { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
    { CURLOPT_NOSIGNAL, 1 },
    { CURLOPT_QUICK_EXIT, 1 }, /* a name that is being resolved */
    { CURLOPT_NETRC, CURL_NETRC_IGNORED },
    { CURLOPT_FOLLOWLOCATION, 0 },
    { CURLOPT_HEADEROPT, CURLHEADER_SEPARATE }, /* no token to a proxy */
    { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
    { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
    /* one that goes on skips the check of the certificate, and shows the
     * client's old one */
    { CURLOPT_SSL_SESSIONID_CACHE, 0 },
    { CURLOPT_TCP_KEEPALIVE, 1 },
    /* the API server closes after 90 s (pkg/server/secure_serving.go@apiserver
     * v0.34.1) */
    { CURLOPT_MAXAGE_CONN, 60 },
    { CURLOPT_BUFFERSIZE, 16 * 1024 },
    { CURLOPT_UPLOAD_BUFFERSIZE, 16 * 1024 },
};

const char *http_text(struct buf *b)
{
    buf_char(b, '\0');
    return b->failed ? NULL : b->bytes;
}

bool http_took(CURLcode result)
{
    if (result == CURLE_OUT_OF_MEMORY)
        memory_miss();
    return result == CURLE_OK;
}

static bool refuse(struct cluster_why *why, const char *text)
{
    snprintf(why->text, sizeof why->text, "%s", text);
    why->errnum = 0;
    return false;
}

/* Only libcurl's own words for the option: what it is set to may be secret. */
static bool set(struct http *h, CURLoption option, const char *text,
                struct cluster_why *why)
{
    const struct curl_easyoption *known = curl_easy_option_by_id(option);
    CURLcode result = curl_easy_setopt(h->easy, option, text);

    if (http_took(result))
        return true;
    snprintf(why->text, sizeof why->text, "libcurl %s does not take %s: %s",
             curl_version_info(CURLVERSION_NOW)->version,
             known != NULL ? known->name : "an option",
             curl_easy_strerror(result));
    why->errnum = result == CURLE_OUT_OF_MEMORY ? ENOMEM : 0;
    return false;
}

static bool set_numbers(struct http *h, struct cluster_why *why)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!http_took(curl_easy_setopt(h->easy, numbers[i].option,
                                        numbers[i].value))) {
            snprintf(why->text, sizeof why->text,
                     "libcurl %s cannot do what is needed (%s)",
                     curl_version_info(CURLVERSION_NOW)->version,
                     curl_easy_option_by_id(numbers[i].option)->name);
            return false;
        }
    return true;
}

/* With GnuTLS libcurl 7.88 takes no certificates out of memory. */
static bool set_trust(struct http *h, struct cluster_why *why)
{
    long verify = !h->cluster->insecure;

    if (http_took(curl_easy_setopt(h->easy, CURLOPT_SSL_VERIFYPEER, verify)) &&
        http_took(
            curl_easy_setopt(h->easy, CURLOPT_SSL_VERIFYHOST, 2 * verify)) &&
        http_took(curl_easy_setopt(h->easy, CURLOPT_CAINFO_BLOB, NULL)) &&
        (!verify || http_ca_set(h)))
        return true;
    snprintf(why->text, sizeof why->text,
             "libcurl with %s cannot check the server's certificate as is "
             "needed; with OpenSSL it can",
             curl_version_info(CURLVERSION_NOW)->ssl_version);
    return false;
}

/* The proxy; a name behind one of socks5:// is resolved by the proxy, as in
 * client-go (golang.org/x/net/internal/socks). */
static bool set_proxy(struct http *h, struct cluster_why *why)
{
    static const char socks[] = "socks5://";
    const char *proxy = h->cluster->proxy;
    size_t n = sizeof socks - 1;

    if (proxy == NULL)
        return true;
    if (strncasecmp(proxy, socks, n) == 0) {
        if (!secret_reserve(&h->proxy)) /* it may have a password */
            return cluster_no_memory(why);
        secret_clear(&h->proxy);
        buf_str(&h->proxy, "socks5h://");
        buf_str(&h->proxy, proxy + n);
        proxy = http_text(&h->proxy);
        if (proxy == NULL)
            return refuse(why, "the URL of the proxy is too long");
    }
    return set(h, CURLOPT_PROXY, proxy, why) &&
           set(h, CURLOPT_NOPROXY, *proxy == '\0' ? "*" : "", why);
}

/* Whether libcurl did something with a URL; that it had no memory is noted. */
static bool done(CURLUcode result)
{
    if (result == CURLUE_OUT_OF_MEMORY)
        memory_miss();
    return result == CURLUE_OK;
}

/* A part of the server's URL; what is missing is "". */
static void add_part(struct buf *b, CURLU *url, CURLUPart part, unsigned flags)
{
    CURLUcode result;
    char *text;

    result = curl_url_get(url, part, &text, flags);
    if (result == CURLUE_OUT_OF_MEMORY) /* then it is not missing, but lost */
        b->failed = true;
    if (!done(result))
        return;
    buf_str(b, text);
    curl_free(text);
}

/* tls-server-name: the URL has that name, for SNI and the check of the
 * certificate; it leads to where the server is, and Host says that too. */
static bool take_name(struct http *h, CURLU *url)
{
    const char *name = h->cluster->tls_server_name;
    struct buf *to = &h->connect_to_text;

    if (name == NULL || *name == '\0' || !h->secure)
        return true;
    add_part(&h->host, url, CURLUPART_HOST, 0);
    if (h->host.len > 0) {
        size_t len = h->host.len;

        buf_char(&h->host, ':');
        add_part(&h->host, url, CURLUPART_PORT, 0);
        if (h->host.len == len + 1) /* the usual port */
            h->host.len = len;
    }
    buf_str(to, name);
    buf_char(to, ':');
    add_part(to, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    buf_char(to, ':');
    add_part(to, url, CURLUPART_HOST, 0);
    buf_char(to, ':');
    add_part(to, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    h->connect_to.data = (char *)(uintptr_t)http_text(to);
    return done(curl_url_set(url, CURLUPART_HOST, name, 0)) &&
           h->connect_to.data != NULL && !h->host.failed;
}

static bool take_server(struct http *h, CURLU *url, struct cluster_why *why)
{
    char *scheme;
    bool plain;

    if (!done(curl_url_set(url, CURLUPART_URL, h->cluster->server,
                           CURLU_DISALLOW_USER)) ||
        !done(curl_url_get(url, CURLUPART_SCHEME, &scheme, 0)))
        return refuse(why, "the server's address is no URL that can be used "
                           "(one with a user's name in it cannot)");
    h->secure = strcmp(scheme, "https") == 0;
    plain = strcmp(scheme, "http") == 0;
    curl_free(scheme);
    if (!h->secure && !plain)
        return refuse(why, "the server's URL is neither https:// nor http://");
    if (!take_name(h, url))
        return refuse(why, "tls-server-name is no name of a server");
    add_part(&h->base, url, CURLUPART_URL, 0);
    while (h->base.len > 0 && h->base.bytes[h->base.len - 1] == '/')
        h->base.len--;
    if (h->base.failed || h->base.len == 0)
        return refuse(why, "the server's URL is too long");
    return true;
}

static bool set_server(struct http *h, struct cluster_why *why)
{
    CURLU *url = curl_url();
    bool good;

    if (url == NULL)
        return cluster_no_memory(why);
    good = take_server(h, url, why);
    curl_url_cleanup(url);
    return good;
}

bool http_renew(struct http *h, struct cluster_why *why)
{
    CURL *easy = curl_easy_init();

    if (easy == NULL)
        return cluster_no_memory(why);
    curl_easy_cleanup(h->easy);
    h->easy = easy;
    if (set_numbers(h, why) && set_trust(h, why) && set_proxy(h, why) &&
        set(h, CURLOPT_PROTOCOLS_STR, h->secure ? "https" : "http", why) &&
        set(h, CURLOPT_USERAGENT, h->user_agent, why) &&
        (h->connect_to.data == NULL ||
         http_took(
             curl_easy_setopt(h->easy, CURLOPT_CONNECT_TO, &h->connect_to))))
        return true;
    /* then nothing is wrong with what was given */
    return memory_missed() ? cluster_no_memory(why) : false;
}

bool http_set_up(struct http *h, const char *user_agent,
                 struct cluster_why *why)
{
    if (h->multi == NULL || h->ca.failed)
        return cluster_no_memory(why);
    h->user_agent = user_agent;
    if (set_server(h, why))
        return http_renew(h, why);
    return memory_missed() ? cluster_no_memory(why) : false;
}

struct http *http_open(const struct cluster *cluster, const char *user_agent,
                       struct cluster_why *why)
{
    struct http *h = calloc(1, sizeof *h);

    lean_libraries();
    if (h == NULL || !http_begin_libcurl()) {
        free(h);
        refuse(why, "libcurl does not start");
        why->errnum = ENOMEM;
        return NULL;
    }
    *h = (struct http){ .cluster = cluster,
                        .multi = curl_multi_init(),
                        .base = BUF_INIT(HTTP_URL_MAX),
                        .host = BUF_INIT(HTTP_LINE_MAX),
                        .connect_to_text = BUF_INIT(HTTP_LINE_MAX),
                        .proxy = BUF_INIT(HTTP_URL_MAX),
                        .ca = BUF_INIT(CLUSTER_PEM_MAX),
                        .url = BUF_INIT(HTTP_URL_MAX),
                        .reply.body = BUF_INIT(HTTP_REPLY_MAX),
                        .told = true };
    for (int i = 0; i < HTTP_HEADER_COUNT; i++)
        h->line[i] =
            BUF_INIT(i == HTTP_AUTHORIZATION ? CLUSTER_TOKEN_MAX + HTTP_LINE_MAX
                                             : HTTP_LINE_MAX);
    buf_add(&h->ca, cluster->ca.bytes, cluster->ca.len);
    if (http_set_up(h, user_agent, why)) {
        lean_libraries();
        return h;
    }
    http_close(h);
    return NULL;
}
