/*
 * What actionset.c, which makes the requests, and answer.c, which takes what
 * comes of them, have in common.
 */
#ifndef STATUS_PATCH_ACTIONSET_PARTS_H
#define STATUS_PATCH_ACTIONSET_PARTS_H

#include "actionset.h"
#include "kube/backoff.h"
#include "kube/credentials.h"
#include "kube/http.h"
#include "tell.h"

/* Whether a refusal is believed: a server that has just started refuses what it
 * will grant, and knows not what it will know, as long as it says that it is
 * not ready (seen of v1.34.1: RBAC and CRDs come after the first requests). */
enum doubt {
    DOUBT_NONE,   /* nothing was refused */
    DOUBT_ASKING, /* ask whether the server is ready */
    DOUBT_OVER    /* it is: a refusal is one */
};

enum stage { STAGE_IDLE, STAGE_CREDENTIALS, STAGE_REQUEST };

struct actionset {
    const struct actionset_settings *settings;
    struct clock *clock;
    struct where where; /* whom to ask, and for what */
    struct credentials credentials;
    struct http *http;
    struct writer writer;
    struct backoff backoff;
    struct tell tell; /* what is said, and counted */

    enum stage stage;
    struct writer_step step; /* that is under way */
    struct http_request request;
    struct buf path;
    int64_t begun;       /* steady time */
    int64_t deadline;    /* of all, once the input has ended */
    int64_t floor_until; /* before that the server wants no request */
    bool ended, finished;
    bool stopped;       /* said that the writer has */
    bool tried_at_once; /* since the last success */
    bool output_lost;   /* that of --dry-run */
    bool unwritten;     /* a patch failed, and none was taken since */
    enum doubt doubt;
    unsigned denied; /* times that we might not ask whether it is ready */
    int status;      /* the exit code, where it is known */
};

/* What is left of the time for everything, in ns; no limit before the end. */
int64_t actionset_left(const struct actionset *a, int64_t now);

/* What the step's request does with the ActionSet, in words of RBAC. */
const char *actionset_verb(const struct actionset *a);

/* The step came to nothing for now, for a reason of our own: WHY. */
void answer_none(struct actionset *a, const char *why, int64_t now);

/* Takes the REPLY to the step's request. */
void answer_take(struct actionset *a, const struct http_reply *http,
                 int64_t now);

/* The step's patch counts as taken; REPLY is NULL where it was not sent. */
void answer_patched(struct actionset *a, const struct http_reply *reply,
                    int64_t now);

#endif
