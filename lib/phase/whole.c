#include "phase/whole.h"

static enum phase_state state_of(const size_t count[static PHASE_NO_STATE])
{
    if (count[PHASE_FAILED] > 0)
        return PHASE_FAILED;
    if (count[PHASE_RUNNING] > 0)
        return PHASE_RUNNING;
    if (count[PHASE_COMPLETE] == 0)
        return PHASE_PENDING;
    return count[PHASE_PENDING] == 0 ? PHASE_COMPLETE : PHASE_RUNNING;
}

/* A phase's percentage as it counts. */
static int64_t percent_of(const struct phase *phase)
{
    return phase->progress.percent > 0 ? phase->progress.percent : 0;
}

static int64_t mean(int64_t sum, int64_t weights)
{
    return weights > 0 ? sum / weights : 0;
}

/* 100 comes from success: also where what is left weighs nothing. */
static int64_t held(int64_t percent, bool over)
{
    return over || percent < PERCENT_WHOLE ? percent : PERCENT_WHOLE - 1;
}

int64_t whole_weight(const struct plan *plan, const struct phase *phase)
{
    if (phase->deferred)
        return 0;
    return plan->by_time ? phase->weight : 1;
}

int64_t whole_weights(const struct plan *plan)
{
    int64_t sum = 0;

    for (size_t i = 0; i < plan->phase_count; i++)
        sum += whole_weight(plan, &plan->phases[i]);
    return sum;
}

struct whole whole_of(const struct plan *plan)
{
    struct whole w = { 0 };
    size_t states[PHASE_NO_STATE] = { 0 };
    int64_t percents = 0, counted = 0, weighted = 0, weights = 0;
    bool over = true;

    for (int i = 0; i < SIZES; i++)
        w.sizes[i] = COUNT_UNKNOWN;
    for (size_t i = 0; i < plan->phase_count; i++) {
        const struct phase *phase = &plan->phases[i];

        states[phase->state]++;
        if (w.running == NULL && phase->state == PHASE_RUNNING)
            w.running = phase;
        if (phase->deferred)
            continue;
        over = over && phase->state == PHASE_COMPLETE;
        counted++;
        percents += percent_of(phase);
        weights += phase->weight;
        weighted += phase->weight * percent_of(phase);
        progress_add_sizes(w.sizes, phase->progress.sizes);
    }
    w.state = state_of(states);
    w.by_time = held(mean(weighted, weights), over);
    w.percent = plan->by_time ? w.by_time : mean(percents, counted);
    if (w.percent < plan->reached)
        w.percent = held(plan->reached, over);
    return w;
}
