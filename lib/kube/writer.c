#include "kube/writer.h"

#include <string.h>

#include "base/json.h"
#include "kube/annotation.h"

enum {
    UID_MAX = 128,
    PERCENT_MAX = 32,
    NOTE_MAX = ANNOTATION_MAX + 1024,
    SETTLING_MAX = 3,  /* so many looks for a tracker, at each of its ticks */
    SETTLING_RARE = 5, /* so often twice as late, after them */
    STATUS_PARTS = PATCH_TOP | PATCH_PHASES,
};

#define EARLY_MIN INT64_C(1000000000) /* ns to the next look */
#define EARLY_MAX INT64_C(15000000000)
#define IDLE_MIN  INT64_C(1000000000) /* ns, whatever the interval is */
#define NO_PHASE  ((size_t)-1)
#define NOT_SET   INT64_C(-1)
#define AT_ONCE   INT64_C(0)

bool writer_open(struct writer *w, const struct writer_settings *settings,
                 bool (*good)(const char *text, size_t len))
{
    *w = (struct writer){ .settings = *settings,
                          .object = { .metadata = jv_null() },
                          .body = BUF_INIT(PATCH_MAX),
                          .key = BUF_INIT(PATCH_MAX),
                          .note = BUF_INIT(NOTE_MAX),
                          .note_now = BUF_INIT(NOTE_MAX),
                          .applied = { BUF_INIT(PATCH_MAX),
                                       BUF_INIT(PATCH_MAX) },
                          .line = BUF_INIT(SAMPLE_ROOM),
                          .percent = BUF_INIT(PERCENT_MAX),
                          .uid = BUF_INIT(UID_MAX),
                          .written = VIEW_UNKNOWN,
                          .phase = NO_PHASE,
                          .phase_percent = VIEW_UNKNOWN,
                          .look_at = AT_ONCE,
                          .settle_at = NOT_SET,
                          .early = EARLY_MIN };
    w->object.view.root = jv_null();
    return samples_open(&w->samples, good);
}

void writer_close(struct writer *w)
{
    object_free(&w->object);
    samples_close(&w->samples);
    buf_free(&w->body);
    buf_free(&w->key);
    buf_free(&w->line);
    buf_free(&w->note);
    buf_free(&w->note_now);
    buf_free(&w->applied[0]);
    buf_free(&w->applied[1]);
    buf_free(&w->percent);
    buf_free(&w->uid);
}

void writer_sample(struct writer *w, const char *text, size_t len)
{
    samples_add(&w->samples, text, len);
    w->dirty = true;
    if (w->state == WRITER_CLEAN || w->state == WRITER_OVER ||
        (w->state == WRITER_EARLY && w->behind))
        w->state = WRITER_WAITING;
}

void writer_end(struct writer *w, int64_t now)
{
    w->ended = true;
    w->deadline = now + w->settings.budget;
    w->early = EARLY_MIN;
    if (w->look_at > now + EARLY_MIN)
        w->look_at = now + EARLY_MIN;
}

const struct buf *writer_newest(struct writer *w)
{
    return samples_newest(&w->samples);
}

/* Whether nothing will be written any more, whatever comes. */
static bool has_stopped(const struct writer *w)
{
    return w->state == WRITER_MISFIT || w->state == WRITER_ANOTHER ||
           w->state == WRITER_GIVEN_UP;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a == NOT_SET || (b != NOT_SET && b < a) ? b : a;
}

/* When there is something to do next, or NOT_SET. */
static int64_t due(const struct writer *w)
{
    int64_t at = NOT_SET;

    if (w->parts_due != 0 || w->fresh)
        at = AT_ONCE;
    else if (w->dirty && w->state != WRITER_EARLY)
        at = w->ended ? AT_ONCE : w->rest_until;
    if (w->state == WRITER_EARLY || !w->ended)
        at = earlier(at, w->look_at);
    if (!w->ended)
        at = earlier(at, w->settle_at);
    return at != NOT_SET && at < w->retry_at ? w->retry_at : at;
}

static bool is_due(int64_t at, int64_t now)
{
    return at != NOT_SET && at <= now;
}

static bool must_look(const struct writer *w, int64_t now)
{
    if (w->fresh)
        return false;
    return !w->seen || is_due(w->look_at, now) ||
           (!w->ended && is_due(w->settle_at, now)) ||
           (w->dirty && w->parts_due == 0 &&
            (w->settings.looks_always || w->object.view.action_count > 1));
}

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

/* Whether a tracker may look at phase I, which is then ours. */
static bool is_tracked(const struct writer *w, const struct merged *m, size_t i)
{
    return m->phases[i].ours && !w->object.view.phases[i].deferred;
}

/* The first of ours that may be tracked, or else the first; *OURS tells those
 * apart that are others. */
