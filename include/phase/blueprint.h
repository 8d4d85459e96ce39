/*
 * Blueprints: which phases an action has, and which function each runs.
 *
 * Members: kanister pkg/apis/cr/v1alpha1/types.go@0.119.0, BlueprintAction and
 * BlueprintPhase.  An action without any phase but a defer phase is refused.
 */
#ifndef PHASE_BLUEPRINT_H
#define PHASE_BLUEPRINT_H

#include <jv.h>
#include <stdbool.h>
#include <stddef.h>

#include "phase/plan.h"

struct blueprints {
    jv all; /* an array of them, not empty */
    char why[PLAN_WHY_MAX];
};

/* Reads the Blueprints in the LEN bytes of TEXT: YAML or JSON as in a git
 * repository, with other objects beside them or as a list, or a Helm chart's
 * file with its templates in it (template.h says how far).  False with the
 * reason in `why`, or with an empty `why` and errno ENOMEM.  blueprints_free()
 * is due after a failure too. */
bool blueprints_read(struct blueprints *b, const char *text, size_t len);

void blueprints_free(struct blueprints *b);

/* Fills P, which is empty, with the one action ACTION; NULL: the only one that
 * there is.  False as the functions of plan.h, with P only good for
 * plan_free(). */
bool blueprints_plan(const struct blueprints *b, struct plan *p,
                     const char *action);

/* What blueprints_fill() did. */
enum fill {
    FILL_FAILED,  /* as the functions of plan.h */
    FILL_NOTHING, /* the action's Blueprint is not here, or has no such action;
                     which of the two is in the plan's `why` */
    FILL_DONE,
};

/* Gives the last action of P what its Blueprint says: phases, where it has
 * none, or else those of its phases that the Blueprint knows their functions.
 * The Blueprint is the one that the action runs by, or a single one here whose
 * name is not known, as in a chart. */
enum fill blueprints_fill(const struct blueprints *b, struct plan *p);

#endif
