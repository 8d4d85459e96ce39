/*
 * HTTP to one API server: libcurl's multi interface, one request at a time,
 * HTTP/1.1 over a connection that is kept.
 *
 * Nothing here waits but http_wait(), which also watches a descriptor of the
 * caller's (standard input), so that the input is read while a server does not
 * answer.  Only the cluster's own authorities are trusted; redirects are not
 * followed; the size of a reply has a ceiling.
 */
#ifndef KUBE_HTTP_H
#define KUBE_HTTP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "kube/cluster.h"
#include "kube/credentials.h"

enum {
    HTTP_REPLY_MAX = 4 * 1024 * 1024, /* above etcd's limit for an object */
    HTTP_WHY_MAX = 256,
    HTTP_EXTRA_MAX = 8 /* descriptors for http_wait() */
};

struct http_request {
    const char *method;       /* "GET", "PATCH", "POST" */
    const char *path;         /* behind the server's URL: "/apis/...?..." */
    const char *accept;       /* a media type */
    const char *content_type; /* of the body; NULL: no body */
    const char *body;         /* borrowed until the end */
    size_t len;
    int64_t connect_timeout, timeout; /* ns; the second from the beginning to
                                         the last byte of the reply */
};

struct http_reply {
    int status;          /* 200, ...; 0: no reply, and `why` says so */
    struct buf body;     /* valid until the next request */
    bool json;           /* by its Content-Type */
    bool proto;          /* or Kubernetes' kind of protobuf */
    int64_t retry_after; /* seconds, 1 to 3600, whether it came as a number or
                            as a date; -1: no header that can be read */
    char why[HTTP_WHY_MAX];     /* no control characters, no secret */
    char warning[HTTP_WHY_MAX]; /* the server's first, made fit to be shown */
    bool timed_out;             /* the request's time was over */
    bool untrusted;             /* the server's certificate was refused */
    bool too_large;             /* above HTTP_REPLY_MAX, or too many headers */
};

/* Whether the server did what was asked (2xx). */
static inline bool http_done(const struct http_reply *reply)
{
    return reply->status >= 200 && reply->status <= 299;
}

struct http; /* hides libcurl */

/* Opens a client of CLUSTER, which is borrowed; NULL with *WHY set where
 * libcurl cannot do what is needed, or the server's URL is of no use.
 * USER_AGENT must not begin with "curl": for that the API server indents its
 * replies (apiserver pkg/endpoints/handlers/responsewriters/writers.go
 * @v0.34.1, isPrettyPrint()).
 *
 * The proxy is CLUSTER's; where that says nothing, what https_proxy and
 * no_proxy say. */
struct http *http_open(const struct cluster *cluster, const char *user_agent,
                       struct cluster_why *why);

void http_close(struct http *h);

/* Begins REQUEST as CREDENTIALS say (NULL: as nobody; over http:// always as
 * nobody); both are borrowed until the request has ended, and one that is
 * still under way is given up.  False where there is no memory.
 *
 * An open connection is used again, unless the certificate that we show or the
 * file of the cluster's authorities is another than before: that file is
 * looked at before each request, which costs one system call. */
bool http_begin(struct http *h, const struct http_request *request,
                const struct credentials *credentials);

/* Waits until there is something to do for the request, one of the COUNT
 * descriptors EXTRA (HTTP_EXTRA_MAX at most; a negative one is passed over) is
 * ready, or TIMEOUT_MS have passed (-1: no limit), and does what can be done
 * for the request.  Sets each `revents` as poll(2) does.  Without a request,
 * or once its reply was seen, it waits for EXTRA only.  It may return early
 * with nothing ready.  False with errno set.
 *
 * A signal need not wake it: libcurl hides EINTR, and a name is resolved in
 * another thread, which may be the one that gets the signal.  So a handler
 * writes to a pipe that is among EXTRA (curl_multi_wakeup() is not among what
 * a handler may call). */
bool http_wait(struct http *h, struct pollfd *extra, unsigned count,
               int timeout_ms);

/* The reply, once it is all there; NULL before.  Valid until the next
 * request begins. */
const struct http_reply *http_reply(struct http *h);

/* Gives the request up, if there is one, and its connection; there is no reply
 * then. */
void http_cancel(struct http *h);

#endif
