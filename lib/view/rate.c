#include "view/rate.h"

#include <string.h>

#include "base/clock.h"

#define WINDOW (30 * CLOCK_SECOND)

/* Forgets the oldest while the one behind it is far enough away, too. */
static void forget(struct rate *r)
{
    size_t gone = 0, left;

    while (r->count - gone > 2 &&
           r->at[r->count - 1] - r->at[gone + 1] >= WINDOW)
        gone++;
    if (gone == 0 && r->count == RATE_SAMPLES)
        gone = 1;
    left = r->count - gone;
    memmove(r->at, r->at + gone, left * sizeof *r->at);
    memmove(r->moved, r->moved + gone, left * sizeof *r->moved);
    r->count = left;
}

void rate_add(struct rate *r, int64_t at, int64_t moved)
{
    size_t last = r->count - 1; /* where there is one */

    if (at < 0 || moved < 0)
        return;
    if (r->count > 0 && (at < r->at[last] || moved < r->moved[last]))
        r->count = 0;
    /* times are whole seconds: what comes in the same one is later */
    if (r->count > 1 && at == r->at[last]) {
        r->moved[last] = moved;
        return;
    }
    if (r->count == 1 && at == r->at[0])
        return;
    if (r->count == RATE_SAMPLES)
        forget(r);
    r->at[r->count] = at;
    r->moved[r->count++] = moved;
    forget(r);
}

int64_t rate_value(const struct rate *r)
{
    int64_t span, moved;

    if (r->count < 2)
        return -1;
    span = r->at[r->count - 1] - r->at[0];
    moved = r->moved[r->count - 1] - r->moved[0];
    if (span < CLOCK_SECOND)
        return -1;
    return (int64_t)((__int128)moved * CLOCK_SECOND / span);
}
