#include "phase/status.h"

#include <string.h>

/* WALL as text; formats only where the second is a new one. */
static const char *now(struct status *s, int64_t wall)
{
    if (wall / CLOCK_SECOND != s->second) {
        s->second = wall / CLOCK_SECOND;
        clock_format(wall, s->now);
    }
    return s->now;
}

const struct phase *status_subject(const struct status *s)
{
    const struct phase *target = s->target->phase;

    return target != NULL && target->state == PHASE_RUNNING
               ? target
               : s->line.whole.running;
}

/* The mover's own percentage, where it is not the one shown. */
static int64_t raw_of(const struct phase *phase)
{
    return phase != NULL && phase->raw != phase->progress.percent
               ? phase->raw
               : PERCENT_UNKNOWN;
}

/* Kanister's rule for the time of the whole: the percentage and the sums, not
 * the running phase (kanister pkg/progress/action.go@0.119.0). */
static bool whole_moved(const struct whole *a, const struct whole *b)
{
    return a->percent != b->percent ||
           memcmp(a->sizes, b->sizes, sizeof a->sizes) != 0;
}

/* Takes over what PHASE has become; false where it is as it was shown. */
static bool update(struct status *s, const struct phase *phase, int64_t wall)
{
    struct line *line = &s->line;
    struct shown *shown = &line->phases[phase - s->plan->phases];
    bool moved = !progress_equal(&phase->progress, &shown->progress);
    struct whole before = line->whole;

    if (!moved && phase->state == shown->state)
        return false;
    shown->state = phase->state;
    line->whole = whole_of(s->plan);
    if (moved) {
        shown->progress = phase->progress;
        memcpy(shown->since, now(s, wall), CLOCK_TEXT);
    }
    /* perhaps by other phases that have moved and are still to be shown */
    if (whole_moved(&line->whole, &before))
        memcpy(line->since, now(s, wall), CLOCK_TEXT);
    line_render_phase(shown);
    return true;
}

/* Takes over what is said beside the phases; false where that is the same. */
static bool update_detail(struct status *s)
{
    const struct phase *phase = status_subject(s);
    struct line *line = &s->line;
    int64_t raw = raw_of(phase);
    bool same = raw == line->raw && s->result == line->result &&
                s->judged.verdict == line->judged.verdict &&
                memcmp(s->judged.since, line->judged.since, CLOCK_TEXT) == 0;

    line->judged = s->judged;
    line->raw = raw;
    line->result = s->result;
    return !same;
}

bool status_next(struct status *s, const struct phase *phase, int64_t wall)
{
    bool due = phase != NULL && update(s, phase, wall);

    return update_detail(s) || due;
}

bool status_open(struct status *s, const struct plan *plan,
                 const struct target *target)
{
    *s = (struct status){
        .result = RESULT_NOT_SAID, .plan = plan, .target = target, .second = -1
    };
    if (!line_open(&s->line, plan))
        return false;
    (void)update_detail(s);
    return true;
}

void status_close(struct status *s)
{
    line_close(&s->line);
}
