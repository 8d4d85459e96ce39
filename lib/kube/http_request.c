#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/shown.h"
#include "kube/http_parts.h"

static size_t take_body(char *bytes, size_t one, size_t count, void *arg)
{
    struct http *h = arg;
    size_t n = one * count;

    buf_add(&h->reply.body, bytes, n);
    return h->reply.body.failed ? 0 : n;
}

/* Keeps the text of the first warning: Warning: 299 - "unknown field ...", with
 * backslashes before quotes (apimachinery pkg/util/net/http.go@v0.34.1). */
static void take_warning(struct http *h, const char *bytes, size_t n)
{
    static const char name[] = "Warning:";
    const char *begin = memchr(bytes, '"', n), *end = memrchr(bytes, '"', n);
    char text[HTTP_WHY_MAX];
    size_t len = 0;

    if (n < sizeof name || strncasecmp(bytes, name, sizeof name - 1) != 0 ||
        begin == end || h->reply.warning[0] != '\0')
        return;
    while (++begin < end && len < sizeof text)
        if (*begin != '\\' || begin[1] == '\\')
            text[len++] = *begin;
    (void)shown(h->reply.warning, sizeof h->reply.warning, text, len);
}

static size_t take_header(char *bytes, size_t one, size_t count, void *arg)
{
    struct http *h = arg;
    size_t n = one * count;

    if (n >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        h->header_ended = false;
    else if (n <= 2)
        h->header_ended = true; /* the empty line */
    take_warning(h, bytes, n);
    h->header_count++;
    h->header_bytes += n;
    return h->header_count <= HTTP_HEADERS_MAX &&
                   h->header_bytes <= HTTP_HEADER_BYTES_MAX
               ? n
               : 0;
}

/* Sets one header; without a value libcurl leaves out its own. */
static bool put_header(struct http *h, enum http_header which, const char *name,
                       const char *value, size_t len)
{
    struct buf *line = &h->line[which];

    secret_clear(line);
    buf_str(line, name);
    buf_add(line, value, len);
    h->header[which].data = (char *)(uintptr_t)http_text(line);
    return h->header[which].data != NULL;
}

static bool set_headers(struct http *h, const struct http_request *request,
                        const struct buf *token)
{
    static const char bearer[] = "Authorization: Bearer ";
    struct curl_slist *first = NULL;
    bool good;

    for (int i = 0; i < HTTP_HEADER_COUNT; i++)
        h->header[i] = (struct curl_slist){ 0 };
    good = put_header(h, HTTP_ACCEPT, "Accept: ", request->accept,
                      strlen(request->accept)) &&
           put_header(h, HTTP_EXPECT, "Expect:", "", 0);
    if (good && request->content_type != NULL)
        good = put_header(h, HTTP_CONTENT_TYPE,
                          "Content-Type: ", request->content_type,
                          strlen(request->content_type));
    if (good && h->host.len > 0)
        good = put_header(h, HTTP_HOST, "Host: ", h->host.bytes, h->host.len);
    if (good && token != NULL && token->len > 0)
        good =
            secret_reserve(&h->line[HTTP_AUTHORIZATION]) &&
            put_header(h, HTTP_AUTHORIZATION, bearer, token->bytes, token->len);
    for (int i = 0; i < HTTP_HEADER_COUNT; i++)
        if (h->header[i].data != NULL) {
            h->header[i].next = first;
            first = &h->header[i];
        }
    return good &&
           curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, first) == CURLE_OK;
}

static bool set_blob(struct http *h, CURLoption option, const struct buf *pem)
{
    struct curl_blob blob = { pem->bytes, pem->len, CURL_BLOB_NOCOPY };

    return curl_easy_setopt(h->easy, option, pem->len > 0 ? &blob : NULL) ==
           CURLE_OK;
}

/* What curl_easy_setopt() needs to know of any handle, each time: a body of
 * the request before must not come again. */
static bool set_body(struct http *h, const struct http_request *request)
{
    CURL *easy = h->easy;

    if (curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) != CURLE_OK)
        return false;
    if (request->content_type != NULL &&
        (curl_easy_setopt(easy, CURLOPT_POST, 1L) != CURLE_OK ||
         curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                          (curl_off_t)request->len) != CURLE_OK ||
         curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                          request->len > 0 ? request->body : "") != CURLE_OK))
        return false;
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) ==
           CURLE_OK;
}

static long milliseconds(int64_t ns)
{
    int64_t ms = ns / (CLOCK_SECOND / 1000);

    return ms < 1 ? 1 : ms > INT_MAX ? INT_MAX : (long)ms;
}

static bool set_place(struct http *h, const struct http_request *request)
{
    CURL *easy = h->easy;

    buf_clear(&h->url);
    buf_add(&h->url, h->base.bytes, h->base.len);
    buf_str(&h->url, request->path);
    return http_text(&h->url) != NULL &&
           curl_easy_setopt(easy, CURLOPT_URL, h->url.bytes) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                            milliseconds(request->connect_timeout)) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                            milliseconds(request->timeout)) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, h) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, h) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->error) == CURLE_OK &&
           set_body(h, request);
}

/* Credentials go over TLS only (client-go tools/clientcmd/client_config.go
 * @v0.34.1, ClientConfig()). */
static bool set_credentials(struct http *h, const struct http_request *request,
                            const struct credentials *credentials)
{
    if (!h->secure || credentials == NULL)
        return set_headers(h, request, NULL);
    return set_headers(h, request, &credentials->token) &&
           set_blob(h, CURLOPT_SSLCERT_BLOB, &credentials->cert) &&
           set_blob(h, CURLOPT_SSLKEY_BLOB, &credentials->key);
}

bool http_set_request(struct http *h, const struct http_request *request,
                      const struct credentials *credentials)
{
    return set_place(h, request) && set_credentials(h, request, credentials);
}
