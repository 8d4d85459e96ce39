#include <string.h>

#include "kube/annotation.h"
#include "kube/writer_parts.h"

enum {
    UID_MAX = 128,
    VERSION_MAX = 64,
    PERCENT_MAX = 32,
    NOTE_MAX = ANNOTATION_MAX + 1024,
};

#define IDLE_MIN INT64_C(1000000000) /* ns, whatever the interval is */
#define AT_ONCE  INT64_C(0)

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
                          .version = BUF_INIT(VERSION_MAX),
                          .written = VIEW_UNKNOWN,
                          .phase = NO_PHASE,
                          .phase_percent = VIEW_UNKNOWN,
                          .look_at = AT_ONCE,
                          .settle_at = NOT_SET,
                          .early = EARLY_MIN };
    w->object.view.root = jv_null();
    return samples_open(&w->samples, good) && buf_reserve(&w->uid, UID_MAX);
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
    buf_free(&w->version);
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

static bool must_look(const struct writer *w, int64_t now)
{
    if (w->fresh)
        return false;
    return !w->seen || is_due(w->look_at, now) ||
           (!w->ended && is_due(w->settle_at, now)) ||
           (w->dirty && w->parts_due == 0 &&
            (w->settings.looks_always || w->object.view.action_count > 1));
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
        if (writer_prepare(w, now))
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
           (uid->len > 0 && memcmp(w->uid.bytes, uid->bytes, uid->len) != 0);
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
    w->key = *writer_applied(w);
    *writer_applied(w) = made;
    note_object(w);
    w->parts_due &= ~w->parts_now;
    if (w->parts_now & PATCH_PHASES) {
        if (w->phase_percent == VIEW_UNKNOWN && w->settings.choose)
            w->settle_at = now + WRITER_TICK; /* to see whether it stays */
        w->phase_percent = w->phase_percent_now;
    }
    if (!w->dirty && w->parts_due == 0)
        writer_be_done(w, now);
}

void writer_version(struct writer *w, const char *version)
{
    bool tested = w->object.version.len > 0 && !(w->parts_now & PATCH_PHASES);

    buf_clear(&w->version);
    buf_str(&w->version, version);
    w->object.version = (struct view_text){ NULL, 0 };
    if (w->company > 0) {
        w->company--;
        return;
    }
    /* a patch of the annotation alone passes where the top has changed */
    if (w->seen && !w->version.failed && (tested || w->parts_now & PATCH_TOP))
        w->object.version =
            (struct view_text){ w->version.bytes, w->version.len };
}

void writer_failed(struct writer *w, bool look, int64_t now, int64_t delay)
{
    if (w->patching)
        buf_clear(writer_applied(w)); /* nobody knows what the object has now */
    if (w->patching && look && w->object.version.len > 0)
        w->company = WRITER_COMPANY;
    w->object.version = (struct view_text){ NULL, 0 };
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
