#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "kube/annotation.h"
#include "kube/writer_parts.h"

/* Whether the top of the object's status is not what it shall be. */
static bool top_differs(const struct writer *w, const struct merged *m)
{
    const struct view_progress *is = &w->object.view.whole;
    const struct view_progress *shall = &m->whole;

    if (is->percent < 0 ||
        kanister_percent(m->dialect, is->percent) != m->percent)
        return true;
    for (int i = 0; i < VIEW_SIZES; i++) /* no patch takes one away */
        if (shall->sizes[i] >= 0 && shall->sizes[i] != is->sizes[i])
            return true;
    return false;
}

/* Whether somebody else has written the top since we have. */
static bool is_reset(const struct writer *w)
{
    const struct view_progress *is = &w->object.view.whole;

    if (w->written == VIEW_UNKNOWN || is->percent != w->left.percent)
        return true;
    for (int i = 0; i < VIEW_SIZES; i++)
        if (w->left.sizes[i] >= 0 && w->left.sizes[i] != is->sizes[i])
            return true;
    return false;
}

/* The parts that a write has now. */
static unsigned parts_of(const struct writer *w)
{
    unsigned parts = w->settings.parts;

    if (w->settings.choose && w->tracker == TRACKER_NONE)
        parts |= PATCH_PHASES;
    return parts;
}

struct buf *writer_applied(struct writer *w)
{
    return &w->applied[(w->parts_now & STATUS_PARTS) == 0];
}

/* What the patch makes of the object, in words that do not depend on what is
 * there already. */
static void put_key(struct writer *w, const struct merged *m,
                    const struct view *line)
{
    struct object object = w->object;

    object.view.has_progress = object.has_annotations = true;
    object.annotation = object.view.percent = object.version =
        (struct view_text){ NULL, 0 };
    buf_clear(&w->key);
    patch_put(&w->key, w->parts_now, m, &object, line);
}

/* Waits for what the object has not come to.  Before the next write is due
 * there is no use in looking. */
static void wait_early(struct writer *w, int64_t now)
{
    w->dirty = true;
    w->look_at = now + w->early;
    if (w->ended)
        return;
    if (w->look_at < w->rest_until)
        w->look_at = w->rest_until;
    w->early = w->early * 2 < EARLY_MAX ? w->early * 2 : EARLY_MAX;
}

void writer_be_done(struct writer *w, int64_t now)
{
    w->state = w->behind ? WRITER_EARLY : WRITER_CLEAN;
    if (w->behind)
        wait_early(w, now);
}

/* Makes the next patch; false where the object has all of it, or it is not due
 * yet.  What has begun goes on, with its own sample, before the next. */
static bool make_patch(struct writer *w, const struct merged *m,
                       const struct view *line, int64_t now)
{
    bool due_now = w->dirty && (w->ended || now >= w->rest_until);

    if (w->force || (due_now && w->parts_due == 0)) {
        w->parts_due = parts_of(w);
        w->dirty = false;
    }
    while (w->parts_due != 0) {
        unsigned note = w->parts_due & PATCH_ANNOTATION;

        /* whoever sees the sum must find there what it is made of */
        w->parts_now = w->subresource && note != 0 ? note : w->parts_due;
        buf_clear(&w->body);
        patch_put(&w->body, w->parts_now, m, &w->object, line);
        put_key(w, m, line);
        if (w->body.failed || w->key.failed || w->force ||
            !buf_same(&w->key, writer_applied(w)))
            return true;
        w->parts_due &= ~w->parts_now;
    }
    if (!w->dirty)
        writer_be_done(w, now);
    return false;
}

/* Remembers what the patch will make of the object. */
static void note_now(struct writer *w, const struct merged *m,
                     const struct view *line)
{
    w->whole_now = m->whole;
    w->whole_now.percent =
        m->dialect == KANISTER_WHOLE ? m->percent * 100 : m->percent;
    w->phase_percent_now =
        kanister_percent(KANISTER_WHOLE, m->phases[w->phase].progress.percent) *
        100;
    buf_clear(&w->note_now);
    annotation_put(&w->note_now, m, &w->object, line);
}

