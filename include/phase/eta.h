/*
 * How long a phase will still take: our own estimate, and whether the mover's
 * is to be believed.  All times are ns on the steady clock.
 *
 * The estimate goes by the rates of three windows that end now: all that was
 * seen, its last half, its last quarter.  What is expected is the median of
 * the three, so neither a burst at the end (a pack being uploaded) nor one at
 * the start (files found in the cache) decides alone; the lowest and the
 * highest, and an eighth more each way, are the range.  Windows that are too
 * short to hold more than a burst do not count.
 *
 * Everything is int64_t, and a struct of zeros is one that has seen nothing,
 * so that it can be saved and read back member by member.
 */
#ifndef PHASE_ETA_H
#define PHASE_ETA_H

#include <stdbool.h>
#include <stdint.h>

#include "phase/left.h"
#include "phase/work.h"

enum { ETA_MARKS = 32 };

struct eta_mark {
    int64_t at, done;
};

/* When there are too many marks every other one goes, and from then on they
 * are set half as often: they always span the whole of the run. */
struct eta {
    int64_t unit;       /* a measure_unit */
    int64_t total;      /* 0: unknown */
    int64_t total_then; /* the total when it changed last, by more than a bit */
    int64_t total_since; /* the time of that */
    int64_t advances;    /* how often `done` grew; no more than are needed */
    int64_t advanced;    /* when it did last */
    int64_t gap;         /* ns between two marks, at least */
    int64_t count;       /* of the marks; 0: nothing was seen */
    struct eta_mark last;
    struct eta_mark marks[ETA_MARKS];
};

/* Takes what a record says that came at NOW.  Another unit, or much less done
 * than before (the next source of a run), begins anew.  A clock that goes back
 * stands still. */
void eta_see(struct eta *e, int64_t now, const struct measure *m);

/* What is left at NOW, which may be later than the last record.  Unknown until
 * it is worth showing: until the total is known and stands, the work has
 * advanced several times, and enough was seen of it.  Unknown again once the
 * work stands for twice as long as all that is left should take, and ten
 * seconds: all is hashed, say, and still being uploaded. */
struct left eta_left(const struct eta *e, int64_t now);

/* The clock that saw E and the one that will see it differ by BY ns: +BY on
 * all its times.  For an E that was saved by another process. */
void eta_move(struct eta *e, int64_t by);

/* Whether E is one that eta_see() could have left behind. */
bool eta_valid(const struct eta *e);

/* The mover's own estimate. */
struct said {
    int64_t seconds; /* LEFT_UNKNOWN: it has none */
    int64_t since;   /* when it was said first */
};

#define SAID_NOTHING ((struct said){ LEFT_UNKNOWN, 0 })

/* Takes what a record says that came at NOW; SECONDS may be LEFT_UNKNOWN. */
void said_see(struct said *s, int64_t now, int64_t seconds);

/* The seconds that are left in the mover's words, if they can be believed, or
 * LEFT_UNKNOWN.  Not to be believed: nothing left while PERCENT (hundredths,
 * as the mover said) is not whole, more than a century, and what has been the
 * same for a minute and a sixteenth of itself. */
int64_t said_left(const struct said *s, int64_t now, int64_t percent);

#endif
