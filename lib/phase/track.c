#include "phase/track.h"

#include <string.h>

/* The action that has a phase of N's name, where N does not say which: the only
 * one, or of several the target's, but only if the target was named. */
static enum track place_by_phase(struct plan *plan, const struct target *t,
                                 const struct note *n, size_t *action)
{
    size_t found = 0;

    *action = t->action;
    if (n->name == NULL || t->given || plan->action_count == 1)
        return TRACK_TAKEN;
    for (size_t i = 0; i < plan->action_count; i++)
        if (plan_find(plan, i, n->name, n->name_len) != NULL) {
            *action = i;
            found++;
        }
    if (found > 1)
        *action = t->action;
    return found > 1 && t->name == NULL ? TRACK_SEVERAL : TRACK_TAKEN;
}

static enum track place_action(struct plan *plan, const struct target *t,
                               const struct note *n, size_t *action)
{
    size_t found;

    if (n->action_name != NULL) {
        found = plan_find_action(plan, n->action_name, n->action_len, action);
        return found == 1  ? TRACK_TAKEN
               : found > 1 ? TRACK_SEVERAL
                           : TRACK_UNKNOWN;
    }
    if (n->action == NOTE_NOT_SAID)
        return place_by_phase(plan, t, n, action);
    *action = (size_t)n->action;
    return n->action != NOTE_NO_INDEX && *action < plan->action_count
               ? TRACK_TAKEN
               : TRACK_UNKNOWN;
}

/* The phase of N: by its own words first, then by the target's. */
static enum track place(struct plan *plan, const struct target *t,
                        const struct note *n, struct phase **phase)
{
    const struct action *a;
    enum track placed;
    size_t action = 0;

    *phase = NULL;
    placed = place_action(plan, t, n, &action);
    if (placed != TRACK_TAKEN)
        return placed;
    a = &plan->actions[action];
    if (n->name != NULL)
        *phase = plan_find(plan, action, n->name, n->name_len);
    else if (n->phase != NOTE_NOT_SAID)
        *phase = n->phase >= 0 && (size_t)n->phase < a->count
                     ? &plan->phases[a->first + (size_t)n->phase]
                     : NULL;
    else if (action == t->action && t->phase != NULL)
        *phase = t->phase;
    else if (t->name != NULL)
        *phase = plan_find(plan, action, t->name, strlen(t->name));
    else if (a->count == 1)
        *phase = &plan->phases[a->first];
    else
        return TRACK_UNPLACED;
    return *phase != NULL ? TRACK_TAKEN : TRACK_UNKNOWN;
}

static void begin(struct phase *phase)
{
    phase->state = PHASE_RUNNING;
    if (phase->progress.percent < 0)
        phase->progress.percent = 0;
}

static bool raise_to(struct phase *phase, int64_t percent, enum basis basis)
{
    if (!progress_raise(&phase->progress, percent))
        return false;
    phase->basis = basis;
    return true;
}

/* What the phase's mover says, or all of its items together. */
static void take_stats(const struct plan *plan, struct phase *phase,
                       const struct progress *said, enum basis basis)
{
    int64_t percent = said->percent;

    begin(phase);
    if (plan->within_steps && percent >= 0)
        percent =
            steps_within(functions_steps(phase->known), phase->weights,
                         percent < PERCENT_WHOLE ? percent : PERCENT_WHOLE);
    (void)raise_to(phase, percent, basis);
    phase->raw = said->percent;
    phase->result = RESULT_NOT_SAID;
    progress_take_sizes(&phase->progress, said);
    phase->progress.seconds = said->seconds; /* an old estimate misleads */
}

/* What an event makes of the item that it names. */
static enum item_state item_state_of(const struct note *n)
{
    if (n->state == PHASE_FAILED)
        return ITEM_FAILED;
    if (n->step == STEP_PREREQUISITES)
        return ITEM_MOVING;
    if (n->done || n->state == PHASE_COMPLETE)
        return ITEM_DONE;
    return ITEM_MOVING;
}

