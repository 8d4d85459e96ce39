/*
 * Weights that somebody gives: how much of the whole each phase is, and how
 * much of a phase each of its steps.
 *
 *   {"phases":{"dump":20,"cleanup":2},
 *    "steps":{"dump":{"prerequisites":1,"execution":8}},
 *    "actions":{"restore":{"phases":{"dump":5},"steps":{}}}}
 *
 * Each is a whole number from 0 to WEIGHTS_LARGEST, and all members may be left
 * out: a phase or a step that is not named weighs 1.  "phases" and "steps" hold
 * for all actions that have a phase of this name; "actions", by the action's
 * name or else its index, goes before them.  An action that the plan does not
 * have is passed over: a backup and a restore may share the weights.
 */
#ifndef PHASE_WEIGHTS_H
#define PHASE_WEIGHTS_H

#include <jv.h>
#include <stdbool.h>

#include "phase/plan.h"

enum { WEIGHTS_LARGEST = 1000000, WEIGHTS_FILE_MAX = 1024 * 1024 };

/* Gives the phases of PLAN the weights that ROOT (borrowed) says; PLAN becomes
 * `weighted` where it weighs any phase.  False with PLAN's `why`: a phase that
 * the plan, or the action, does not have, the weight of a defer phase, which
 * does not count, what is no weight, and nothing but zeros.  PLAN's weights
 * are then undefined. */
bool weights_read(struct plan *plan, jv root);

#endif
