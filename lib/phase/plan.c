#include "phase/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

static const struct scan_word state_names[PHASE_NO_STATE] = {
    [PHASE_PENDING] = SCAN_WORD("pending"),
    [PHASE_RUNNING] = SCAN_WORD("running"),
    [PHASE_FAILED] = SCAN_WORD("failed"),
    [PHASE_COMPLETE] = SCAN_WORD("complete"),
};
static const struct scan_word completed = SCAN_WORD("completed");

enum phase_state phase_state_of(const struct scan_value *name)
{
    if (scan_find(name, &completed, 1) == 0)
        return PHASE_COMPLETE;
    return (enum phase_state)scan_find(name, state_names, PHASE_NO_STATE);
}

const char *phase_state_name(enum phase_state state)
{
    return state_names[state].text;
}

/* ARRAY with room for one more element of SIZE bytes behind its COUNT; NULL,
 * and ARRAY is as it was, where there is no memory. */
static void *grown(void *array, size_t *room, size_t count, size_t size)
{
    size_t more = *room > 0 ? *room * 2 : 4;

    if (count < *room)
        return array;
    array = reallocarray(array, more, size);
    if (array != NULL)
        *room = more;
    return array;
}

static char *copy(const char *name, size_t len)
{
    char *bytes = malloc(len + 1);

    if (bytes != NULL) {
        memcpy(bytes, name, len);
        bytes[len] = '\0';
    }
    return bytes;
}

/* A name as a sentence can bear it. */
static int shown(size_t len)
{
    return len < 200 ? (int)len : 200;
}

bool plan_add_action(struct plan *p, const char *name, size_t len)
{
    struct action *actions, *a;

    if (len > PLAN_NAME_MAX) {
        snprintf(p->why, sizeof p->why,
                 "an action's name has more than %d bytes", PLAN_NAME_MAX);
        return false;
    }
    if (p->action_count >= PLAN_MAX_PHASES) {
        snprintf(p->why, sizeof p->why, "more than %d actions",
                 PLAN_MAX_PHASES);
        return false;
    }
    actions = grown(p->actions, &p->action_room, p->action_count, sizeof *a);
    if (actions == NULL)
        return false;
    p->actions = actions;
    a = &actions[p->action_count];
    *a = (struct action){ .first = p->phase_count };
    if (name != NULL) {
        a->name = copy(name, len);
        a->name_len = len;
        if (a->name == NULL)
            return false;
    }
    p->action_count++;
    return true;
}

/* Whether the last action can have a phase NAME. */
static bool acceptable(struct plan *p, const char *name, size_t len)
{
    if (len == 0)
        snprintf(p->why, sizeof p->why, "a phase has an empty name");
    else if (len > PLAN_NAME_MAX)
        snprintf(p->why, sizeof p->why, "a phase's name has more than %d bytes",
                 PLAN_NAME_MAX);
    else if (p->phase_count >= PLAN_MAX_PHASES)
        snprintf(p->why, sizeof p->why, "more than %d phases", PLAN_MAX_PHASES);
    else if (plan_find(p, p->action_count - 1, name, len) != NULL)
        snprintf(p->why, sizeof p->why,
                 "two phases of one action are named \"%.*s\"", shown(len),
                 name);
    else
        return true;
    return false;
}

struct phase *plan_add_phase(struct plan *p, const char *name, size_t len,
                             bool deferred)
{
    struct action *a = &p->actions[p->action_count - 1];
    struct phase *phases, *phase;

    if (!acceptable(p, name, len))
        return NULL;
    phases = grown(p->phases, &p->phase_room, p->phase_count, sizeof *phase);
    if (phases == NULL)
        return NULL;
    p->phases = phases;
    phase = &phases[p->phase_count];
    *phase = (struct phase){ .name = copy(name, len),
                             .name_len = len,
                             .deferred = deferred,
                             .weights = { 1, 1, 1 },
                             .weight = 1,
                             .progress = progress_unknown,
                             .raw = PERCENT_UNKNOWN,
                             .result = RESULT_NOT_SAID };
    if (phase->name == NULL)
        return NULL;
    p->phase_count++;
    if (deferred)
        a->has_defer = true;
    else
        a->count++;
    return phase;
}

/* Puts a copy of NAME in the place of *KEPT; NULL where LEN is 0. */
static bool keep(char **kept, const char *name, size_t len)
{
    free(*kept);
    *kept = NULL;
    if (len == 0)
        return true;
    errno = EMSGSIZE;
    if (len <= PLAN_NAME_MAX)
        *kept = copy(name, len);
    return *kept != NULL;
}

bool phase_set_function(struct phase *phase, const char *name, size_t len)
{
    bool kept = keep(&phase->function, name, len);

    phase->known = kept ? functions_find(name, len) : NULL;
    return kept;
}

bool action_set_blueprint(struct action *action, const char *name, size_t len)
{
    return keep(&action->blueprint, name, len);
}

bool plan_of_names(struct plan *p, const char *names, const char *action)
{
    if (!plan_add_action(p, action, action != NULL ? strlen(action) : 0))
        return false;
    for (;;) {
        size_t len = strcspn(names, ",");

        if (plan_add_phase(p, names, len, false) == NULL)
            return false;
        if (names[len] == '\0')
            return true;
        names += len + 1;
    }
}

size_t plan_find_action(const struct plan *p, const char *text, size_t len,
                        size_t *action)
{
    size_t found = 0;
    int64_t index;

    for (size_t i = p->action_count; i-- > 0;) {
        const struct action *a = &p->actions[i];

        if (a->name != NULL && a->name_len == len &&
            memcmp(a->name, text, len) == 0) {
            *action = i;
            found++;
        }
    }
    if (found == 0 && num_int(text, len, &index) &&
        (uint64_t)index < p->action_count) {
        *action = (size_t)index;
        found = 1;
    }
    return found;
}

struct phase *plan_find(struct plan *p, size_t action, const char *name,
                        size_t len)
{
    const struct action *a = &p->actions[action];

    for (size_t i = 0; i < a->count + a->has_defer; i++) {
        struct phase *phase = &p->phases[a->first + i];

        if (phase->name_len == len && memcmp(phase->name, name, len) == 0)
            return phase;
    }
    return NULL;
}

void plan_free(struct plan *p)
{
    for (size_t i = 0; i < p->phase_count; i++) {
        free(p->phases[i].name);
        free(p->phases[i].function);
        items_free(&p->phases[i].items);
    }
    for (size_t i = 0; i < p->action_count; i++) {
        free(p->actions[i].name);
        free(p->actions[i].blueprint);
    }
    free(p->phases);
    free(p->actions);
    *p = (struct plan){ 0 };
}
