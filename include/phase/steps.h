/*
 * The steps of a phase: what each has come to when it ends.
 *
 * A phase has prerequisites, execution and cleanup, or some of them, each with
 * a weight, which is 1 unless somebody says otherwise: thirds are 33.33 and
 * 66.66.  Kanister's design document on progress for each phase gives the
 * idea.
 */
#ifndef PHASE_STEPS_H
#define PHASE_STEPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"

enum step {
    STEP_PREREQUISITES,
    STEP_EXECUTION,
    STEP_CLEANUP,
    STEPS,
    STEP_OTHER = STEPS, /* a name that is none of these */
    STEP_NOT_SAID,
};

/* Sets of steps. */
enum {
    STEPS_PREREQUISITES = 1 << STEP_PREREQUISITES,
    STEPS_EXECUTION = 1 << STEP_EXECUTION,
    STEPS_CLEANUP = 1 << STEP_CLEANUP,
    STEPS_ALL = STEPS_PREREQUISITES | STEPS_EXECUTION | STEPS_CLEANUP,
};

#define STEPS_WEIGHT_MAX (INT64_C(1) << 40) /* of one step */

/* A step by its name, and back. */
enum step steps_of(const struct scan_value *name);
const char *steps_name(enum step step);

/* How far a phase with the steps SET and these WEIGHTS (0 to STEPS_WEIGHT_MAX)
 * is when STEP has ended, in hundredths of a percent, truncated.  0 where STEP
 * is none of the set, or the only one: a phase of one step is at 0 until it is
 * complete. */
int64_t steps_end(unsigned set, const int64_t weights[static STEPS],
                  enum step step);

/* How far it is when its execution is at PERCENT (hundredths, 0 to 100 %). */
int64_t steps_within(unsigned set, const int64_t weights[static STEPS],
                     int64_t percent);

#endif
