#include "kube/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/annotation.h"

/* While the two are held together. */
struct merging {
    struct merged *m;
    const struct object *object;
    const struct view *line;
    const struct view_phase **lines; /* the line's phase, by the object's */
};

static int shown(struct view_text name)
{
    return name.len < 100 ? (int)name.len : 100;
}

/* The object's action that ACTION of the line is; NULL. */
static const struct view_action *find_action(const struct merging *g,
                                             const struct view_action *action)
{
    const struct view *v = &g->object->view;
    size_t index = (size_t)(action - g->line->actions);
    const struct view_action *found = NULL;

    if (index < v->action_count &&
        (action->name.len == 0 ||
         view_same(action->name, v->actions[index].name)))
        return &v->actions[index];
    /* a line of that action alone */
    for (size_t i = 0; i < v->action_count && g->line->action_count == 1; i++) {
        if (!view_same(action->name, v->actions[i].name))
            continue;
        if (found != NULL)
            return NULL;
        found = &v->actions[i];
    }
    return found;
}

static bool fit_phase(struct merging *g, const struct view_action *action,
                      const struct view_phase *phase)
{
    const struct view *v = &g->object->view;

    for (size_t i = action->first; i < action->first + action->count; i++)
        if (g->lines[i] == NULL && v->phases[i].deferred == phase->deferred &&
            view_same(v->phases[i].name, phase->name)) {
            g->lines[i] = phase;
            return true;
        }
    snprintf(g->m->why, sizeof g->m->why,
             "its action \"%.*s\" has no %sphase \"%.*s\"", shown(action->name),
             action->name.bytes, phase->deferred ? "defer " : "",
             shown(phase->name), phase->name.bytes);
    return false;
}

/* Finds the object's phase of each phase of the line. */
static bool fit(struct merging *g)
{
    if (g->line->phase_count == 0) {
        snprintf(g->m->why, sizeof g->m->why, "the status has no phases");
        return false;
    }
    for (size_t i = 0; i < g->line->action_count; i++) {
        const struct view_action *one = &g->line->actions[i];
        const struct view_action *other = find_action(g, one);

        if (other == NULL) {
            snprintf(g->m->why, sizeof g->m->why,
                     "its action %zu is not \"%.*s\"", i, shown(one->name),
                     one->name.bytes);
            return false;
        }
        for (size_t j = one->first; j < one->first + one->count; j++)
            if (!fit_phase(g, other, &g->line->phases[j]))
                return false;
    }
    return true;
}

