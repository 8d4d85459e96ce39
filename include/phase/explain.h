/*
 * The reasons behind the percentage of the whole, for a person: each phase's
 * part of it, which add up to it exactly.
 *
 * A part is written as what it is cut to, in hundredths, and the rest that is
 * cut off, as a fraction of a hundredth: a third of 100.00 is 33.33 1/3.
 */
#ifndef PHASE_EXPLAIN_H
#define PHASE_EXPLAIN_H

#include "base/buf.h"
#include "phase/plan.h"

/* Appends the explanation of PLAN as it is, several lines. */
void explain_put(struct buf *b, const struct plan *plan);

#endif
