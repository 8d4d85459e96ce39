/*
 * A plan out of an ActionSet.
 */
#ifndef PHASE_ACTIONSET_H
#define PHASE_ACTIONSET_H

#include <stdbool.h>
#include <stddef.h>

#include "phase/plan.h"

/* Fills P, which is empty, from the JSON of one ActionSet, as `kubectl get
 * actionset NAME -o json` prints it: status.actions[] with their phases, defer
 * phase, states and what progress they already have.  False with P's `why` (or
 * errno ENOMEM) where that cannot be; P is then only good for plan_free().
 *
 * A percentage of 100 on a phase that is not complete is not believed: while
 * one phase ends the controller may write it to another (seen with kanister
 * 0.119.0, whose functions are singletons of the process). */
bool actionset_read(struct plan *p, const char *text, size_t len);

#endif
