#include "phase/agg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How often it is seen whether a time that is shown can still be believed. */
#define LEFT_EVERY (5 * CLOCK_SECOND)

bool agg_prepare(struct agg *a)
{
    a->resumed = RESULT_NOT_SAID;
    a->paces = calloc(a->plan.phase_count, sizeof *a->paces);
    if (a->paces == NULL) {
        errno = ENOMEM;
        return false;
    }
    for (size_t i = 0; i < a->plan.phase_count; i++)
        a->paces[i] = PACE_INIT(a->stall_after);
    return true;
}

static size_t index_of(const struct agg *a, const struct phase *phase)
{
    return (size_t)(phase - a->plan.phases);
}

/* What is left of a phase, in ms. */
static struct left left_of(const struct agg *a, size_t i, int64_t now)
{
    return pace_left(&a->paces[i], &a->plan.phases[i],
                     a->typical != NULL ? &a->typical[i] : NULL, now);
}

/* Of an action: its phases in a row.  Behind one that has failed none runs. */
static struct left action_left(const struct agg *a, const struct action *action,
                               int64_t now)
{
    struct left all = { 0 };

    for (size_t i = action->first; i < action->first + action->count; i++) {
        if (a->plan.phases[i].state == PHASE_FAILED)
            break;
        all = left_in_a_row(all, left_of(a, i, now));
        if (all.expected < 0)
            break;
    }
    return all;
}

/* Of all of them, which run at the same time. */
static struct left whole_left(const struct agg *a, int64_t now)
{
    struct left all = { 0 };

    if (a->status.line.whole.state != PHASE_RUNNING)
        return left_unknown;
    for (size_t i = 0; i < a->plan.action_count && all.expected >= 0; i++)
        all = left_at_once(all, action_left(a, &a->plan.actions[i], now));
    return all;
}

/* The mover's own word, as far as it can be believed. */
static int64_t said_of(const struct agg *a, size_t i, int64_t now)
{
    const struct phase *phase = &a->plan.phases[i];
    const struct said *said = &a->paces[i].said;

    if (said->seconds < 0) /* nothing was said; as the plan had it */
        return phase->progress.seconds;
    return said_left(said, now, phase->raw);
}

/* What a line says of the time that is left. */
struct times {
    int64_t said;
    struct left eta, action_eta;
};

static struct times times_at(const struct agg *a, int64_t now)
{
    const struct phase *subject = status_subject(&a->status);
    struct times times = { COUNT_UNKNOWN, left_unknown, left_unknown };

    if (subject != NULL) {
        size_t i = index_of(a, subject);

        times.said = said_of(a, i, now);
        times.eta = left_in_seconds(left_of(a, i, now));
    }
    times.action_eta = left_in_seconds(whole_left(a, now));
    return times;
}

/* Whether the latest line says that a time is known which is not, or the other
 * way round. */
static bool is_out_of_date(const struct agg *a, int64_t now)
{
    const struct line *line = &a->status.line;
    struct times times = times_at(a, now);

    return (times.said < 0) != (line->seconds < 0) ||
           (times.eta.expected < 0) != (line->eta.expected < 0) ||
           (times.action_eta.expected < 0) != (line->action_eta.expected < 0);
}

/* When to look at what the line says again. */
static int64_t next_left(const struct line *line, int64_t now)
{
    bool known = line->seconds >= 0 || line->eta.expected >= 0 ||
                 line->action_eta.expected >= 0;

    return known ? now + LEFT_EVERY : INT64_MAX;
}

/* Makes the line, which is due. */
static enum agg_result render(struct agg *a, int64_t now)
{
    struct line *line = &a->status.line;
    struct times times = times_at(a, now);

    line->seconds = times.said;
    line->eta = times.eta;
    line->action_eta = times.action_eta;
    a->next_left = next_left(line, now);
    line_render(line);
    return line->text.failed ? AGG_NO_MEMORY : AGG_DUE;
}

/* Whether V goes before WORST (NULL: none), also as it is older. */
static bool worse(const struct verdict *v, const struct verdict *worst)
{
    if (worst == NULL || v->is != worst->is)
        return v->is > (worst != NULL ? worst->is : VERDICT_NONE);
    return v->since < worst->since;
}

/* Takes the worst verdict on those that run into the status. */
static void judge(struct agg *a, struct instant now)
{
    struct judged *judged = &a->status.judged;
    const struct verdict *worst = NULL;

    a->judged = NULL;
    for (size_t i = 0; i < a->plan.phase_count; i++) {
        const struct verdict *v = &a->paces[i].verdict;

        if (a->plan.phases[i].state != PHASE_RUNNING || !worse(v, worst))
            continue;
        worst = v;
        a->judged = &a->plan.phases[i];
    }
    if (worst == NULL) {
        *judged = (struct judged){ .verdict = VERDICT_NONE };
    } else if (judged->verdict != (enum verdict_name)worst->is ||
               a->judged_since != worst->since) {
        judged->verdict = (enum verdict_name)worst->is;
        a->judged_since = worst->since;
        clock_format(now.wall - (now.steady - worst->since), judged->since);
    }
}

