/*
 * How a phase goes along in time: when it began and ended, what is left of it,
 * and whether its mover runs, is slow or has stalled.
 *
 * All times are ns on the steady clock.  It is made of int64_t alone, so that
 * it can be saved and read back.
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
    int64_t turns; /* how many of the two were seen, in their order */
    int64_t began, ended;
};

struct pace {
    struct span span;
    struct said said;
    struct eta eta;
    struct verdict verdict;
};

/* One that has seen nothing. */
#define PACE_INIT(stall_ns)                                                    \
    ((struct pace){ .said = SAID_NOTHING, .verdict = VERDICT_INIT(stall_ns) })

/* Takes what N, which came at NOW, shows of the mover of PHASE, which runs: its
 * stats; its result, or that its step is over, and it has ended; any other
 * event is a sign of life.  AWAITED: the phase has a mover that is to write,
 * which an event is then enough to begin with.  True where the verdict is
 * another one now. */
bool pace_see(struct pace *pace, const struct phase *phase,
              const struct note *n, bool awaited, int64_t now);

/* Takes PHASE's state at NOW, where it was BEFORE, and what time it says is
 * left. */
void pace_turn(struct pace *pace, enum phase_state before,
               const struct phase *phase, int64_t now);

/* How long the phase took, in ms; -1 where not all of it was seen. */
int64_t pace_took(const struct pace *pace);

/* What is left of PHASE at NOW, in ms: by its own past, or else by earlier runs
 * (TYPICAL may be NULL); nothing of one that has ended. */
struct left pace_left(const struct pace *pace, const struct phase *phase,
                      const struct typical *typical, int64_t now);

#endif
