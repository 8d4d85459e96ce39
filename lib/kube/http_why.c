#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/shown.h"
#include "kube/http_parts.h"

/* How the reply's `why` begins, and whether libcurl's own words follow: never
 * where they may quote a URL, which of a proxy may hold a password. */
static const struct reason {
    CURLcode code;
    const char *words;
    enum { ALONE, WITH_SERVER, WITH_DETAIL } more;
    bool untrusted;
} reasons[] = {
    { CURLE_COULDNT_RESOLVE_HOST, "the server's name is not known", WITH_SERVER,
      false },
    { CURLE_COULDNT_RESOLVE_PROXY, "the proxy's name is not known", ALONE,
      false },
    { CURLE_COULDNT_CONNECT, "no connection", WITH_SERVER, false },
    { CURLE_PROXY, "the proxy refuses to connect", ALONE, false },
    { CURLE_PEER_FAILED_VERIFICATION, "the server's certificate is refused",
      WITH_DETAIL, true },
    { CURLE_SSL_ISSUER_ERROR, "the server's certificate is refused",
      WITH_DETAIL, true },
    { CURLE_SSL_CACERT_BADFILE,
      "the certificates of the cluster's authority cannot be read", WITH_DETAIL,
      true },
    { CURLE_SSL_CERTPROBLEM, "our client certificate cannot be used",
      WITH_DETAIL, false },
    { CURLE_SSL_CONNECT_ERROR, "no TLS with the server", WITH_DETAIL, false },
    { CURLE_SSL_CIPHER, "no TLS with the server", WITH_DETAIL, false },
    { CURLE_GOT_NOTHING, "the server closed the connection without a reply",
      ALONE, false },
    { CURLE_PARTIAL_FILE, "the connection ended within the reply", ALONE,
      false },
    { CURLE_SEND_ERROR, "the connection broke", WITH_DETAIL, false },
    { CURLE_RECV_ERROR, "the connection broke", WITH_DETAIL, false },
    { CURLE_WEIRD_SERVER_REPLY, "the answer is not HTTP", ALONE, false },
    { CURLE_UNSUPPORTED_PROTOCOL, "the answer is not HTTP", ALONE, false },
    { CURLE_BAD_CONTENT_ENCODING, "the answer is not HTTP", ALONE, false },
    { CURLE_OUT_OF_MEMORY, "no memory", ALONE, false },
};

/* CURLE_TOO_LARGE, which libcurl has since 8.6. */
enum { TOO_LARGE = 100 };

static double seconds(int64_t ns)
{
    return (double)ns / (double)CLOCK_SECOND;
}

/* What may stand between us and the server: it may be that which nothing
 * connects to.  (libcurl tells whether a proxy was used since 8.7 only.) */
static const char *proxy_of(const struct http *h)
{
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY",
                                         "all_proxy", "ALL_PROXY" };
    const char *proxy = h->cluster->proxy;

    if (proxy != NULL)
        return *proxy != '\0' ? ", through its proxy-url" : "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        proxy = getenv(names[i]);
        if (proxy != NULL && *proxy != '\0')
            return ", or the proxy of HTTPS_PROXY";
    }
    return "";
}

static void explain_timeout(struct http *h)
{
    struct http_reply *reply = &h->reply;
    curl_off_t sent = 0;

    (void)curl_easy_getinfo(h->easy, CURLINFO_PRETRANSFER_TIME_T, &sent);
    if (sent == 0)
        snprintf(reply->why, sizeof reply->why,
                 "no connection within %.4g s (%s%s)",
                 seconds(h->request->connect_timeout < h->request->timeout
                             ? h->request->connect_timeout
                             : h->request->timeout),
                 h->cluster->server, proxy_of(h));
    else
        snprintf(reply->why, sizeof reply->why, "no %s within %.4g s",
                 h->header_count > 0 ? "complete reply" : "reply",
                 seconds(h->request->timeout));
}

static void explain_size(struct http_reply *reply, bool header)
{
    reply->too_large = true;
    if (header)
        snprintf(reply->why, sizeof reply->why,
                 "the reply has too many headers");
    else
        snprintf(reply->why, sizeof reply->why,
                 "the reply is larger than %d MiB",
                 HTTP_REPLY_MAX / 1024 / 1024);
}

/* What libcurl says, without what its users need not know. */
static const char *heart(const char *error, size_t *len)
{
    static const char *const needless[] = { "SSL certificate problem: ",
                                            "SSL: ", "SSL routines::" };

    for (size_t i = 0; i < sizeof needless / sizeof *needless; i++) {
        const char *found = strstr(error, needless[i]);

        if (found != NULL)
            error = found + strlen(needless[i]);
    }
    *len = strlen(error);
    while (*len > 0 && strchr(". ", error[*len - 1]) != NULL)
        --*len;
    return error;
}

/* What stands behind the words: the system's word for the error, or
 * libcurl's. */
static void put_detail(struct http *h, const struct reason *reason, size_t at)
{
    char *out = h->reply.why + at;
    size_t room = sizeof h->reply.why - at, len;
    const char *error = heart(h->error, &len);
    long number = 0;

    (void)curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &number);
    if (reason->more == WITH_SERVER && number != 0)
        snprintf(out, room, " (%s%s): %s", h->cluster->server, proxy_of(h),
                 strerror((int)number));
    else if (reason->more == WITH_SERVER)
        snprintf(out, room, " (%s%s)", h->cluster->server, proxy_of(h));
    if (reason->more == WITH_DETAIL && len > 0 && room > 8) {
        memcpy(out, ": ", 2);
        shown(out + 2, room - 2, error, len);
    }
}

void http_explain(struct http *h, CURLcode result)
{
    struct http_reply *reply = &h->reply;
    size_t count = sizeof reasons / sizeof *reasons, i = 0;
    long proxy_said = 0;

    (void)curl_easy_getinfo(h->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_said);
    while (i < count && reasons[i].code != result)
        i++;
    reply->timed_out = result == CURLE_OPERATION_TIMEDOUT;
    if (reply->timed_out) {
        explain_timeout(h);
    } else if (result == CURLE_WRITE_ERROR && reply->body.failed &&
               reply->body.room < reply->body.ceiling) {
        snprintf(reply->why, sizeof reply->why, "no memory for the reply");
    } else if (result == CURLE_WRITE_ERROR || (int)result == TOO_LARGE) {
        explain_size(reply, !reply->body.failed);
    } else if (proxy_said >= 300) {
        snprintf(reply->why, sizeof reply->why,
                 "the proxy refuses to connect: it answered %ld", proxy_said);
    } else if (i == count) {
        shown(reply->why, sizeof reply->why, curl_easy_strerror(result),
              strlen(curl_easy_strerror(result)));
    } else {
        size_t len = strlen(reasons[i].words);

        memcpy(reply->why, reasons[i].words, len + 1);
        reply->untrusted = reasons[i].untrusted;
        put_detail(h, &reasons[i], len);
    }
}
