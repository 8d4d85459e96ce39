/*
 * Whether a mover runs, is slow, or has stalled, and since when.  All times
 * are ns on the steady clock, which stands still while the machine sleeps.
 *
 * Stalled: for `stall_after` no counter has changed, no event has come, nor has
 * the mover said that less time is left than ever since the counters changed
 * (kopia counts more finely than it prints: at "1.1 TB" it shows no more for a
 * quarter of an hour; a time that goes up and down tells nothing).  A mover
 * that has stalled prints nothing, so somebody has to look: at verdict_next(),
 * after what had come until then was read.  What came first was no stall,
 * however late it is.
 *
 * Slow: what moves is compared with its own past, in slices of a tenth of
 * `stall_after` and more that end where a counter grows.  A slice is slow below
 * a quarter of the median of earlier ones; the mover is, once two such slices
 * or more have followed one another for four tenths of `stall_after`; and is no
 * more with the first slice of half the median.  The past is up to sixteen
 * slices out of the whole of the run, but none of those that were slow, or
 * between the two while the mover was; nothing is said before there are eight.
 * A slice in which more was passed over (files found in the cache) than moved
 * tells nothing.
 *
 * Everything is int64_t, so that it can be saved and read back member by
 * member.
 */
#ifndef PHASE_VERDICT_H
#define PHASE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "phase/work.h"

enum verdict_name {
    VERDICT_NONE, /* nothing was seen yet */
    VERDICT_RUNNING,
    VERDICT_SLOW,
    VERDICT_STALLED,
};

enum { VERDICT_PAST = 16 };

struct verdict {
    int64_t is;          /* a verdict_name */
    int64_t since;       /* slow: since the first slow slice; stalled: since the
                            last change; running: since it was seen */
    int64_t stall_after; /* above 0; may be another one after a restart */

    /* private */
    int64_t now;           /* the latest look */
    int64_t changed;       /* when something did last */
    int64_t unwatched;     /* ns since then in which nobody could look */
    int64_t over;          /* 0: no; 1: the mover has ended; 2: the last one */
    int64_t signs;         /* of the last record; -1: none has come */
    int64_t left;          /* the least since the signs changed */
    int64_t moved, passed; /* of the last record */
    int64_t slice;         /* when the slice at hand began */
    int64_t slice_moved;   /* in the slice */
    int64_t slice_passed;  /* in the slice */
    int64_t slow_slices;   /* how many in a row */
    int64_t slow_since;    /* when the first of them began */
    int64_t count;         /* of what is in `past` */
    int64_t stride;        /* slices that are passed over between two of them */
    int64_t pass_over;     /* how many are still to be */
    int64_t past[VERDICT_PAST]; /* their rates, per second */
};

/* One that has seen nothing. */
#define VERDICT_INIT(ns) ((struct verdict){ .stall_after = (ns), .signs = -1 })

/* Takes what a record says that came at NOW.  True where the verdict, or its
 * time, is another one now.  A clock that goes back stands still. */
bool verdict_see(struct verdict *v, int64_t now, const struct measure *m);

/* Begins at NOW where nothing was seen yet: there is a mover that is to say
 * something.  True as above. */
bool verdict_begin(struct verdict *v, int64_t now);

/* Takes a sign of life at NOW that is no record of the mover; nothing where
 * there is no verdict.  True as above. */
bool verdict_touch(struct verdict *v, int64_t now);

/* The mover has ended: there is no verdict until another one moves something,
 * and FOR_GOOD none at all.  True as above. */
bool verdict_end(struct verdict *v, bool for_good);

/* Looks at NOW, with nothing new.  True as above. */
bool verdict_at(struct verdict *v, int64_t now);

/* When verdict_at() is due; INT64_MAX: not before the next record. */
int64_t verdict_next(const struct verdict *v);

/* The name of a verdict as status lines have it, "running"; NULL for none. */
const char *verdict_name(int64_t is);

/* The clock that saw V and the one that will see it differ by BY ns: +BY on
 * all its times.  For a V that was saved by another process. */
void verdict_move(struct verdict *v, int64_t by);

/* Nobody was there to look for NS (0 or more) since the latest look: that is no
 * time in which nothing has moved. */
void verdict_away(struct verdict *v, int64_t ns);

/* Whether V is one that verdict_see() could have left behind. */
bool verdict_valid(const struct verdict *v);

#endif
