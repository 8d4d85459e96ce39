/*
 * The parts of http.h's client, for its own files only: what libcurl is told
 * once (http_open.c), and each time (http_request.c), the authorities
 * (http_ca.c), and what went wrong in words (http_why.c).
 */
#ifndef KUBE_HTTP_PARTS_H
#define KUBE_HTTP_PARTS_H

#include <curl/curl.h>

#include "base/watch.h"
#include "kube/http.h"

enum {
    HTTP_URL_MAX = 8192,
    HTTP_LINE_MAX = 1024,          /* a header of a request, but for the
                                      token's */
    HTTP_HEADERS_MAX = 100,        /* of a reply, how many */
    HTTP_HEADER_BYTES_MAX = 65536, /* ... and how long together */
    HTTP_RETRY_AFTER_MAX = 3600    /* seconds; more is taken for this */
};

/* The headers of a request that libcurl does not make by itself. */
enum http_header {
    HTTP_ACCEPT,
    HTTP_CONTENT_TYPE,
    HTTP_EXPECT,
    HTTP_HOST,
    HTTP_AUTHORIZATION,
    HTTP_HEADER_COUNT
};

struct http {
    const struct cluster *cluster;
    CURL *easy;             /* the request's own */
    const char *user_agent; /* borrowed */
    CURLM *multi;           /* has the connection */

    bool secure;                  /* https */
    struct buf base;              /* the server's URL, for libcurl */
    struct buf host;              /* what Host says; empty: libcurl's own */
    struct curl_slist connect_to; /* where BASE leads in truth */
    struct buf connect_to_text, proxy;

    struct buf ca; /* the authorities as they are now */
    struct watch ca_watch;

    const struct http_request *request;
    struct buf url;
    struct buf line[HTTP_HEADER_COUNT];
    struct curl_slist header[HTTP_HEADER_COUNT];

    size_t header_count, header_bytes; /* of the reply */
    bool header_ended;
    char error[CURL_ERROR_SIZE]; /* libcurl's own words */
    struct http_reply reply;
    bool busy; /* a request is under way */
    bool told; /* nothing is, and the caller has seen the reply */
};

/* Appends a NUL to B, and says where its text is; NULL where B failed. */
const char *http_text(struct buf *b);

/* Whether RESULT is success; that there was no memory is noted (memory.h). */
bool http_took(CURLcode result);

/* Tells libcurl all that never changes.  False with *WHY set. */
bool http_set_up(struct http *h, const char *user_agent,
                 struct cluster_why *why);

/* Makes a new handle, and tells it the same.  Before 8.3.0 libcurl went on with
 * the last header of the reply before, whose memory it had freed, where a
 * reply's first header begins with a blank (curl issue 11620); and a copy of a
 * handle (7.88) may break the heap where there is no memory for it. */
bool http_renew(struct http *h, struct cluster_why *why);

/* Tells libcurl all about one request; false where there is no memory. */
bool http_set_request(struct http *h, const struct http_request *request,
                      const struct credentials *credentials);

/* Looks whether the file of the authorities is another now, and takes what it
 * holds; true where they have changed.  A file that is not there, or holds no
 * certificate, changes nothing. */
bool http_ca_changed(struct http *h);

/* Tells libcurl whom to trust; false where it does not take it. */
bool http_ca_set(struct http *h);

/* Puts into the reply why there is none: RESULT is no success. */
void http_explain(struct http *h, CURLcode result);

/* Puts "*" in the place of the token that the request has shown, where the
 * server, or who stands before it, has repeated it in what may come to a
 * message: a warning, or a reply that is no object.  Also where only its
 * beginning is repeated. */
void http_hide_token(struct http *h);

/* malloc() and so on for libcurl, which zeroes nothing: each block is zeroed
 * before its memory is given back, since it may have held a token or a key.
 * Begins to use libcurl; false where that cannot be.  To be ended by
 * curl_global_cleanup(). */
bool http_begin_libcurl(void);

#endif