/* Looks at all verdicts where it is time to; true where one has changed. */
static bool look(struct agg *a, int64_t now)
{
    bool changed = false;

    if (now < a->next)
        return false;
    a->next = INT64_MAX;
    for (size_t i = 0; i < a->plan.phase_count; i++) {
        struct verdict *v = &a->paces[i].verdict;
        int64_t next;

        if (a->plan.phases[i].state != PHASE_RUNNING)
            continue;
        changed |= verdict_at(v, now);
        next = verdict_next(v);
        if (next < a->next)
            a->next = next;
    }
    return changed;
}

enum agg_result agg_tick(struct agg *a, struct instant now)
{
    bool due = is_out_of_date(a, now.steady);

    if (look(a, now.steady)) {
        judge(a, now);
        due |= status_next(&a->status, NULL, now.wall);
    }
    a->next_left = next_left(&a->status.line, now.steady);
    return due ? render(a, now.steady) : AGG_SAME;
}

int64_t agg_next(const struct agg *a)
{
    return a->next < a->next_left ? a->next : a->next_left;
}

const struct phase *agg_judged(const struct agg *a)
{
    return a->judged;
}

bool agg_open(struct agg *a, struct instant now)
{
    a->next = now.steady;
    if (!status_open(&a->status, &a->plan, &a->target))
        return false;
    a->status.result = a->resumed;
    (void)look(a, now.steady);
    judge(a, now);
    (void)status_next(&a->status, NULL, now.wall);
    errno = ENOMEM;
    return render(a, now.steady) == AGG_DUE;
}

bool agg_read(struct agg *a, const char *text, size_t len)
{
    a->lines++;
    note_read(&a->note, text, len);
    if (a->note.kind == NOTE_NO_RECORD)
        return false;
    a->records++;
    return true;
}

/* Whether PHASE has a mover whose stats are to come to us: one that moves data,
 * and records are said to be of it.  What else runs may well take hours. */
static bool is_awaited(const struct agg *a, const struct phase *phase)
{
    return a->target.name != NULL && a->target.phase == phase &&
           phase->known != NULL && phase->known->mover != NULL;
}

/* Takes what the note has done to PHASE over into its pace.  What it shows goes
 * before the look at the time. */
static void follow(struct agg *a, const struct phase *phase, struct instant now)
{
    size_t i = index_of(a, phase);
    struct pace *pace = &a->paces[i];
    enum phase_state before = a->status.line.phases[i].state;
    bool changed = before != phase->state;

    pace_turn(pace, before, phase, now.steady);
    if (phase->state == PHASE_RUNNING) {
        int64_t next;

        changed |=
            pace_see(pace, phase, &a->note, is_awaited(a, phase), now.steady);
        next = verdict_next(&pace->verdict);
        if (next < a->next)
            a->next = next;
    }
    changed |= look(a, now.steady);
    if (changed)
        judge(a, now);
}

enum agg_result agg_take(struct agg *a, struct instant now)
{
    struct phase *phase = NULL;

    if (a->note.kind == NOTE_RESULT)
        a->status.result = a->note.result;
    a->track = track_note(&a->plan, &a->target, &a->note, &phase);
    a->passed_over[a->track]++;
    if (a->track == TRACK_NO_MEMORY)
        return AGG_NO_MEMORY;
    if (a->track == TRACK_TAKEN)
        follow(a, phase, now);
    return status_next(&a->status, phase, now.wall) ? render(a, now.steady)
                                                    : AGG_SAME;
}

enum agg_result agg_refresh(struct agg *a, struct instant now)
{
    bool due = false;

    for (size_t i = 0; i < a->plan.phase_count; i++)
        pace_turn(&a->paces[i], a->status.line.phases[i].state,
                  &a->plan.phases[i], now.steady);
    judge(a, now);
    for (size_t i = 0; i < a->plan.phase_count; i++)
        due |= status_next(&a->status, &a->plan.phases[i], now.wall);
    return due ? render(a, now.steady) : AGG_SAME;
}

enum agg_result agg_end(struct agg *a, struct instant now)
{
    track_end(&a->plan);
    return agg_refresh(a, now);
}

void agg_close(struct agg *a)
{
    status_close(&a->status);
    plan_free(&a->plan);
    free(a->paces);
    free(a->typical);
}
