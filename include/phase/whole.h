/*
 * What the phases come to together.
 */
#ifndef PHASE_WHOLE_H
#define PHASE_WHOLE_H

#include "phase/plan.h"

struct whole {
    enum phase_state state;
    int64_t percent;      /* hundredths; the mean over all phases, truncated */
    int64_t sizes[SIZES]; /* sums of what is known, or COUNT_UNKNOWN */
    const struct phase *running; /* the first that runs; NULL */
};

/* Sums up all phases of all actions: not the mean of the actions, as in
 * kanister pkg/progress/action.go@0.119.0.  A defer phase counts for the state
 * and for `running` only. */
struct whole whole_of(const struct plan *plan);

#endif
