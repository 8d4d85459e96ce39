/*
 * The status: which notes make a new line due, and what time it bears.
 */
#ifndef PHASE_STATUS_H
#define PHASE_STATUS_H

#include <stdbool.h>

#include "base/clock.h"
#include "phase/line.h"
#include "phase/plan.h"
#include "phase/track.h"

struct status {
    struct line line;   /* the latest */
    enum result result; /* the mover's latest; the caller sets it */

    /* private */
    const struct plan *plan;
    const struct target *target;
    int64_t second; /* what `now` says, since 1970 */
    char now[CLOCK_TEXT];
};

/* Makes the first line, of PLAN as it is; PLAN and TARGET are borrowed until
 * status_close(), which is due after a failure too.  False as line_open(). */
bool status_open(struct status *s, const struct plan *plan,
                 const struct target *target);

/* Makes a new line after PHASE (NULL: none) has been touched at WALL, in
 * nanoseconds since 1970.  False where it would say nothing new, and then the
 * latest one stands. */
bool status_next(struct status *s, const struct phase *phase, int64_t wall);

void status_close(struct status *s);

#endif
