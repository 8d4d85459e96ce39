/*
 * What is said of an ActionSet: a trouble once until it is over, the reason why
 * nothing more is written, each request at --verbose, and the counts at the
 * end.
 */
#ifndef STATUS_PATCH_TELL_H
#define STATUS_PATCH_TELL_H

#include "kube/reply.h"
#include "where.h"

struct tell {
    const struct where *where; /* borrowed */
    bool verbose;
    bool dry;  /* nothing is written really */
    bool over; /* there is no time to try again */
    bool cut;  /* the end of the time cut the request short: a trouble that was
                  there before says more than that */
    uint64_t writes, looks, retries;

    /* private */
    bool troubled; /* said, and not over yet */
    bool plan_lost;
    bool warned;
    bool kept;
    char last[REPLY_WORDS_MAX]; /* the last trouble; "": there was none */
};

/* A request failed and will be tried again: WHY stands behind "unable to ...:
 * ".  Said where it is the first since all was well; kept for tell_end() where
 * it is the last. */
void tell_trouble(struct tell *t, const char *why);

/* As tell_trouble(), of what the server answered to VERB. */
void tell_reason(struct tell *t, const struct reply *r, const char *verb);

/* All is well again. */
void tell_mended(struct tell *t);

/* At --verbose: the reply to STEP's request, after TOOK ns; NULL: to whether
 * the server is ready. */
void tell_reply(const struct tell *t, const struct writer_step *step,
                const struct http_reply *reply, int64_t took);

/* The server took a patch and warns of something ("": of nothing), which is
 * said once. */
void tell_warning(struct tell *t, const char *text);

/* Credentials that were good are used on, since others cannot be had: WHY (""
 * where that is not so), said once. */
void tell_kept(struct tell *t, const char *why);

/* The object cannot be kept in PATH; errno says why. */
void tell_plan_lost(struct tell *t, const char *path);

/* The status goes on, its annotation does not. */
void tell_no_annotation(struct tell *t, const struct reply *r);

/* Nothing more will be written, since the server refused VERB for good, or the
 * ActionSet is not that of the status.  The exit code. */
int tell_refused(struct tell *t, const struct reply *r, const char *verb);
int tell_misfit(const struct tell *t, const struct writer *w);

/* ... since the ActionSet is gone; at the end tell_end() says what is lost by
 * that. */
void tell_gone(struct tell *t, const char *why);

/* At the end: whether the last state is written; the exit code. */
int tell_end(const struct tell *t, struct writer *w);

/* ... and how it went. */
void tell_counts(const struct tell *t, const struct writer *w);

#endif
