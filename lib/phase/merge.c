#include "phase/merge.h"

#include <stdio.h>
#include <string.h>

#include "phase/actionset.h"

static bool is_final(enum phase_state state)
{
    return state == PHASE_FAILED || state == PHASE_COMPLETE;
}

/* Whether a phase goes from one state, which is not final, to the other, which
 * is not pending. */
static bool is_forward(enum phase_state from, enum phase_state to)
{
    return from == PHASE_PENDING || is_final(to);
}

/* Whether records have told how far PHASE is. */
static bool is_ours(const struct phase *phase)
{
    return phase->basis != BASIS_NONE && phase->basis != BASIS_GIVEN;
}

static void merge_progress(struct phase *phase, const struct progress *newer)
{
    if (progress_raise(&phase->progress, newer->percent))
        phase->basis = BASIS_GIVEN;
    progress_take_sizes(&phase->progress, newer);
    if (newer->seconds >= 0)
        phase->progress.seconds = newer->seconds;
}

static void merge_phase(struct phase *phase, const struct phase *newer)
{
    if (is_final(phase->state) || newer->state == PHASE_PENDING)
        return;
    if (is_forward(phase->state, newer->state))
        phase->state = newer->state;
    if (!is_ours(phase))
        merge_progress(phase, &newer->progress);
    if (phase->state == PHASE_RUNNING && phase->progress.percent < 0)
        phase->progress.percent = 0;
    if (phase->state == PHASE_COMPLETE) {
        phase->progress.percent = PERCENT_WHOLE;
        phase->progress.seconds = COUNT_UNKNOWN;
    }
}

/* Whether both are the same ActionSet; what either does not know of itself
 * does not count. */
static bool is_same(const struct plan *p, const struct plan *newer)
{
    if (p->uid[0] != '\0' && newer->uid[0] != '\0' &&
        strcmp(p->uid, newer->uid) != 0)
        return false;
    if (p->action_count != newer->action_count)
        return false;
    for (size_t i = 0; i < p->action_count; i++) {
        const struct action *a = &p->actions[i], *b = &newer->actions[i];

        if (a->name != NULL && b->name != NULL &&
            (a->name_len != b->name_len ||
             memcmp(a->name, b->name, a->name_len) != 0))
            return false;
    }
    return true;
}

static void merge_action(struct plan *p, size_t index, const struct plan *newer)
{
    const struct action *a = &newer->actions[index];

    for (size_t i = 0; i < a->count + a->has_defer; i++) {
        const struct phase *from = &newer->phases[a->first + i];
        struct phase *to = plan_find(p, index, from->name, from->name_len);

        if (to != NULL)
            merge_phase(to, from);
        else if (p->why[0] == '\0')
            snprintf(p->why, sizeof p->why,
                     "it has a phase \"%.200s\" in action %zu, which is not "
                     "in the plan",
                     from->name, index);
    }
}

bool merge_plan(struct plan *p, const struct plan *newer)
{
    p->why[0] = '\0';
    if (!is_same(p, newer)) {
        snprintf(p->why, sizeof p->why, "this is another ActionSet");
        return false;
    }
    for (size_t i = 0; i < p->action_count; i++)
        merge_action(p, i, newer);
    return true;
}

bool merge_actionset(struct plan *p, const char *text, size_t len,
                     const struct blueprints *b)
{
    struct plan newer = { 0 };
    bool good = actionset_read(&newer, text, len, b);

    if (good)
        good = merge_plan(p, &newer);
    else
        memcpy(p->why, newer.why, sizeof p->why);
    plan_free(&newer);
    return good;
}
