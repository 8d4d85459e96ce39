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
    HTTP_WHY_MAX = 256
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
    int status;             /* 200, ...; 0: no reply, and `why` says so */
    struct buf body;        /* valid until the next request */
    bool json;              /* by its Content-Type */
    int64_t retry_after;    /* seconds; -1: the header is missing */
    char why[HTTP_WHY_MAX]; /* no control characters, no secret */
    bool untrusted;         /* the server's certificate was refused */
    bool too_large;         /* above HTTP_REPLY_MAX */
};

struct http; /* hides libcurl */

/* Opens a client of CLUSTER, which is borrowed; NULL with *WHY set where
 * libcurl cannot do what is needed. */
struct http *http_open(const struct cluster *cluster, const char *user_agent,
                       struct cluster_why *why);

void http_close(struct http *h);

/* Begins REQUEST as CREDENTIALS say; false where there is no memory.  One
 * must have ended before the next begins. */
bool http_begin(struct http *h, const struct http_request *request,
                const struct credentials *credentials);

/* Waits until there is something to do for the request, one of the COUNT
 * descriptors EXTRA is ready (revents), or TIMEOUT_MS have passed (-1: no
 * limit), and does what can be done for the request.  False with errno set
 * (EINTR where a signal came). */
bool http_wait(struct http *h, struct pollfd *extra, unsigned count,
               int timeout_ms);

/* The reply, once it is all there; NULL before. */
const struct http_reply *http_reply(struct http *h);

/* Gives the request up, if there is one, and its connection. */
void http_cancel(struct http *h);

#endif
