/*
 * A later reading of the ActionSet that a plan is of.
 *
 * Other writers move the phases of other actions, and the controller moves the
 * states of all: what they have come to is read again while we go on.
 */
#ifndef PHASE_MERGE_H
#define PHASE_MERGE_H

#include <stdbool.h>

#include "phase/blueprint.h"
#include "phase/plan.h"

/* Takes into P what NEWER says of its phases, by action index and phase name:
 *
 * - States go forward only: pending, running, then failed or complete, which
 *   are final.
 * - Where nobody but the ActionSet has told of a phase its percentage, when it
 *   is higher, and the sizes and the time that are known are taken over.  What
 *   came from records is better than what stands there: it may be our own, and
 *   the controller puts the running phase back to 0 every 5 s (kanister
 *   pkg/progress/action.go@0.119.0).
 *
 * False, with the reason in P's `why` and P as it was, where NEWER is another
 * ActionSet: by its uid, or by its actions.  True otherwise; `why` is then
 * empty, or says what NEWER has that P has not, which was passed over. */
bool merge_plan(struct plan *p, const struct plan *newer);

/* The same with the ActionSet in the LEN bytes of TEXT and the Blueprints, or
 * NULL, with which P was made (actionset_read()): the controller may not have
 * taken it up yet.  False also where TEXT is no ActionSet, perhaps because only
 * half of it is there, or where there is no memory (an empty `why`, errno
 * ENOMEM); P is then as it was. */
bool merge_actionset(struct plan *p, const char *text, size_t len,
                     const struct blueprints *b);

#endif
