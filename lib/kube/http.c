#include "kube/http.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/secret.h"
#include "kube/http_parts.h"

enum { BODY_KEPT = 64 * 1024 }; /* a longer reply's memory is given back */

void http_close(struct http *h)
{
    if (h == NULL)
        return;
    http_cancel(h);
    curl_easy_cleanup(h->easy);
    curl_multi_cleanup(h->multi);
    for (int i = 0; i < HTTP_HEADER_COUNT; i++)
        secret_free(&h->line[i]);
    secret_free(&h->proxy);
    buf_free(&h->base);
    buf_free(&h->host);
    buf_free(&h->connect_to_text);
    buf_free(&h->ca);
    buf_free(&h->url);
    buf_free(&h->reply.body);
    free(h);
    curl_global_cleanup();
}

/* Closes the connection that is kept for the next request. */
static bool drop_connection(struct http *h)
{
    CURLM *other = curl_multi_init();

    if (other == NULL)
        return false;
    curl_multi_cleanup(h->multi);
    h->multi = other;
    return true;
}

static void reset_reply(struct http *h)
{
    struct buf body = h->reply.body;

    if (body.room > BODY_KEPT)
        buf_free(&body);
    buf_clear(&body);
    h->reply = (struct http_reply){ .body = body, .retry_after = -1 };
    h->header_count = h->header_bytes = 0;
    h->header_ended = false;
    h->error[0] = '\0';
}

/* --- its end */

static void end(struct http *h)
{
    (void)curl_multi_remove_handle(h->multi, h->easy);
    secret_clear(&h->line[HTTP_AUTHORIZATION]);
    h->busy = false;
    h->told = false;
}

static bool is_type(const char *type, const char *wanted)
{
    size_t n = strlen(wanted);

    return type != NULL && strncasecmp(type, wanted, n) == 0 &&
           (type[n] == '\0' || strchr("; \t", type[n]) != NULL);
}

/* The status of the reply, 0 for what is none: libcurl takes "HTTP/2 0", and
 * as many digits as there are. */
static int status_of(const struct http *h)
{
    long status = 0;

    (void)curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 100 && status <= 999 ? (int)status : 0;
}

static void take_reply(struct http *h)
{
    struct http_reply *reply = &h->reply;
    curl_off_t after = 0;
    const char *type = NULL;

    (void)curl_easy_getinfo(h->easy, CURLINFO_CONTENT_TYPE, &type);
    (void)curl_easy_getinfo(h->easy, CURLINFO_RETRY_AFTER, &after);
    reply->status = status_of(h);
    reply->json = is_type(type, "application/json");
    reply->proto = is_type(type, "application/vnd.kubernetes.protobuf");
    if (after > 0) /* libcurl says 0 where there is none that it can read */
        reply->retry_after =
            after < HTTP_RETRY_AFTER_MAX ? after : HTTP_RETRY_AFTER_MAX;
}

/* Looks whether the request has ended. */
static void look(struct http *h)
{
    const CURLMsg *message;
    int more;

    while (h->busy &&
           (message = curl_multi_info_read(h->multi, &more)) != NULL) {
        CURLcode result = message->data.result;

        if (message->msg != CURLMSG_DONE)
            continue;
        if (result == CURLE_OK && !h->header_ended) /* for libcurl that is all
                                                       of the reply */
            result = CURLE_PARTIAL_FILE;
        if (result == CURLE_OK && status_of(h) == 0)
            result = CURLE_WEIRD_SERVER_REPLY;
        if (result == CURLE_OK)
            take_reply(h);
        else
            http_explain(h, result);
        if (result != CURLE_OK)
            buf_clear(&h->reply.body);
        http_hide_token(h);
        if (h->reply.untrusted) /* the authorities are read in any case */
            h->ca_watch = (struct watch){ 0 };
        end(h);
    }
}

/* False with errno set. */
static bool is_good(CURLMcode result)
{
    if (result == CURLM_OK)
        return true;
    errno = result == CURLM_OUT_OF_MEMORY ? ENOMEM : EIO;
    return false;
}

/* Does what can be done without waiting; false with errno set. */
static bool advance(struct http *h)
{
    int running;

    if (!h->busy)
        return true;
    if (!is_good(curl_multi_perform(h->multi, &running)))
        return false;
    look(h);
    return true;
}

static bool has_space(const struct buf *token)
{
    for (size_t i = 0; i < token->len; i++)
        if ((unsigned char)token->bytes[i] <= ' ' || token->bytes[i] == 0x7F)
            return true;
    return false;
}

bool http_begin(struct http *h, const struct http_request *request,
                const struct credentials *credentials)
{
    bool others = http_ca_changed(h);
    struct cluster_why why;

    http_cancel(h);
    reset_reply(h);
    h->request = request;
    h->told = false;
    if (credentials != NULL && has_space(&credentials->token)) {
        snprintf(h->reply.why, sizeof h->reply.why,
                 "the token has a space or a control character in it");
        return true;
    }
    if ((others || (credentials != NULL && credentials->changed)) &&
        !drop_connection(h))
        return false;
    if (!http_renew(h, &why) || !http_set_request(h, request, credentials) ||
        curl_multi_add_handle(h->multi, h->easy) != CURLM_OK) {
        secret_clear(&h->line[HTTP_AUTHORIZATION]);
        return false;
    }
    h->busy = true;
    return advance(h);
}

void http_cancel(struct http *h)
{
    if (h->busy)
        end(h);
    h->told = true;
}

const struct http_reply *http_reply(struct http *h)
{
    if (h->busy)
        return NULL;
    h->told = true;
    return &h->reply;
}

/* --- waiting */

static short as_libcurl_says(short events)
{
    return (short)((events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                   (events & POLLPRI ? CURL_WAIT_POLLPRI : 0) |
                   (events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
}

static bool wait_and_advance(struct http *h, struct pollfd *extra,
                             unsigned count, int timeout_ms)
{
    struct curl_waitfd fds[HTTP_EXTRA_MAX];
    unsigned used = 0;

    if (count > HTTP_EXTRA_MAX) {
        errno = EINVAL;
        return false;
    }
    for (unsigned i = 0; i < count; i++)
        if (extra[i].fd >= 0)
            fds[used++] = (struct curl_waitfd){
                .fd = extra[i].fd, .events = as_libcurl_says(extra[i].events)
            };
    if (!h->busy && !h->told)
        timeout_ms = 0;
    if (!is_good(curl_multi_poll(h->multi, fds, used,
                                 timeout_ms < 0 ? INT_MAX : timeout_ms, NULL)))
        return false;
    /* libcurl passes POLLHUP and POLLERR over in silence */
    if (count > 0 && poll(extra, count, 0) < 0 && errno != EINTR)
        return false;
    return advance(h);
}

bool http_wait(struct http *h, struct pollfd *extra, unsigned count,
               int timeout_ms)
{
    enum { PAUSE_MS = 100 };
    int error;

    if (wait_and_advance(h, extra, count, timeout_ms))
        return true;
    error = errno;
    (void)poll(NULL, 0, PAUSE_MS); /* who tries again would do nothing else */
    errno = error;
    return false;
}