static size_t find_ours(const struct writer *w, const struct merged *m,
                        uint64_t *ours)
{
    size_t first = NO_PHASE, tracked = NO_PHASE;

    *ours = 0;
    for (size_t i = 0; i < w->object.view.phase_count; i++) {
        if (m->phases[i].ours && first == NO_PHASE)
            first = i;
        if (!is_tracked(w, m, i))
            continue;
        if (tracked == NO_PHASE)
            tracked = i;
        *ours = (*ours ^ (i + 1)) * UINT64_C(0x100000001b3); /* as FNV-1a */
    }
    return tracked != NO_PHASE ? tracked : first;
}

/* Another phase is ours: a tracker's first look at it is still to come, unless
 * there is a number in it already.  Nobody tracks a defer phase. */
static void begin_phase(struct writer *w, size_t phase, uint64_t ours,
                        int64_t now)
{
    bool status = w->settings.choose || w->settings.parts & STATUS_PARTS;

    if (phase != w->phase)
        w->phase_percent = VIEW_UNKNOWN;
    w->phase = phase;
    w->ours = ours;
    w->settling = 0;
    w->settle_at = status && ours != 0 ? now + WRITER_TICK : NOT_SET;
}

/* How long to wait for the next look for a tracker.  A controller makes five
 * requests a second at the most (client-go rest/config.go@v0.34.1), so one with
 * many phases can be very late. */
static int64_t settling_wait(int looks)
{
    int later = looks - SETTLING_MAX + 1;

    if (later < 0)
        later = 0;
    return WRITER_TICK << (later < SETTLING_RARE ? later : SETTLING_RARE);
}

/* What a look shows of a tracker: a number in a phase, where we write none, and
 * otherwise that ours is gone. */
static void settle(struct writer *w, const struct merged *m, int64_t now)
{
    const struct view_phase *phases = w->object.view.phases;
    bool ours = w->phase_percent != VIEW_UNKNOWN ||
                w->tracker == TRACKER_NONE || w->settings.parts & PATCH_PHASES;
    bool seen = phases[w->phase].progress.percent < w->phase_percent;
    bool all = seen;

    if (!ours) {
        all = true;
        for (size_t i = 0; i < w->object.view.phase_count; i++)
            if (is_tracked(w, m, i)) {
                bool there = phases[i].progress.percent != VIEW_UNKNOWN;

                seen |= there;
                all &= there;
            }
        all &= seen;
    }
    if (seen)
        w->tracker = TRACKER_SEEN;
    if (all) {
        w->settle_at = NOT_SET;
    } else if (is_due(w->settle_at, now)) {
        if (++w->settling >= SETTLING_MAX && w->tracker == TRACKER_UNKNOWN)
            w->tracker = TRACKER_NONE;
        w->settle_at = now + settling_wait(w->settling);
    }
}

