/*
 * How fast bytes move: over the last half minute, by the times that the status
 * itself has.  So what is replayed, or read late, shows the same rates.
 */
#ifndef VIEW_RATE_H
#define VIEW_RATE_H

#include <stddef.h>
#include <stdint.h>

enum { RATE_SAMPLES = 32 };

struct rate {
    int64_t at[RATE_SAMPLES];    /* ns since 1970, rising; private, as is */
    int64_t moved[RATE_SAMPLES]; /* the rest */
    size_t count;
};

/* Takes that MOVED bytes had moved at AT, in ns since 1970.  A count that goes
 * backwards, or a time that does, begins anew. */
void rate_add(struct rate *r, int64_t at, int64_t moved);

/* Bytes a second; -1 where less than a second was seen. */
int64_t rate_value(const struct rate *r);

#endif
