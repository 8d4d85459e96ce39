/*
 * A plan out of an ActionSet.
 */
#ifndef PHASE_ACTIONSET_H
#define PHASE_ACTIONSET_H

#include <stdbool.h>
#include <stddef.h>

#include "phase/blueprint.h"
#include "phase/plan.h"

/* Fills P, which is empty, from the one ActionSet in TEXT, JSON or YAML as
 * `kubectl get actionset NAME -o yaml` prints it: status.actions[] with their
 * phases, defer phases, states and what progress they already have.
 *
 * With Blueprints (B is not NULL; borrowed for the call) each phase of which
 * they know has its function, and an ActionSet that the controller has not
 * taken up yet gets its phases from them.  None of them being the Blueprint of
 * any action is a mistake, and refused.
 *
 * False with P's `why` (or an empty one and errno ENOMEM) where that cannot be;
 * P is then only good for plan_free().
 *
 * A percentage of 100 on a phase that is not complete is not believed: while
 * one phase ends the controller may write it to another (seen with kanister
 * 0.119.0, whose functions are singletons of the process). */
bool actionset_read(struct plan *p, const char *text, size_t len,
                    const struct blueprints *b);

#endif