/* The object does not take the sample now. */
static void take_no(struct writer *w, enum merge_outcome outcome,
                    const char *why, int64_t now)
{
    static const enum writer_state states[] = {
        [MERGE_NOTHING] = WRITER_CLEAN,   [MERGE_EARLY] = WRITER_EARLY,
        [MERGE_OVER] = WRITER_OVER,       [MERGE_MISFIT] = WRITER_MISFIT,
        [MERGE_NO_ROOM] = WRITER_NO_ROOM,
    };
    bool wait = outcome == MERGE_EARLY || outcome == MERGE_NO_ROOM;

    w->state = states[outcome];
    w->fresh = w->behind = false;
    if (outcome != MERGE_NOTHING) /* which the object has no say in */
        w->seen = false;
    w->dirty = wait;
    w->parts_due = 0;
    w->settle_at = NOT_SET;
    if (why != w->why)
        memcpy(w->why, why, sizeof w->why);
    if (outcome == MERGE_OVER && w->rest_until < now + w->settings.interval)
        w->rest_until = now + w->settings.interval;
    if (wait)
        wait_early(w, now);
    if (outcome == MERGE_NO_ROOM)
        w->retry_at = w->look_at;
}

/* There is something to write on the object; true where a patch shall go. */
static bool take_ours(struct writer *w, const struct merged *m,
                      const struct view *line, int64_t now)
{
    uint64_t ours;
    size_t phase = tracker_ours(w, m, &ours);

    if (phase != w->phase || ours != w->ours)
        tracker_begin(w, phase, ours, now);
    w->dialect = m->dialect;
    w->changes = top_differs(w, m);
    if (w->fresh) {
        tracker_look(w, m, now);
        w->force = w->changes && is_reset(w) && w->settings.parts & PATCH_TOP;
    }
    w->fresh = false;
    w->state = WRITER_WAITING;
    w->behind = m->early;
    if (m->early)
        memcpy(w->why, m->why, sizeof w->why);
    else
        w->early = EARLY_MIN;
    note_now(w, m, line);
    if (make_patch(w, m, line, now) &&
        (w->body.failed || w->key.failed || w->note_now.failed)) {
        take_no(w, MERGE_NO_ROOM, w->why, now);
        return false;
    }
    return w->parts_due != 0;
}

static bool has_begun(const struct view *line)
{
    for (size_t i = 0; i < line->phase_count; i++)
        if (line->phases[i].state != STATE_PENDING)
            return true;
    return false;
}

/* As long as it does not run nothing may be written to it. */
static enum merge_outcome state_outcome(const struct object *o,
                                        const struct view *line)
{
    return o->view.state == STATE_RUNNING   ? MERGE_OURS
           : !has_begun(line)               ? MERGE_NOTHING
           : o->view.state == STATE_PENDING ? MERGE_EARLY
                                            : MERGE_OVER;
}

bool writer_prepare(struct writer *w, int64_t now)
{
    static const char pending[MERGE_WHY_MAX] =
        "the controller has not begun with it";
    static const char large[MERGE_WHY_MAX] =
        "it has more phases than an ActionSet may have";
    const struct buf *newest;
    enum merge_outcome outcome = MERGE_NO_ROOM;
    struct merged m = { 0 };
    struct view line;
    bool patch = false;

    if (w->fresh && w->parts_due != 0) { /* it may be another now */
        w->parts_due = 0;
        w->dirty = true;
    }
    if (w->parts_due == 0)
        buf_clear(&w->line);
    newest = w->line.len > 0 ? &w->line : samples_newest(&w->samples);
    if (newest == NULL) { /* the look was for those who ask early */
        w->dirty = w->fresh = false;
        return false;
    }
    if (view_read(&line, json_parse(newest->bytes, newest->len)))
        outcome = state_outcome(&w->object, &line);
    else if (errno == E2BIG)
        outcome = MERGE_MISFIT;
    if (outcome == MERGE_OURS)
        outcome = merge(&m, &w->object, &line);
    else
        memcpy(m.why, outcome == MERGE_MISFIT ? large : pending, sizeof m.why);
    if (outcome == MERGE_OURS && (w->fresh || !m.early || w->parts_due != 0))
        patch = take_ours(w, &m, &line, now);
    else if (w->fresh || outcome == MERGE_NO_ROOM || outcome == MERGE_NOTHING)
        take_no(w, outcome, m.why, now);
    else
        w->seen = false; /* look before that is believed */
    if (patch && w->parts_now != w->parts_due && w->line.len == 0)
        buf_add(&w->line, newest->bytes, newest->len);
    merge_free(&m);
    view_free(&line);
    return patch;
}
