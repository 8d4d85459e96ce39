#include "kube/annotation.h"

#include <string.h>

#include "base/json.h"

/* A copy of an ActionSet, which has begun anew, may have its annotations. */
static bool is_of(jv annotation, const struct object *o)
{
    struct view_text uid = view_text(annotation, "uid");

    return uid.len == 0 || view_same(uid, o->uid);
}

static bool is_entry_of(jv entry, const struct view_phase *phase)
{
    int64_t action;

    return json_get_int(entry, "action", &action) &&
           (size_t)action == phase->action &&
           view_same(view_text(entry, "phase"), phase->name);
}

/* WHOLE has the time of an entry that says none. */
static void raise_phase(struct merged_phase *to, jv entry,
                        const struct view_progress *whole)
{
    struct view_progress said = view_nothing;
    int64_t percent = to->progress.percent;

    to->raised = true;
    memcpy(said.since, whole->since, sizeof said.since);
    view_read_progress(&said, entry);
    to->progress = said;
    to->progress.percent = said.percent > percent ? said.percent : percent;
}

void annotation_raise(struct merged *m, const struct object *o)
{
    size_t len = o->annotation.len <= ANNOTATION_MAX ? o->annotation.len : 0;
    jv annotation = json_parse(o->annotation.bytes, len);
    jv entries = json_get(annotation, "phases");
    int count = jv_get_kind(entries) == JV_KIND_ARRAY
                    ? jv_array_length(jv_copy(entries))
                    : 0;
    struct view_progress whole = view_nothing;

    if (!is_of(annotation, o))
        count = 0;
    view_read_progress(&whole, annotation);
    for (int i = 0; i < count; i++) {
        jv entry = jv_array_get(jv_copy(entries), i);

        for (size_t j = 0; j < o->view.phase_count; j++)
            if (m->phases[j].running && !m->phases[j].raised &&
                is_entry_of(entry, &o->view.phases[j])) {
                raise_phase(&m->phases[j], entry, &whole);
                break;
            }
        jv_free(entry);
    }
    jv_free(entries);
    jv_free(annotation);
}

static void put_percent(struct buf *b, const char *key, int64_t hundredths)
{
    JSON_LIT(b, "\"");
    buf_str(b, key);
    JSON_LIT(b, "\":\"");
    kanister_put(b, KANISTER_DOCUMENT, hundredths);
    buf_char(b, '"');
}

static void put_sizes(struct buf *b, const struct view_progress *p)
{
    for (int i = 0; i < VIEW_SIZES; i++) {
        if (p->sizes[i] < 0)
            continue;
        JSON_LIT(b, ",\"");
        buf_str(b, view_size_names[i]);
        JSON_LIT(b, "\":");
        json_put_int(b, p->sizes[i]);
    }
    if (p->seconds >= 0) {
        JSON_LIT(b, ",\"estimatedTimeSeconds\":");
        json_put_int(b, p->seconds);
    }
}

static void put_since(struct buf *b, const struct view_progress *p)
{
    if (p->since[0] == '\0')
        return;
    JSON_LIT(b, ",\"lastTransitionTime\":");
    json_put_string(b, p->since, CLOCK_TEXT - 1);
}

/* Appends the entries of as many of the phases as there is room for. */
static void put_phases(struct buf *b, const struct merged *m,
                       const struct object *o, size_t most)
{
    bool more = false;

    JSON_LIT(b, ",\"phases\":[");
    for (size_t i = 0; i < o->view.phase_count; i++) {
        const struct view_phase *phase = &o->view.phases[i];
        size_t before = b->len;

        if (!m->phases[i].running || m->phases[i].progress.percent < 0)
            continue;
        buf_str(b, more ? ",{\"action\":" : "{\"action\":");
        json_put_int(b, (int64_t)phase->action);
        JSON_LIT(b, ",\"phase\":");
        json_put_string(b, phase->name.bytes, phase->name.len);
        buf_char(b, ',');
        put_percent(b, "progressPercent", m->phases[i].progress.percent);
        put_sizes(b, &m->phases[i].progress);
        if (strcmp(m->phases[i].progress.since, m->whole.since) != 0)
            put_since(b, &m->phases[i].progress);
        buf_char(b, '}');
        if (b->failed || b->len > most) {
            b->failed = false;
            b->len = before;
            break;
        }
        more = true;
    }
    buf_char(b, ']');
}

void annotation_put(struct buf *b, const struct merged *m,
                    const struct object *o, const struct view *line)
{
    size_t start = b->len, before;
    jv detail = json_get(line->root, "detail");

    JSON_LIT(b, "{\"uid\":");
    json_put_string(b, o->uid.bytes, o->uid.len);
    buf_char(b, ',');
    put_percent(b, "percentCompleted", m->whole.percent);
    put_since(b, &m->whole);
    put_phases(b, m, o, start + ANNOTATION_MAX - sizeof "]}");
    before = b->len;
    if (jv_get_kind(detail) == JV_KIND_OBJECT) {
        /* who reads the annotation has the ActionSet, which names its blueprint
         * and says which phases run */
        detail = jv_object_delete(detail, jv_string("functions"));
        detail = jv_object_delete(detail, jv_string("runningPhases"));
        JSON_LIT(b, ",\"detail\":");
        json_put_value(b, detail);
        if (b->failed || b->len - start > ANNOTATION_MAX - 1) {
            b->failed = false;
            b->len = before;
        }
    }
    buf_char(b, '}');
    jv_free(detail);
}
