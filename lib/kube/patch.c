#include "kube/patch.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "kube/annotation.h"
#include "kube/gostring.h"

/* One more operation on the path that FORMAT makes, up to its value. */
__attribute__((format(printf, 3, 4))) static void
begin(struct buf *b, const char *op, const char *format, ...)
{
    char path[128];
    va_list args;

    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    buf_str(b, b->len == 0 ? "[{\"op\":\"" : ",{\"op\":\"");
    buf_str(b, op);
    JSON_LIT(b, "\",\"path\":\"");
    buf_str(b, path);
    JSON_LIT(b, "\",\"value\":");
}

static void end(struct buf *b)
{
    buf_char(b, '}');
}

static void end_text(struct buf *b, struct view_text text)
{
    gostring_put(b, text.bytes, text.len);
    end(b);
}

/* Where a phase is: with room for the largest index, twice. */
struct place {
    char path[80];
};

static struct place place_of(const struct object *o, size_t i)
{
    const struct view_phase *phase = &o->view.phases[i];
    struct place place;

    if (phase->deferred)
        snprintf(place.path, sizeof place.path,
                 "/status/actions/%zu/deferPhase", phase->action);
    else
        snprintf(place.path, sizeof place.path,
                 "/status/actions/%zu/phases/%zu", phase->action,
                 i - o->view.actions[phase->action].first);
    return place;
}

/* A test of a text; of none there is no test, since a member that is missing
 * is not the same as "". */
static void put_test(struct buf *b, const char *path, const char *member,
                     struct view_text text)
{
    if (text.len == 0)
        return;
    begin(b, "test", "%s/%s", path, member);
    end_text(b, text);
}

static void put_tests(struct buf *b, const struct merged *m,
                      const struct object *o, bool unchanged)
{
    const struct view *v = &o->view;
    size_t action = v->action_count; /* whose name is tested */

    begin(b, "test", "/metadata/uid");
    end_text(b, o->uid);
    if (unchanged) {
        begin(b, "test", "/metadata/resourceVersion");
        end_text(b, o->version);
        return;
    }
    begin(b, "test", "/status/state");
    JSON_LIT(b, "\"running\"}");
    for (size_t i = 0; i < v->phase_count; i++) {
        const struct view_phase *phase = &v->phases[i];
        struct place place = place_of(o, i);

        if (!m->phases[i].ours)
            continue;
        if (phase->action != action) {
            char path[sizeof place.path];

            action = phase->action;
            snprintf(path, sizeof path, "/status/actions/%zu", action);
            put_test(b, path, "name", v->actions[action].name);
        }
        put_test(b, place.path, "name", phase->name);
        put_test(b, place.path, "state", phase->state_text);
    }
}

/* The sizes and the time of P, as "add" of members below PATH or, where
 * MEMBERS, as members of an object that has begun. */
static void put_sizes(struct buf *b, const char *path, bool members,
                      const struct view_progress *p)
{
    for (int i = 0; i < VIEW_SIZES; i++) {
        if (p->sizes[i] < 0)
            continue;
        if (members) {
            JSON_LIT(b, ",\"");
            buf_str(b, view_size_names[i]);
            JSON_LIT(b, "\":");
        } else {
            begin(b, "add", "%s/%s", path, view_size_names[i]);
        }
        json_put_int(b, p->sizes[i]);
        if (!members)
            end(b);
    }
}

/* Makes PATH an object where there is none; the null says "missing". */
static void put_parent(struct buf *b, const char *path)
{
    begin(b, "test", "%s", path);
    JSON_LIT(b, "null}");
    begin(b, "add", "%s", path);
    JSON_LIT(b, "{}}");
}

/* Tests that TEXT, or nothing where it is missing, is still at PATH. */
static void put_seen(struct buf *b, const char *path, struct view_text text)
{
    begin(b, "test", "%s", path);
    if (text.bytes != NULL)
        end_text(b, text);
    else
        JSON_LIT(b, "null}");
}

static void put_percent(struct buf *b, const struct merged *m, int64_t percent)
{
    buf_char(b, '"');
    kanister_put(b, m->dialect, percent);
    buf_char(b, '"');
}

static void put_top(struct buf *b, const struct merged *m,
                    const struct object *o, bool unchanged)
{
    static const char path[] = "/status/progress";

    if (!o->view.has_progress)
        put_parent(b, path);
    else if (!unchanged)
        put_seen(b, "/status/progress/percentCompleted", o->view.percent);
    begin(b, "add", "%s/percentCompleted", path);
    put_percent(b, m, m->percent);
    end(b);
    put_sizes(b, path, false, &m->whole);
    if (m->whole.since[0] == '\0')
        return;
    begin(b, "add", "%s/lastTransitionTime", path);
    end_text(b, (struct view_text){ m->whole.since, CLOCK_TEXT - 1 });
}

/* All of a phase's progress at once: what stood there goes. */
static void put_phase(struct buf *b, const struct merged *m,
                      const struct object *o, size_t i)
{
    const struct view_progress *p = &m->phases[i].progress;

    begin(b, "add", "%s/progress", place_of(o, i).path);
    JSON_LIT(b, "{\"progressPercent\":");
    put_percent(b, m, kanister_percent(m->dialect, p->percent));
    put_sizes(b, NULL, true, p);
    if (p->seconds >= 0) {
        JSON_LIT(b, ",\"estimatedTimeSeconds\":");
        json_put_int(b, p->seconds);
    }
    if (p->since[0] != '\0') {
        JSON_LIT(b, ",\"lastTransitionTime\":\"");
        buf_add(b, p->since, CLOCK_TEXT - 1);
        buf_char(b, '"');
    }
    buf_char(b, '}');
    end(b);
}

/* Another's annotation goes only where it was seen.  Where one action has two
 * writers the percentage beside it tells them apart, in fewer bytes. */
static void put_annotation(struct buf *b, bool seen, const struct merged *m,
                           const struct object *o, const struct view *line)
{
    static const char path[] = "/metadata/annotations/phasepipe.dev~1progress";
    struct buf text = BUF_INIT(ANNOTATION_MAX + 1024);

    if (!o->has_annotations)
        put_parent(b, "/metadata/annotations");
    if (o->has_annotations && seen && o->annotation.len <= ANNOTATION_MAX)
        put_seen(b, path, o->annotation);
    annotation_put(&text, m, o, line);
    b->failed |= text.failed;
    begin(b, "add", "%s", path);
    end_text(b, (struct view_text){ text.bytes, text.len });
    buf_free(&text);
}

void patch_put(struct buf *b, unsigned parts, const struct merged *m,
               const struct object *o, const struct view *line)
{
    bool unchanged = o->version.len > 0 && !(parts & PATCH_PHASES);
    bool others = o->view.action_count > 1 || !(parts & PATCH_TOP);

    put_tests(b, m, o, unchanged);
    if (parts & PATCH_TOP)
        put_top(b, m, o, unchanged);
    for (size_t i = 0; parts & PATCH_PHASES && i < o->view.phase_count; i++)
        if (m->phases[i].ours)
            put_phase(b, m, o, i);
    if (parts & PATCH_ANNOTATION)
        put_annotation(b, others && !unchanged, m, o, line);
    buf_char(b, ']');
}
