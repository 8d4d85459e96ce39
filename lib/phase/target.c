#include <stdio.h>
#include <string.h>

#include "phase/track.h"

/* Appends one of a list to the reason; what does not fit is cut off. */
static void list(struct plan *plan, bool first, const char *name)
{
    size_t used = strlen(plan->why);

    snprintf(plan->why + used, sizeof plan->why - used, "%s%s",
             first ? "" : ", ", name != NULL ? name : "(no name)");
}

static void list_actions(struct plan *plan)
{
    for (size_t i = 0; i < plan->action_count; i++)
        list(plan, i == 0, plan->actions[i].name);
}

static bool find_action(struct target *t, struct plan *plan, const char *action)
{
    size_t found = plan_find_action(plan, action, strlen(action), &t->action);

    t->given = true;
    if (found == 1)
        return true;
    if (found > 1) {
        snprintf(plan->why, sizeof plan->why,
                 "--action: more than one is named \"%.200s\"; give an index, "
                 "counting from 0: ",
                 action);
        list_actions(plan);
        return false;
    }
    snprintf(plan->why, sizeof plan->why,
             "--action: there is no \"%.200s\"; the actions are: ", action);
    list_actions(plan);
    return false;
}

static bool find_phase(struct target *t, struct plan *plan, const char *phase)
{
    const struct action *a = &plan->actions[t->action];

    t->name = phase;
    t->phase = plan_find(plan, t->action, phase, strlen(phase));
    if (t->phase != NULL)
        return true;
    snprintf(plan->why, sizeof plan->why,
             "--phase: there is no \"%.200s\" in action %zu; its phases are: ",
             phase, t->action);
    for (size_t i = 0; i < a->count + a->has_defer; i++)
        list(plan, i == 0, plan->phases[a->first + i].name);
    return false;
}

bool target_find(struct target *t, struct plan *plan, const char *action,
                 const char *phase)
{
    const struct action *a;

    *t = (struct target){ 0 };
    if (action != NULL && !find_action(t, plan, action))
        return false;
    if (phase != NULL)
        return find_phase(t, plan, phase);
    a = &plan->actions[t->action];
    if (a->count == 1)
        t->phase = &plan->phases[a->first];
    return true;
}
