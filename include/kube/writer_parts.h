/*
 * What writer.c, which says when, writer_prepare.c, which says what, and
 * tracker.c, which knows the trackers of Kanister's controller, have in common.
 */
#ifndef KUBE_WRITER_PARTS_H
#define KUBE_WRITER_PARTS_H

#include "kube/writer.h"

enum { STATUS_PARTS = PATCH_TOP | PATCH_PHASES };

#define NO_PHASE ((size_t)-1)
#define NOT_SET  INT64_C(-1)

/* Whether the time AT, if it is set, has come. */
static inline bool is_due(int64_t at, int64_t now)
{
    return at != NOT_SET && at <= now;
}

#define EARLY_MIN INT64_C(1000000000) /* ns to the next look */
#define EARLY_MAX INT64_C(15000000000)

/* Holds the newest sample against the object.  True where a patch shall go:
 * `body`, of `parts_now`, and in `key` what it makes of the object. */
bool writer_prepare(struct writer *w, int64_t now);

/* Where the key is kept of what was written, the status or the annotation. */
struct buf *writer_applied(struct writer *w);

/* All of the sample that the object takes is on it. */
void writer_be_done(struct writer *w, int64_t now);

/* The first of the phases that are ours and may be tracked, or else the first
 * of ours; *OURS tells those that may be tracked from others. */
size_t tracker_ours(const struct writer *w, const struct merged *m,
                    uint64_t *ours);

/* Other phases are ours now: a tracker's first look at them is still to come,
 * unless there is a number in them already.  Nobody tracks a defer phase. */
void tracker_begin(struct writer *w, size_t phase, uint64_t ours, int64_t now);

/* What a look at the object shows of a tracker: a number in a phase, where we
 * write none, and otherwise that ours is gone. */
void tracker_look(struct writer *w, const struct merged *m, int64_t now);

#endif