static enum track take_item(const struct plan *plan, struct phase *phase,
                            const struct note *n)
{
    size_t count = phase->items.count;
    struct progress together;

    if (n->of > ITEMS_MAX)
        return TRACK_NO_ITEM;
    if (n->of > (int64_t)count)
        count = (size_t)n->of;
    if (n->item < 0 || n->item >= (int64_t)count)
        return TRACK_NO_ITEM;
    if (!items_grow(&phase->items, count))
        return TRACK_NO_MEMORY;
    if (n->kind == NOTE_PROGRESS) {
        struct measure work = work_measure(&n->work, &n->progress, n->overall);

        items_take(&phase->items, (size_t)n->item, &n->progress, &work);
    } else if (n->state != PHASE_PENDING) {
        items_set(&phase->items, (size_t)n->item, item_state_of(n));
    } else {
        return TRACK_TAKEN;
    }
    together = items_together(&phase->items);
    take_stats(plan, phase, &together, BASIS_ITEMS);
    return TRACK_TAKEN;
}

static void complete(struct phase *phase)
{
    phase->state = PHASE_COMPLETE;
    phase->progress.percent = PERCENT_WHOLE;
    phase->progress.seconds = COUNT_UNKNOWN;
}

static void end_step(const struct plan *plan, struct phase *phase,
                     enum step step)
{
    if (phase->has_mover && step == STEP_PREREQUISITES && !plan->within_steps)
        return;
    if (raise_to(phase,
                 steps_end(functions_steps(phase->known), phase->weights, step),
                 BASIS_STEP))
        phase->ended = step;
}

static enum track take_event(const struct plan *plan, struct phase *phase,
                             const struct note *n)
{
    bool has_step = n->step != STEP_NOT_SAID;

    if (n->state == PHASE_NO_STATE && !has_step)
        return TRACK_UNCLEAR;
    if (n->state == PHASE_FAILED) {
        phase->state = PHASE_FAILED;
    } else if (n->state == PHASE_COMPLETE && !has_step) {
        complete(phase);
    } else if (n->state != PHASE_PENDING) {
        begin(phase);
        phase->has_mover |= n->has_mover;
        if (n->done || n->state == PHASE_COMPLETE) /* the step's, not more */
            end_step(plan, phase, n->step);
    }
    return TRACK_TAKEN;
}

/* A mover's last word changes nothing of its phase; of an item it is noted. */
static enum track take_result(struct phase *phase, const struct note *n)
{
    if (n->item >= 0 && n->item < (int64_t)phase->items.count)
        items_end_mover(&phase->items, (size_t)n->item);
    else if (n->item == NOTE_NOT_SAID)
        phase->result = n->result;
    return TRACK_TAKEN;
}

enum track track_note(struct plan *plan, const struct target *t,
                      const struct note *n, struct phase **phase)
{
    enum track placed;

    if (n->kind == NOTE_OTHER || n->kind == NOTE_NO_RECORD)
        return TRACK_NOTHING;
    placed = place(plan, t, n, phase);
    if (placed != TRACK_TAKEN) /* what a result says is shown all the same */
        return n->kind != NOTE_RESULT ? placed : TRACK_NOTHING;
    if ((*phase)->state == PHASE_FAILED || (*phase)->state == PHASE_COMPLETE)
        return TRACK_NOTHING;
    if (n->kind == NOTE_RESULT)
        return take_result(*phase, n);
    if (n->kind == NOTE_PROGRESS)
        (*phase)->has_mover = 1;
    if (n->item != NOTE_NOT_SAID)
        return take_item(plan, *phase, n);
    if (n->kind == NOTE_EVENT)
        return take_event(plan, *phase, n);
    take_stats(plan, *phase, &n->progress, BASIS_MOVER);
    return TRACK_TAKEN;
}

void track_end(struct plan *plan)
{
    for (size_t i = 0; i < plan->phase_count; i++) {
        struct phase *phase = &plan->phases[i];

        if (phase->state == PHASE_FAILED || phase->state == PHASE_COMPLETE)
            continue;
        if (phase->result == RESULT_COMPLETE ||
            phase->result == RESULT_UNCHANGED)
            complete(phase);
        else if (phase->result == RESULT_FAILED ||
                 phase->result == RESULT_CANCELLED)
            phase->state = PHASE_FAILED;
    }
}
