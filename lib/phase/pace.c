#include "phase/pace.h"

#include "base/clock.h"

#define MS (CLOCK_SECOND / 1000)

static bool see_stats(struct pace *pace, const struct phase *phase,
                      const struct note *n, int64_t now)
{
    struct measure m = n->item == NOTE_NOT_SAID
                           ? work_measure(&n->work, &n->progress, n->overall)
                           : items_measure(&phase->items);

    eta_see(&pace->eta, now, &m);
    return verdict_see(&pace->verdict, now, &m);
}

/* The last word of one of several movers is a sign of life of the others. */
static bool see_end(struct pace *pace, const struct phase *phase,
                    const struct note *n, int64_t now)
{
    if (n->item == NOTE_NOT_SAID || items_over(&phase->items))
        return verdict_end(&pace->verdict, false);
    return verdict_touch(&pace->verdict, now);
}

/* Whether the step of N has ended. */
static bool is_done(const struct note *n)
{
    return n->done || n->state == PHASE_COMPLETE;
}

static bool see_event(struct pace *pace, const struct note *n, bool awaited,
                      int64_t now)
{
    if (n->step == STEP_CLEANUP || (n->step == STEP_EXECUTION && is_done(n)))
        return verdict_end(&pace->verdict, true);
    if (awaited && (n->step != STEP_PREREQUISITES || is_done(n)) &&
        verdict_begin(&pace->verdict, now))
        return true;
    return verdict_touch(&pace->verdict, now);
}

bool pace_see(struct pace *pace, const struct phase *phase,
              const struct note *n, bool awaited, int64_t now)
{
    if (n->kind == NOTE_PROGRESS)
        return see_stats(pace, phase, n, now);
    if (n->kind == NOTE_EVENT && n->state == PHASE_PENDING)
        return false;
    if (n->kind == NOTE_RESULT || n->item != NOTE_NOT_SAID)
        return see_end(pace, phase, n, now);
    return see_event(pace, n, awaited, now);
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
