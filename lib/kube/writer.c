#include "kube/writer.h"

#include <string.h>

#include "base/json.h"

enum {
    UID_MAX = 128,
    SETTLING_MAX = 3, /* so many looks for a tracker */
    STATUS_PARTS = PATCH_TOP | PATCH_PHASES,
};

#define EARLY_MIN INT64_C(1000000000) /* ns to the next look */
#define EARLY_MAX INT64_C(15000000000)
#define NO_PHASE  ((size_t)-1)
#define NOT_SET   INT64_C(-1)
#define AT_ONCE   INT64_C(0)

bool writer_open(struct writer *w, const struct writer_settings *settings,
                 bool (*good)(const char *text, size_t len))
{
    *w = (struct writer){ .settings = *settings,
                          .object = { .metadata = jv_null() },
                          .body = BUF_INIT(PATCH_MAX),
                          .applied = { BUF_INIT(PATCH_MAX),
                                       BUF_INIT(PATCH_MAX) },
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
    buf_free(&w->applied[0]);
    buf_free(&w->applied[1]);
    buf_free(&w->uid);
}

void writer_sample(struct writer *w, const char *text, size_t len)
{
    samples_add(&w->samples, text, len);
    w->dirty = true;
    if (w->state == WRITER_CLEAN || w->state == WRITER_OVER)
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

    if (w->parts_due != 0)
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
           (w->dirty &&
            (w->settings.looks_always || w->object.view.action_count > 1));
}

/* Whether the top of the object's status is not what it shall be. */
static bool top_differs(const struct writer *w, const struct merged *m)
{
    const struct view_progress *is = &w->object.view.whole;

    return is->percent < 0 ||
           kanister_percent(m->dialect, is->percent) != m->percent ||
           memcmp(is->sizes, m->whole.sizes, sizeof is->sizes) != 0;
}

static size_t first_of_ours(const struct writer *w, const struct merged *m)
{
    size_t i = 0;

    while (i + 1 < w->object.view.phase_count && !m->phases[i].ours)
        i++;
    return i;
}

/* A new phase is ours: a tracker's first look at it is still to come, unless
 * there is a number in it already. */
static void begin_phase(struct writer *w, size_t phase, int64_t now)
{
    bool status = w->settings.choose || w->settings.parts & STATUS_PARTS;

    w->phase = phase;
    w->phase_percent = VIEW_UNKNOWN;
    w->settling = 0;
    w->settle_at = status ? now + WRITER_TICK : NOT_SET;
}

/* What a look shows of a tracker. */
static void settle(struct writer *w, int64_t now)
{
    int64_t there = w->object.view.phases[w->phase].progress.percent;
    bool reset = there < w->phase_percent;

    if (w->phase_percent == VIEW_UNKNOWN ? there != VIEW_UNKNOWN : reset) {
        w->tracker = TRACKER_SEEN;
        w->settle_at = NOT_SET;
    } else if (w->settle_at != NOT_SET && w->settle_at <= now) {
        if (++w->settling >= SETTLING_MAX && w->tracker == TRACKER_UNKNOWN)
            w->tracker = TRACKER_NONE;
        w->settle_at = w->settling < SETTLING_MAX ? now + WRITER_TICK : NOT_SET;
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

/* Makes the next patch; false where the object has all of it. */
static bool make_patch(struct writer *w, const struct merged *m,
                       const struct view *line)
{
    if (w->dirty || w->force)
        w->parts_due = parts_of(w);
    w->dirty = false;
    while (w->parts_due != 0) {
        unsigned status = w->parts_due & STATUS_PARTS;

        w->parts_now = w->subresource && status != 0 ? status : w->parts_due;
        buf_clear(&w->body);
        patch_put(&w->body, w->parts_now, m, &w->object, line);
        if (w->body.failed)
            break;
        if (w->force || !same(&w->body, applied(w)))
            break;
        w->parts_due &= ~w->parts_now;
    }
    if (w->parts_due == 0)
        w->state = WRITER_CLEAN;
    return w->parts_due != 0;
}

/* Remembers what the patch will make of the object. */
static void note_now(struct writer *w, const struct merged *m)
{
    w->whole_now = m->whole;
    w->whole_now.percent =
        m->dialect == KANISTER_WHOLE ? m->percent * 100 : m->percent;
    w->phase_percent_now =
        kanister_percent(KANISTER_WHOLE, m->phases[w->phase].progress.percent) *
        100;
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
    w->fresh = false;
    w->seen = false; /* it will be another when it matters again */
    w->dirty = wait;
    w->parts_due = 0;
    w->settle_at = NOT_SET;
    if (why != w->why)
        memcpy(w->why, why, sizeof w->why);
    if (!wait)
        return;
    w->look_at = w->retry_at = now + w->early;
    if (!w->ended && w->early < EARLY_MAX)
        w->early *= 2;
}

/* There is something to write on the object; true where a patch shall go. */
static bool take_ours(struct writer *w, const struct merged *m,
                      const struct view *line, int64_t now)
{
    size_t phase = first_of_ours(w, m);

    if (phase != w->phase)
        begin_phase(w, phase, now);
    w->dialect = m->dialect;
    w->early = EARLY_MIN;
    w->changes = top_differs(w, m);
    if (w->fresh) {
        settle(w, now);
        w->force = w->changes && w->settings.parts & PATCH_TOP;
    }
    w->fresh = false;
    w->state = WRITER_WAITING;
    note_now(w, m);
    if (make_patch(w, m, line) && w->body.failed) {
        take_no(w, MERGE_NO_ROOM, w->why, now);
        return false;
    }
    return w->parts_due != 0;
}

/* As long as it does not run nothing may be written to it. */
static enum merge_outcome state_outcome(const struct object *o)
{
    return o->view.state == STATE_RUNNING   ? MERGE_OURS
           : o->view.state == STATE_PENDING ? MERGE_EARLY
                                            : MERGE_OVER;
}

/* Holds the newest sample against the object; true where a patch shall go. */
static bool prepare(struct writer *w, int64_t now)
{
    static const char pending[MERGE_WHY_MAX] =
        "the controller has not begun with it";
    const struct buf *newest = samples_newest(&w->samples);
    enum merge_outcome outcome = state_outcome(&w->object);
    struct merged m = { 0 };
    struct view line;
    bool patch = false;

    if (newest == NULL) { /* the look was for those who ask early */
        w->dirty = w->fresh = false;
        return false;
    }
    if (!view_read(&line, json_parse(newest->bytes, newest->len)))
        outcome = MERGE_NO_ROOM;
    else if (outcome == MERGE_OURS)
        outcome = merge(&m, &w->object, &line);
    else
        memcpy(m.why, pending, sizeof m.why);
    if (outcome == MERGE_OURS)
        patch = take_ours(w, &m, &line, now);
    else if (w->fresh || outcome == MERGE_NO_ROOM)
        take_no(w, outcome, m.why, now);
    else
        w->seen = false; /* look before that is believed */
    merge_free(&m);
    view_free(&line);
    return patch;
}

static struct writer_step request(struct writer *w, enum writer_act act)
{
    w->busy = true;
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

bool writer_looked(struct writer *w, const char *text, size_t len, int64_t now)
{
    object_free(&w->object);
    w->busy = false;
    w->seen = false;
    if (object_read(&w->object, text, len) != OBJECT_READ)
        return false;
    w->look_at =
        w->settings.looks_always ? now + w->settings.interval : NOT_SET;
    w->seen = w->fresh = true;
    w->generation = w->object.generation;
    if (w->state == WRITER_EARLY)
        w->state = WRITER_WAITING;
    if (is_another(w))
        w->state = WRITER_ANOTHER;
    return true;
}

/* The object is now what the patch made of it. */
static void note_object(struct writer *w)
{
    if (w->parts_now & PATCH_TOP) {
        w->object.view.has_progress = true;
        w->object.view.whole = w->whole_now;
        w->written = w->whole_now.percent;
    }
    if (w->parts_now & PATCH_ANNOTATION)
        w->object.has_annotations = true;
}

void writer_patched(struct writer *w, int64_t generation, int64_t now,
                    int64_t rest)
{
    struct buf done = w->body;

    w->busy = w->force = false;
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
    w->body = *applied(w);
    *applied(w) = done;
    note_object(w);
    w->parts_due &= ~w->parts_now;
    if (w->parts_now & PATCH_PHASES) {
        if (w->phase_percent == VIEW_UNKNOWN && w->settings.choose)
            w->settle_at = now + WRITER_TICK; /* to see whether it stays */
        w->phase_percent = w->phase_percent_now;
    }
    if (!w->dirty && w->parts_due == 0)
        w->state = WRITER_CLEAN;
}

void writer_failed(struct writer *w, bool look, int64_t now, int64_t delay)
{
    w->busy = w->fresh = false;
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
    w->busy = false;
    if (w->subresource && w->parts_due == PATCH_ANNOTATION &&
        w->settings.parts & PATCH_TOP) {
        w->settings.parts &= ~(unsigned)PATCH_ANNOTATION;
        w->parts_due = 0;
        w->state = w->dirty ? WRITER_WAITING : WRITER_CLEAN;
        return true;
    }
    w->state = WRITER_GIVEN_UP;
    return false;
}
