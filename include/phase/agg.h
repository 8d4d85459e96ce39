/*
 * The whole of it: what each record, and the time that passes, do to the status
 * of an action.
 */
#ifndef PHASE_AGG_H
#define PHASE_AGG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "phase/history.h"
#include "phase/note.h"
#include "phase/pace.h"
#include "phase/plan.h"
#include "phase/resume.h"
#include "phase/status.h"
#include "phase/track.h"

struct agg {
    /* the caller fills these before agg_prepare() */
    struct plan plan;
    struct target target;
    int64_t stall_after; /* ns, above 0 */

    struct typical *typical; /* of the phases, from malloc(); or NULL */
    struct status status;
    struct note note; /* the latest record */
    enum track track; /* what became of it */
    uint64_t lines;   /* of input, also those that are no records */
    uint64_t records;
    uint64_t passed_over[TRACK_RESULTS]; /* records, by why */

    /* private */
    bool learned;               /* the weights are of a history */
    enum result resumed;        /* the mover's, from before a restart */
    struct pace *paces;         /* of the phases */
    const struct phase *judged; /* whose the verdict is; NULL */
    int64_t judged_since;       /* on the steady clock */
    int64_t next;               /* when to look at the verdicts again */
    int64_t next_left;          /* and at the times that are left */
};

enum agg_result {
    AGG_SAME,
    AGG_DUE, /* a new line, of status */
    AGG_NO_MEMORY,
};

/* Makes room for what is kept of each phase; agg_close() is due after a failure
 * too.  False with errno ENOMEM. */
bool agg_prepare(struct agg *a);

/* Makes the first line.  False as line_open(). */
bool agg_open(struct agg *a, struct instant now);

/* Reads a line of input; true where it is a record, which is then to be
 * taken. */
bool agg_read(struct agg *a, const char *text, size_t len);

/* Takes the record that was read NOW. */
enum agg_result agg_take(struct agg *a, struct instant now);

/* Ends the phases as their movers have said; see track_end(). */
enum agg_result agg_end(struct agg *a, struct instant now);

/* Looks at NOW whether a mover has become slow or has stalled, and whether the
 * times that are left are known as they were; due at agg_next(), on the steady
 * clock, INT64_MAX for never. */
enum agg_result agg_tick(struct agg *a, struct instant now);
int64_t agg_next(const struct agg *a);

/* Takes over what the plan has become NOW other than by records. */
enum agg_result agg_refresh(struct agg *a, struct instant now);

/* Whose the verdict is that the status has; NULL where it has none. */
const struct phase *agg_judged(const struct agg *a);

/* What the history H expects of the phases; it weighs them too where nobody
 * else has.  False with errno ENOMEM. */
bool agg_expect(struct agg *a, const struct history *h);

/* Adds the phases that have completed to H, each once; how many there were, or
 * -1 with errno ENOMEM. */
int agg_learn(struct agg *a, struct history *h);

/* Puts what a restart goes on from into B, and takes it over again, between
 * agg_prepare() and agg_open(); WHY has room for RESUME_WHY_MAX bytes.  All
 * else as in resume.h. */
bool agg_save(const struct agg *a, struct instant now, struct buf *b);
enum resume_result agg_resume(struct agg *a, const char *text, size_t len,
                              struct instant now, char *why);

/* Frees the plan and what is typical too. */
void agg_close(struct agg *a);

#endif
