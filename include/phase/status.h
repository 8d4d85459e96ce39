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
    struct line line; /* the latest */
    /* the caller sets these two */
    enum result result;   /* the mover's latest */
    struct judged judged; /* the verdict */

    /* private */
    const struct plan *plan;
    const struct target *target;
    int64_t second; /* what `now` says, since 1970 */
    char now[CLOCK_TEXT];
};

/* Takes PLAN as it is, which line_render() makes the first line of; PLAN and
 * TARGET are borrowed until status_close(), which is due after a failure too.
 * False as line_open(). */
bool status_open(struct status *s, const struct plan *plan,
                 const struct target *target);

/* Takes over what there is to say after PHASE (NULL: none) has been touched at
 * WALL, in nanoseconds since 1970.  False where that is nothing new; otherwise
 * a line is due, and line_render() makes it. */
bool status_next(struct status *s, const struct phase *phase, int64_t wall);

/* The phase that detail speaks of: the target's while it runs, or else the
 * first that runs; NULL. */
const struct phase *status_subject(const struct status *s);

void status_close(struct status *s);

#endif
