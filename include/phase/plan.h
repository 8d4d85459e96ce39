/*
 * The plan: which actions there are, which phases each has, and how far each
 * has come.
 *
 * A phase is known by the index of its action and its own index within it, as
 * names may repeat in different actions.  The plan owns its names; plan_free()
 * gives everything back.  A function that fails leaves a reason in `why`, or
 * an empty `why` and errno ENOMEM.
 */
#ifndef PHASE_PLAN_H
#define PHASE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "phase/functions.h"
#include "phase/items.h"
#include "phase/progress.h"

enum {
    PLAN_MAX_PHASES = 10000,
    PLAN_NAME_MAX = 1024,
    PLAN_WHY_MAX = 1024,
    PLAN_UID_MAX = 64
};

/* So that the percentages of all phases, each times its weight, fit. */
#define PHASE_WEIGHT_MAX INT64_C(10000000000)

/* Kanister's states: kanister pkg/apis/cr/v1alpha1/types.go@0.119.0. */
enum phase_state {
    PHASE_PENDING,
    PHASE_RUNNING,
    PHASE_FAILED,
    PHASE_COMPLETE,
    PHASE_NO_STATE, /* unknown, or not said */
};

/* What a phase's percentage was last raised by. */
enum basis {
    BASIS_NONE,  /* nothing yet */
    BASIS_GIVEN, /* the plan had it */
    BASIS_MOVER, /* a mover said it */
    BASIS_ITEMS, /* so many of its items have come so far */
    BASIS_STEP,  /* a step has ended */
};

/* How a mover ended, by its own words. */
enum result {
    RESULT_COMPLETE,
    RESULT_PARTIAL,
    RESULT_FAILED,
    RESULT_CANCELLED,
    RESULT_UNCHANGED,
    RESULT_UNKNOWN, /* said so, or a word that is none of these */
    RESULT_NOT_SAID,
};

struct phase {
    char *name;
    size_t name_len;
    char *function;               /* as the blueprint calls it; NULL: unknown */
    const struct function *known; /* of Kanister's; NULL */
    int64_t weights[STEPS];       /* of its steps */
    int64_t weight;               /* its own, 0 to PHASE_WEIGHT_MAX */
    bool deferred; /* the action's defer phase: shown, not counted */
    enum phase_state state;
    struct progress progress; /* its percent is known if anything is */
    int64_t raw;        /* hundredths, as the mover said last; -1: unknown */
    struct items items; /* if it has said that it has any */
    int has_mover;      /* 1: there is one, and it tells how far it is */
    enum basis basis;
    enum step ended;        /* the last that did, where the basis is a step */
    enum result result;     /* its mover's last word; none behind new stats */
    char since[CLOCK_TEXT]; /* progress.lastTransitionTime; may be empty */
};

struct action {
    char *name; /* NULL: it has none */
    size_t name_len;
    char *blueprint;     /* by which it runs; NULL: unknown */
    size_t first, count; /* its phases; a defer phase stands behind them */
    bool has_defer;
};

struct plan {
    struct action *actions;
    size_t action_count, action_room;
    struct phase *phases; /* of all actions, in order, defer phases included */
    size_t phase_count, phase_room;
    char since[CLOCK_TEXT]; /* status.progress.lastTransitionTime; or empty */
    char uid[PLAN_UID_MAX]; /* of the ActionSet; or empty */
    int64_t reached;        /* hundredths; where the whole has been, not less */
    bool within_steps; /* a mover's percent is that of the execution step */
    bool weighted;     /* the phases' weights say how long they take */
    bool by_time;      /* the percent of the whole goes by these weights */
    char why[PLAN_WHY_MAX];
};

/* Adds an action; NAME may be NULL. */
bool plan_add_action(struct plan *p, const char *name, size_t len);

/* Adds a pending phase to the last action.  The phase, valid until the next is
 * added; NULL where the name is empty or too long, is in the action already,
 * or there are too many. */
struct phase *plan_add_phase(struct plan *p, const char *name, size_t len,
                             bool deferred);

/* Says which function the phase runs, in place of what was said before; LEN 0:
 * unknown.  False where it has more than PLAN_NAME_MAX bytes or there is no
 * memory (errno EMSGSIZE, ENOMEM); it is then unknown. */
bool phase_set_function(struct phase *phase, const char *name, size_t len);

/* Says by which Blueprint the action runs; all as above. */
bool action_set_blueprint(struct action *action, const char *name, size_t len);

/* One action of the phases in NAMES ("a,b,c"); ACTION, its name, may be
 * NULL. */
bool plan_of_names(struct plan *p, const char *names, const char *action);

/* The action that TEXT names, or where none has that name the one whose index
 * it is.  How many there are: 1, 0, or more of one name; *ACTION is the first.
 */
size_t plan_find_action(const struct plan *p, const char *text, size_t len,
                        size_t *action);

/* The phase NAME of the action with the index ACTION, its defer phase
 * included; NULL. */
struct phase *plan_find(struct plan *p, size_t action, const char *name,
                        size_t len);

void plan_free(struct plan *p);

/* A state by its name; "completed", which the design document of Kanister
 * writes, is complete. */
enum phase_state phase_state_of(const struct scan_value *name);
const char *phase_state_name(enum phase_state state);

#endif
