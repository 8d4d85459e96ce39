/*
 * A time that is left, with the range in which it may be expected to lie.
 * Milliseconds, 0 or more, or LEFT_UNKNOWN; low <= expected <= high.
 */
#ifndef PHASE_LEFT_H
#define PHASE_LEFT_H

#include <stdint.h>

#define LEFT_UNKNOWN INT64_C(-1)
/* Nobody waits a century for a backup: what is longer is unknown. */
#define LEFT_LARGEST (INT64_C(100) * 365 * 24 * 3600 * 1000)

struct left {
    int64_t expected;  /* where it is unknown, so are the other two */
    int64_t low, high; /* `high` may be unknown alone: nothing bounds it */
};

extern const struct left left_unknown;

/* Of a phase that took USUAL ms in earlier runs (-1: unknown) and has run for
 * SPENT ms: within half as much either way.  Unknown once it has taken longer
 * than usual. */
struct left left_usual(int64_t usual, int64_t spent);

/* A and B in a row; unknown where one of them is. */
struct left left_in_a_row(struct left a, struct left b);

/* A and B at the same time; unknown where one of them is. */
struct left left_at_once(struct left a, struct left b);

/* The same in seconds: rounded, the range outwards. */
struct left left_in_seconds(struct left left);

#endif
