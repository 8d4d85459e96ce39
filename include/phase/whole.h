/*
 * What the phases come to together.
 */
#ifndef PHASE_WHOLE_H
#define PHASE_WHOLE_H

#include "phase/plan.h"

struct whole {
    enum phase_state state;
    int64_t percent;      /* hundredths; the mean over all phases, truncated; by
                             time where the plan is by time; never less than
                             what the plan has reached; below 100 until all are
                             complete */
    int64_t by_time;      /* the mean by the weights of the phases, truncated */
    int64_t sizes[SIZES]; /* sums of what is known, or COUNT_UNKNOWN */
    const struct phase *running; /* the first that runs; NULL */
};

/* Sums up all phases of all actions: not the mean of the actions, as in
 * kanister pkg/progress/action.go@0.119.0.  A defer phase counts for the state
 * and for `running` only. */
struct whole whole_of(const struct plan *plan);

/* What the percentage of PHASE is multiplied by, and the sum of that over all
 * phases, which it is divided by: 1 and their number, or their weights where
 * the plan is by time. */
int64_t whole_weight(const struct plan *plan, const struct phase *phase);
int64_t whole_weights(const struct plan *plan);

#endif