/* The parts that a write has now. */
static unsigned parts_of(const struct writer *w)
{
    unsigned parts = w->settings.parts;

    if (w->settings.choose && w->tracker == TRACKER_NONE)
        parts |= PATCH_PHASES;
    return parts;
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static struct buf *applied(struct writer *w)
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
    object.annotation = object.view.percent = (struct view_text){ NULL, 0 };
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

/* All of the sample that the object takes is on it. */
static void be_done(struct writer *w, int64_t now)
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
            !same(&w->key, applied(w)))
            return true;
        w->parts_due &= ~w->parts_now;
    }
    if (!w->dirty)
        be_done(w, now);
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
    size_t phase = find_ours(w, m, &ours);

    if (phase != w->phase || ours != w->ours)
        begin_phase(w, phase, ours, now);
    w->dialect = m->dialect;
    w->changes = top_differs(w, m);
    if (w->fresh) {
        settle(w, m, now);
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

/* Holds the newest sample against the object; true where a patch shall go. */
static bool prepare(struct writer *w, int64_t now)
{
    static const char pending[MERGE_WHY_MAX] =
        "the controller has not begun with it";
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
    if (outcome == MERGE_OURS)
        outcome = merge(&m, &w->object, &line);
    else
        memcpy(m.why, pending, sizeof m.why);
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

static struct writer_step request(struct writer *w, enum writer_act act)
{
    w->busy = true;
    w->patching = act == WRITER_PATCH;
    return (struct writer_step){ .act = act,
                                 .body = &w->body,
                                 .subresource =
                                     w->subresource && act == WRITER_PATCH &&
                                     (w->parts_now & STATUS_PARTS) != 0 };
}

struct writer_step writer_next(struct writer *w, int64_t now)
{
    struct writer_step step = { .act = WRITER_WAIT, .wait = WRITER_NEVER };

    while (!w->busy) {
        int64_t at = has_stopped(w) ? NOT_SET : due(w);

        if (w->ended &&
            (at == NOT_SET || at >= w->deadline || now >= w->deadline)) {
            step.act = WRITER_FINISHED;
            return step;
        }
        if (at == NOT_SET)
            return step;
        if (at > now) {
            step.wait = at - now;
            return step;
        }
        if (!w->discovered)
            return request(w, WRITER_DISCOVER);
        if (must_look(w, now))
            return request(w, WRITER_LOOK);
        if (prepare(w, now))
            return request(w, WRITER_PATCH);
    }
    return step;
}

void writer_discovered(struct writer *w, bool known, bool subresource)
{
    w->busy = false;
    w->discovered = true;
    w->asked = known;
    w->subresource = subresource;
}

static bool is_another(struct writer *w)
{
    const struct view_text *uid = &w->object.uid;

    if (w->uid.len == 0)
        buf_add(&w->uid, uid->bytes, uid->len);
    return w->uid.len != uid->len ||
           memcmp(w->uid.bytes, uid->bytes, uid->len) != 0;
}

/* How often to look where there is nothing to write. */
static int64_t idle_interval(const struct writer *w)
{
    return w->settings.interval > IDLE_MIN ? w->settings.interval : IDLE_MIN;
}

bool writer_looked(struct writer *w, const char *text, size_t len, int64_t now)
{
    object_free(&w->object);
    w->busy = false;
    w->seen = false;
    if (object_read(&w->object, text, len) != OBJECT_READ)
        return false;
    w->object.usual = w->dialect; /* our own numbers tell nothing */
    w->look_at = w->settings.looks_always ? now + idle_interval(w) : NOT_SET;
    w->pruned = w->written != VIEW_UNKNOWN && !w->object.view.has_progress;
    w->seen = w->fresh = true;
    w->generation = w->object.generation;
    if (is_another(w))
        w->state = WRITER_ANOTHER;
    return true;
}

/* The object is now what the patch made of it. */
static void note_object(struct writer *w)
{
    if (w->parts_now & PATCH_TOP) {
        w->object.view.has_progress = !w->pruned;
        w->object.view.whole = w->left = w->whole_now;
        w->written = w->whole_now.percent;
        buf_clear(&w->percent);
        kanister_put(&w->percent, w->dialect,
                     kanister_percent(w->dialect, w->written));
        w->object.view.percent =
            (struct view_text){ w->percent.bytes, w->percent.len };
    }
    if (w->parts_now & PATCH_ANNOTATION) {
        struct buf before = w->note;

        w->note = w->note_now;
        w->note_now = before;
        w->object.has_annotations = true;
        w->object.annotation = (struct view_text){ w->note.bytes, w->note.len };
    }
}

void writer_patched(struct writer *w, int64_t generation, int64_t now,
                    int64_t rest)
{
    struct buf made = w->key;

    w->busy = w->patching = w->force = false;
    w->rest_until = now + rest;
    if (!w->asked && w->changes && w->parts_now & PATCH_TOP &&
        generation != 0 && generation == w->generation) {
        /* it said yes, and dropped the status: it has a subresource */
        w->asked = w->subresource = true;
        w->dirty = true;
        w->parts_due = 0;
        w->seen = false;
        return;
    }
    w->generation = generation;
    w->key = *applied(w);
    *applied(w) = made;
    note_object(w);
    w->parts_due &= ~w->parts_now;
    if (w->parts_now & PATCH_PHASES) {
        if (w->phase_percent == VIEW_UNKNOWN && w->settings.choose)
            w->settle_at = now + WRITER_TICK; /* to see whether it stays */
        w->phase_percent = w->phase_percent_now;
    }
    if (!w->dirty && w->parts_due == 0)
        be_done(w, now);
}

void writer_failed(struct writer *w, bool look, int64_t now, int64_t delay)
{
    if (w->patching)
        buf_clear(applied(w)); /* nobody knows what the object has now */
    w->busy = w->patching = w->fresh = false;
    w->dirty = w->dirty || w->parts_due != 0;
    w->parts_due = 0;
    if (look)
        w->seen = false;
    w->retry_at = now + delay;
}

void writer_sooner(struct writer *w, int64_t at)
{
    if (at < w->retry_at)
        w->retry_at = at;
}

bool writer_give_up(struct writer *w)
{
    bool note =
        w->patching && w->subresource && w->parts_now == PATCH_ANNOTATION;

    w->busy = w->patching = false;
    if (note && (w->settings.parts & STATUS_PARTS || w->settings.choose)) {
        w->settings.parts &= ~(unsigned)PATCH_ANNOTATION;
        w->parts_due &= ~(unsigned)PATCH_ANNOTATION;
        w->dirty = w->dirty || w->parts_due == 0;
        return true;
    }
    w->state = WRITER_GIVEN_UP;
    return false;
}

bool writer_drop_annotation(struct writer *w)
{
    if (!(w->parts_now & PATCH_ANNOTATION) ||
        !(w->settings.parts & STATUS_PARTS))
        return false;
    w->settings.parts &= ~(unsigned)PATCH_ANNOTATION;
    writer_failed(w, false, 0, 0);
    return true;
}

bool writer_owes(const struct writer *w)
{
    return w->dirty || w->parts_due != 0;
}
