/*
 * From what a progress line printed to what can be said: percent, time left,
 * and sizes above 900 TB.  Pure.
 */
#ifndef MOVER_PROGRESS_H
#define MOVER_PROGRESS_H

#include "mover/record.h"

/* Sizes that were printed before, to tell TB from PB.  Up to 0.20.1 a value of
 * 0.9 PB and more is printed as thousandths with "TB": a counter that passes
 * 900 TB falls to "0.9 TB" (internal/units/units.go@v0.20.1).  Zero is empty.
 */
struct tera {
    int64_t last[FIELD_COUNT];
    bool seen;             /* a size in TB */
    int64_t total, factor; /* the total that was looked at, as printed */
};

/* Mends the sizes in V: a counter of 100 TB and more that now reads a
 * thousandth of it, or little more, has gone on in PB; a total is PB where only
 * that agrees with the percent. */
void tera_mend(struct tera *t, struct values *v);

/* Fills P's percent, raw_percent and basis from V, and takes the time left out
 * of V where it means nothing:
 * - kopia's own percent where it printed one; above 100 it is held there and
 *   kept as raw_percent;
 * - else from two counters, where the operation has a total;
 * - "0s" left is unknown until the work is done, and so is what is left of a
 *   prediction that overflowed (internal/timetrack/estimator.go@v0.23.1). */
void progress_settle(struct progress *p, struct values *v);

#endif
