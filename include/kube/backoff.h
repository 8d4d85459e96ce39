/*
 * How long to wait before the next try: exponential with full jitter, so that
 * many clients of a server that comes back do not all come at once.
 *
 * Pure: no clock, and the random numbers are its own (backoff_seed() makes
 * them differ between processes).  Times are in nanoseconds.
 */
#ifndef KUBE_BACKOFF_H
#define KUBE_BACKOFF_H

#include <stdint.h>

#define BACKOFF_OVER (-1)

struct backoff {
    int64_t base, cap; /* the first span, and the longest */
    unsigned tries;    /* since the last success */
    uint64_t random;   /* the state of the random numbers */
};

/* Prepares B; BASE and CAP are positive. */
void backoff_init(struct backoff *b, int64_t base, int64_t cap, uint64_t seed);

/* A try has failed: how long to wait, FLOOR (what the server asked for) and on
 * top of it anything from 0 to min(CAP, BASE * 2^N) after N failures before
 * this one.  Never more than BUDGET, what is left of the caller's time; but
 * BACKOFF_OVER where that is less than FLOOR. */
int64_t backoff_next(struct backoff *b, int64_t floor, int64_t budget);

/* A try has succeeded. */
void backoff_reset(struct backoff *b);

/* A seed that no other process has: getrandom(2), or what else differs where
 * that has nothing yet. */
uint64_t backoff_seed(void);

#endif
