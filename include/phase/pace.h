/*
 * How a phase goes along in time: when it began and ended, what is left of it,
 * and whether its mover runs, is slow or has stalled.
 *
 * All times are ns on the steady clock, and 0 is none.  It is made of int64_t
 * alone, and zeros are one that has seen nothing, so that it can be saved and
 * read back.
 */
#ifndef PHASE_PACE_H
#define PHASE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "phase/eta.h"
#include "phase/history.h"
#include "phase/note.h"
#include "phase/plan.h"
#include "phase/verdict.h"

struct span {
    int64_t began, ended; /* where both were seen */
};

struct pace {
    struct span span;
    struct said said; /* since 0: nothing */
    struct eta eta;
    struct verdict verdict;
};

/* Takes what N, a stats record that came at NOW, says of PHASE.  True where
 * the verdict is another one now. */
bool pace_see(struct pace *pace, const struct phase *phase,
              const struct note *n, int64_t now);

/* Takes PHASE's state at NOW, where it was BEFORE. */
void pace_turn(struct pace *pace, enum phase_state before,
               const struct phase *phase, int64_t now);

/* What is left of PHASE at NOW, in ms: by its own past, or else by earlier runs
 * (TYPICAL may be NULL); nothing of one that has ended. */
struct left pace_left(const struct pace *pace, const struct phase *phase,
                      const struct typical *typical, int64_t now);

#endif
