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

struct whole whole_of(const struct plan *plan)
{
    struct whole w = { 0 };
    size_t states[PHASE_NO_STATE] = { 0 };
    int64_t percents = 0, counted = 0;

    for (int i = 0; i < SIZES; i++)
        w.sizes[i] = COUNT_UNKNOWN;
    for (size_t i = 0; i < plan->phase_count; i++) {
        const struct phase *phase = &plan->phases[i];

        states[phase->state]++;
        if (w.running == NULL && phase->state == PHASE_RUNNING)
            w.running = phase;
        if (phase->deferred)
            continue;
        counted++;
        if (phase->progress.percent > 0)
            percents += phase->progress.percent;
        progress_add_sizes(w.sizes, phase->progress.sizes);
    }
    w.state = state_of(states);
    w.percent = counted > 0 ? percents / counted : 0;
    return w;
}
