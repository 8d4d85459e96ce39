/* Which statuses a document has: a status line, ActionSets, and what the API
 * server and kubectl wrap around them. */
#include <errno.h>

#include "base/json.h"
#include "view/status.h"
#include "view/status_parts.h"

#define ANNOTATION "phasepipe.dev/progress"

static const struct viewed_left nothing_left = { VIEWED_UNKNOWN, VIEWED_UNKNOWN,
                                                 VIEWED_UNKNOWN };

static void begin(struct viewed *v)
{
    *v = (struct viewed){ .root = jv_null(),
                          .annotation = jv_null(),
                          .whole = viewed_nothing,
                          .left = nothing_left,
                          .phase_left = nothing_left,
                          .raw_percent = VIEWED_UNKNOWN,
                          .verdict_since = VIEWED_UNKNOWN };
}

/* Forgets a 100 of a phase that is not complete, which the controller may have
 * written while another ended; and its percentage of the whole, the mean with
 * that, rounded down, where no writer has put in a lower one. */
static void disbelieve(struct viewed *v)
{
    int64_t before = viewed_mean(v);
    bool forgot = false; /* one that counts */

    for (size_t i = 0; i < v->phase_count; i++) {
        struct viewed_phase *p = &v->phases[i];

        if (p->state != VIEWED_DONE && p->progress.percent == VIEWED_COMPLETE) {
            p->progress.percent = VIEWED_UNKNOWN;
            forgot |= !p->deferred;
        }
    }
    if (forgot && v->state != VIEWED_DONE &&
        v->whole.percent >= before - before % 100)
        v->whole.percent = viewed_mean(v);
}

/* The phase that an entry of the annotation is about: the first of its name in
 * its action. */
static struct viewed_phase *phase_of(struct viewed *v, jv entry)
{
    struct viewed_text name = viewed_text(entry, "phase");
    const struct viewed_action *a;
    int64_t action;

    if (!json_get_int(entry, "action", &action) ||
        (uint64_t)action >= v->action_count)
        return NULL;
    a = &v->actions[action];
    for (size_t i = a->first; i < a->first + a->count; i++)
        if (viewed_same(v->phases[i].name, name))
            return &v->phases[i];
    return NULL;
}

static void raise_phase(struct viewed_phase *p, jv entry, int64_t since)
{
    int64_t percent = p->progress.percent;

    p->progress = viewed_nothing;
    p->progress.since = since;
    viewed_read_progress(&p->progress, entry);
    if (percent > p->progress.percent)
        p->progress.percent = percent;
}

void viewed_raise(struct viewed *v)
{
    jv entries = json_get(v->annotation, "phases");
    size_t count = viewed_count(entries);
    struct viewed_progress said = viewed_nothing;

    viewed_read_progress(&said, v->annotation);
    if (v->state == VIEWED_RUNNING && said.percent > v->whole.percent)
        v->whole.percent = said.percent;
    for (size_t i = 0; i < count; i++) {
        jv entry = jv_array_get(jv_copy(entries), (int)i);
        struct viewed_phase *p = phase_of(v, entry);

        /* of one that failed it is what was there last */
        if (p != NULL &&
            (p->state == VIEWED_RUNNING || p->state == VIEWED_FAILED))
            raise_phase(p, entry, said.since);
        jv_free(entry);
    }
    jv_free(entries);
}

static void read_metadata(struct viewed *v, jv metadata)
{
    jv annotations = json_get(metadata, "annotations");
    struct viewed_text text = viewed_text(annotations, ANNOTATION), uid;

    v->uid = viewed_text(metadata, "uid");
    v->namespace_ = viewed_text(metadata, "namespace");
    v->name = viewed_text(metadata, "name");
    jv_free(v->annotation);
    v->annotation = json_parse(text.bytes, text.len);
    uid = viewed_text(v->annotation, "uid");
    if (uid.len > 0 && !viewed_same(uid, v->uid)) { /* a copy's */
        jv_free(v->annotation);
        v->annotation = jv_null();
    }
    jv_free(annotations);
}

static bool read_object(struct viewed *v, jv object)
{
    jv metadata = json_get(object, "metadata");
    jv status = json_get(object, "status");
    jv detail;
    bool good;

    read_metadata(v, metadata);
    good = viewed_read_tree(v, status);
    if (good) {
        disbelieve(v);
        viewed_raise(v);
        detail = json_get(v->annotation, "detail");
        if (v->state == VIEWED_RUNNING)
            viewed_read_detail(v, detail);
        jv_free(detail);
    }
    jv_free(status);
    jv_free(metadata); /* OBJECT still holds both */
    return good;
}

static bool read_line(struct viewed *v, jv line)
{
    jv detail = json_get(line, "detail");
    bool good = viewed_read_tree(v, line);

    viewed_read_detail(v, detail);
    jv_free(detail);
    return good;
}

struct reading {
    viewed_see *see;
    void *arg;
    int count; /* or -1 */
};

/* Reads DOCUMENT, which is consumed, by READ. */
static void read_one(struct reading *r, jv document, bool deleted,
                     bool (*read)(struct viewed *v, jv document))
{
    struct viewed v;

    begin(&v);
    v.root = document;
    v.deleted = deleted;
    if (r->count < 0 || !read(&v, document)) {
        viewed_free(&v);
        r->count = -1;
        return;
    }
    viewed_find_subject(&v);
    r->count++;
    if (!r->see(r->arg, &v)) {
        errno = ECANCELED;
        r->count = -1;
    }
}

static bool is_actionset(jv object)
{
    return viewed_is(viewed_text(object, "kind"), "ActionSet");
}

/* In a list of a kind of its own (NAMED) the items need not say theirs. */
static void read_list(struct reading *r, jv list, bool named)
{
    jv items = json_get(list, "items");
    size_t count = viewed_count(items);

    for (size_t i = 0; i < count && r->count >= 0; i++) {
        jv item = jv_array_get(jv_copy(items), (int)i);

        if (named || is_actionset(item))
            read_one(r, jv_copy(item), false, read_object);
        jv_free(item);
    }
    jv_free(items);
}

int viewed_read(const char *text, size_t len, viewed_see *see, void *arg)
{
    struct reading r = { .see = see, .arg = arg };
    jv document = json_parse(text, len);
    jv object = json_get(document, "object");
    struct viewed_text type = viewed_text(document, "type");
    struct viewed_text kind = viewed_text(document, "kind");

    if (viewed_is(type, "status"))
        read_one(&r, jv_copy(document), false, read_line);
    else if (is_actionset(document))
        read_one(&r, jv_copy(document), false, read_object);
    else if (is_actionset(object) && !viewed_is(type, "BOOKMARK"))
        read_one(&r, jv_copy(object), viewed_is(type, "DELETED"), read_object);
    else if (viewed_is(kind, "List") || viewed_is(kind, "ActionSetList"))
        read_list(&r, document, viewed_is(kind, "ActionSetList"));
    jv_free(object);
    jv_free(document);
    return r.count;
}
