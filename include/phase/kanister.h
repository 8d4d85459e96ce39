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
 * Hundredths are 0 to PERCENT_LARGEST, or PERCENT_UNKNOWN: nothing was said
 * yet, which the controller has as "".
 */
#ifndef PHASE_KANISTER_H
#define PHASE_KANISTER_H

#include <stddef.h>
#include <stdint.h>

#include "phase/percent.h"

/* One phase: 4399 is 43, and what is unknown is 0. */
int64_t kanister_percent(int64_t hundredths);

/* All COUNT phases of all actions, without their defer phases; those that are
 * unknown count.  0 where there is none, which the controller never asks:
 * it would divide by zero.  COUNT is at most PLAN_MAX_PHASES. */
int64_t kanister_percent_completed(const int64_t *hundredths, size_t count);

#endif
