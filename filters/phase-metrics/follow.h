/*
 * Reads statuses from what comes, and keeps the latest of each ActionSet.
 */
#ifndef PHASE_METRICS_FOLLOW_H
#define PHASE_METRICS_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "view/board.h"
#include "view/documents.h"

struct follow {
    struct board board;
    bool changed;          /* since somebody said false */
    bool large, no_memory; /* why something was passed over */
    int64_t success;       /* when an action completed last, or -1 */
    uint64_t statuses;     /* how many came */

    struct documents documents; /* and what was passed over */

    /* private */
    struct clock *clock;
    struct buf late; /* the latest status line, which nobody has read yet */
};

/* Prepares F; CLOCK is borrowed. */
void follow_open(struct follow *f, struct clock *clock);

/* Takes what was read. */
void follow_take(struct follow *f, const char *bytes, size_t n);

/* Brings the board up to date. */
void follow_read(struct follow *f);

/* The input has ended. */
void follow_end(struct follow *f);

void follow_close(struct follow *f);

#endif
