#include "phase/track.h"

#include <string.h>

/* How far a phase is when a step of it is done: equal thirds. */
static const int64_t step_ends[] = {
    [STEP_PREREQUISITES] = PERCENT_WHOLE / 3,
    [STEP_EXECUTION] = PERCENT_WHOLE * 2 / 3,
    [STEP_CLEANUP] = PERCENT_HELD,
    [STEP_OTHER] = 0,
    [STEP_NOT_SAID] = 0,
};

/* The phase of N: by its own words first, then by the target's. */
static enum track place(struct plan *plan, const struct target *t,
                        const struct note *n, struct phase **phase)
{
    size_t action = n->action >= 0 ? (size_t)n->action : t->action;
    const struct action *a;

    *phase = NULL;
    if (n->action == NOTE_NO_INDEX || action >= plan->action_count)
        return TRACK_UNKNOWN;
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

static void raise_to(struct phase *phase, int64_t percent)
{
    if (percent > PERCENT_HELD)
        percent = PERCENT_HELD;
    if (percent > phase->progress.percent)
        phase->progress.percent = percent;
}

static void take_stats(struct phase *phase, const struct progress *said)
{
    begin(phase);
    raise_to(phase, said->percent);
    phase->raw = said->percent;
    for (int i = 0; i < SIZES; i++)
        if (said->sizes[i] >= 0)
            phase->progress.sizes[i] = said->sizes[i];
    phase->progress.seconds = said->seconds; /* an old estimate misleads */
}

static void complete(struct phase *phase)
{
    phase->state = PHASE_COMPLETE;
    phase->progress.percent = PERCENT_WHOLE;
    phase->progress.seconds = COUNT_UNKNOWN;
}

static enum track take_event(struct phase *phase, const struct note *n)
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
        if (n->done || n->state == PHASE_COMPLETE) /* the step's, not more */
            raise_to(phase, step_ends[n->step]);
    }
    return TRACK_TAKEN;
}

enum track track_note(struct plan *plan, const struct target *t,
                      const struct note *n, struct phase **phase)
{
    enum track placed;

    if (n->kind != NOTE_PROGRESS && n->kind != NOTE_EVENT)
        return TRACK_NOTHING;
    placed = place(plan, t, n, phase);
    if (placed != TRACK_TAKEN)
        return placed;
    if ((*phase)->state == PHASE_FAILED || (*phase)->state == PHASE_COMPLETE)
        return TRACK_NOTHING;
    if (n->kind == NOTE_EVENT)
        return take_event(*phase, n);
    take_stats(*phase, &n->progress);
    return TRACK_TAKEN;
}
