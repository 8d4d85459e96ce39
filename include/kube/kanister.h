/*
 * Percent as Kanister's controller counts it: in whole numbers.
 *
 * Kanister's design document has hundredths, and truncates once, behind the
 * mean: 10.90 and 11.90 are 11.40.  The released controller stores the percent
 * of a phase as a whole number and takes the mean of those, truncated again:
 * 10 and 11 are 10 (kanister pkg/progress/action.go@0.119.0).  Who writes
 * into an object that such a controller keeps does as it does, so that the
 * number does not jump when it is computed anew.
 *
 * Hundredths are 0 to 2^40, or negative where nothing was said yet, which the
 * controller has as "" and counts as 0.
 */
#ifndef KUBE_KANISTER_H
#define KUBE_KANISTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* How the controller of an object spells percent. */
enum kanister_dialect {
    KANISTER_WHOLE,    /* "43": every release so far */
    KANISTER_DOCUMENT, /* "43.33": the design document */
};

/* One phase in DIALECT: 4399 is 43, or 4399; and what is unknown is 0. */
int64_t kanister_percent(enum kanister_dialect dialect, int64_t hundredths);

/* All COUNT phases of all actions, without their defer phases; those that are
 * unknown count.  Whole numbers or hundredths, as DIALECT has it.  0 where
 * there is none, which the controller never asks: it would divide by zero.
 * COUNT is at most 2^20. */
int64_t kanister_percent_completed(enum kanister_dialect dialect,
                                   const int64_t *hundredths, size_t count);

/* Appends what one of those two gave: "43", or "43.33". */
void kanister_put(struct buf *b, enum kanister_dialect dialect,
                  int64_t percent);

#endif
