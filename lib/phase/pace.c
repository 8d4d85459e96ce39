#include "phase/pace.h"

#include "base/clock.h"

#define MS (CLOCK_SECOND / 1000)

/* What the record shows of the work; of one item of several that is nothing,
 * but all of them together. */
static struct measure measure_of(const struct phase *phase,
                                 const struct note *n)
{
    struct progress together;

    if (n->item == NOTE_NOT_SAID)
        return work_measure(&n->work, &n->progress, n->overall);
    together = items_together(&phase->items);
    return work_measure(&work_unknown, &together, together.percent);
}

bool pace_see(struct pace *pace, const struct phase *phase,
              const struct note *n, int64_t now)
{
    struct measure m = measure_of(phase, n);

    eta_see(&pace->eta, now, &m);
    return verdict_see(&pace->verdict, now, &m);
}

void pace_turn(struct pace *pace, enum phase_state before,
               const struct phase *phase, int64_t now)
{
    struct span *span = &pace->span;

    if (before == PHASE_PENDING && phase->state == PHASE_RUNNING) {
        span->turns = 1;
        span->began = now;
    } else if (span->turns == 1 && phase->state == PHASE_COMPLETE) {
        span->turns = 2;
        span->ended = now;
    }
    said_see(&pace->said, now, phase->progress.seconds);
}

int64_t pace_took(const struct pace *pace)
{
    const struct span *span = &pace->span;

    return span->turns == 2 ? (span->ended - span->began) / MS : -1;
}

struct left pace_left(const struct pace *pace, const struct phase *phase,
                      const struct typical *typical, int64_t now)
{
    struct left left = left_unknown;
    int64_t usual = COUNT_UNKNOWN, spent = 0;

    if (phase->state == PHASE_COMPLETE || phase->state == PHASE_FAILED)
        return (struct left){ 0 };
    if (phase->state == PHASE_RUNNING)
        left = eta_left(&pace->eta, now);
    if (left.expected >= 0 || typical == NULL)
        return left;
    if (phase->state == PHASE_RUNNING) {
        if (pace->span.turns == 0)
            return left_unknown; /* nobody knows for how long it has run */
        spent = (now - pace->span.began) / MS;
    }
    usual = history_expect(typical, history_total(&phase->progress));
    return left_usual(usual, spent);
}