/* The controller never says "running" of a defer phase, but names it. */
static bool is_running(const struct view *v, const struct view_phase *phase)
{
    const struct view_action *action = &v->actions[phase->action];

    if (!phase->deferred)
        return phase->state == STATE_RUNNING;
    if (phase->state == STATE_FAILED || phase->state == STATE_COMPLETE ||
        !view_same(v->running, phase->name))
        return false;
    for (size_t i = action->first; i + 1 < action->first + action->count; i++)
        if (v->phases[i].state != STATE_COMPLETE)
            return false;
    return true;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t held(int64_t percent)
{
    return percent > VIEW_HELD ? VIEW_HELD : percent;
}

/* What the object itself has of a phase. */
static void take_object(struct merged_phase *to, const struct view_phase *from)
{
    to->progress = from->progress;
    if (from->state == STATE_COMPLETE)
        to->progress.percent = VIEW_COMPLETE;
    else if (from->state != STATE_FAILED &&
             (!to->running || to->progress.percent == VIEW_COMPLETE))
        to->progress.percent = VIEW_UNKNOWN;
}

/* Whether P says more than a percentage. */
static bool says_more(const struct view_progress *p)
{
    bool more = p->seconds >= 0;

    for (int i = 0; i < VIEW_SIZES; i++)
        more |= p->sizes[i] >= 0;
    return more;
}

/* Whether the annotation's entry is from the writer that moves the phase, and
 * the line only repeats what a plan says.  A plan has the controller's times,
 * so a time counts only beside what a writer alone can know. */
static bool is_anothers(const struct merged_phase *to,
                        const struct view_progress *line)
{
    return to->raised && says_more(&to->progress) &&
           (!says_more(line) || strcmp(to->progress.since, line->since) > 0);
}

/* What the line says of a phase: all of it for one that runs, unless another
 * line has said more, and of the others the bytes, which the controller forgets
 * when a phase ends. */
static void take_line(struct merged_phase *to, const struct view_phase *line,
                      enum view_state state)
{
    int64_t percent = to->progress.percent;

    if (to->ours) {
        int64_t said = line->state == STATE_COMPLETE
                           ? VIEW_COMPLETE
                           : held(line->progress.percent);

        if (!is_anothers(to, &line->progress))
            to->progress = line->progress;
        to->progress.percent = larger(percent, said);
    } else if (state == STATE_COMPLETE && line->state == STATE_COMPLETE) {
        memcpy(to->progress.sizes, line->progress.sizes,
               sizeof to->progress.sizes);
    }
}

/* Whether the object is to come to what the line tells of. */
static bool is_early(const struct merging *g, size_t i)
{
    const struct view_phase *phase = &g->object->view.phases[i];

    if (g->lines[i]->state == STATE_PENDING || phase->state != STATE_PENDING ||
        g->m->phases[i].running)
        return false;
    snprintf(g->m->why, sizeof g->m->why, "its phase \"%.*s\" has not begun",
             shown(phase->name), phase->name.bytes);
    return true;
}

static enum merge_outcome take_phases(struct merging *g)
{
    const struct view *v = &g->object->view;
    bool ours = false, begun = false;

    for (size_t i = 0; i < v->phase_count; i++) {
        struct merged_phase *to = &g->m->phases[i];
        const struct view_phase *line = g->lines[i];

        to->running = is_running(v, &v->phases[i]);
        to->ours = to->running && line != NULL && line->state != STATE_PENDING;
        take_object(to, &v->phases[i]);
    }
    annotation_raise(g->m, g->object);
    for (size_t i = 0; i < v->phase_count; i++) {
        const struct view_phase *line = g->lines[i];

        if (line == NULL)
            continue;
        take_line(&g->m->phases[i], line, v->phases[i].state);
        ours |= g->m->phases[i].ours;
        g->m->early |= is_early(g, i);
        begun |= line->state != STATE_PENDING;
    }
    return ours          ? MERGE_OURS
           : g->m->early ? MERGE_EARLY
           : begun       ? MERGE_OVER
                         : MERGE_NOTHING;
}

static void add_sizes(struct view_progress *to, const struct view_progress *p)
{
    const int64_t largest = INT64_C(1) << 53; /* exact in every reader */

    for (int i = 0; i < VIEW_SIZES; i++)
        if (p->sizes[i] >= 0) {
            to->sizes[i] = larger(to->sizes[i], 0) + p->sizes[i];
            if (to->sizes[i] > largest)
                to->sizes[i] = largest;
        }
    if (strcmp(p->since, to->since) > 0)
        memcpy(to->since, p->since, sizeof to->since);
}

/* The whole: all phases but defer phases.  False where there is no memory. */
static bool sum_up(struct merging *g)
{
    const struct view *v = &g->object->view;
    int64_t *percents = calloc(v->phase_count + 1, sizeof *percents);
    size_t n = 0;

    if (percents == NULL)
        return false;
    g->m->dialect = object_dialect(g->object);
    g->m->whole = view_nothing;
    memcpy(g->m->whole.since, g->line->whole.since, CLOCK_TEXT);
    for (size_t i = 0; i < v->phase_count; i++) {
        if (v->phases[i].deferred)
            continue;
        percents[n++] = g->m->phases[i].progress.percent;
        add_sizes(&g->m->whole, &g->m->phases[i].progress);
    }
    g->m->percent = kanister_percent_completed(g->m->dialect, percents, n);
    g->m->whole.percent =
        kanister_percent_completed(KANISTER_DOCUMENT, percents, n);
    free(percents);
    return true;
}

enum merge_outcome merge(struct merged *m, const struct object *o,
                         const struct view *line)
{
    struct merging g = { .m = m, .object = o, .line = line };
    enum merge_outcome outcome = MERGE_NO_ROOM;

    *m = (struct merged){ 0 };
    m->phases = calloc(o->view.phase_count + 1, sizeof *m->phases);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers it shall hold */
    g.lines = calloc(o->view.phase_count + 1, sizeof *g.lines);
    if (m->phases != NULL && g.lines != NULL) {
        outcome = fit(&g) ? take_phases(&g) : MERGE_MISFIT;
        if (outcome == MERGE_OURS && !sum_up(&g))
            outcome = MERGE_NO_ROOM;
    }
    free(g.lines);
    return outcome;
}

void merge_free(struct merged *m)
{
    free(m->phases);
    m->phases = NULL;
}
