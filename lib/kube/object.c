#include "kube/object.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"

static bool is_actionset(jv object)
{
    static const char kind[] = "ActionSet";

    return view_same(view_text(object, "kind"),
                     (struct view_text){ kind, sizeof kind - 1 });
}

static void read_metadata(struct object *o)
{
    jv annotations = json_get(o->metadata, "annotations");
    jv ours = json_get(annotations, OBJECT_ANNOTATION);

    o->uid = view_text(o->metadata, "uid");
    o->has_annotations = jv_get_kind(annotations) == JV_KIND_OBJECT;
    if (jv_get_kind(ours) == JV_KIND_STRING)
        o->annotation = view_text(annotations, OBJECT_ANNOTATION);
    (void)json_get_int(o->metadata, "generation", &o->generation);
    jv_free(ours);
    jv_free(annotations);
}

enum object_outcome object_read(struct object *o, const char *text, size_t len)
{
    jv object = json_parse(text, len);

    *o = (struct object){ .metadata = jv_null() };
    if (!is_actionset(object)) {
        jv_free(object);
        (void)view_read(&o->view, jv_null());
        return OBJECT_NONE;
    }
    jv_free(o->metadata);
    o->metadata = json_get(object, "metadata");
    read_metadata(o);
    if (!view_read(&o->view, json_get(object, "status"))) {
        jv_free(object);
        return errno == E2BIG ? OBJECT_LARGE : OBJECT_NO_ROOM;
    }
    jv_free(object);
    return OBJECT_READ;
}

void object_free(struct object *o)
{
    view_free(&o->view);
    jv_free(o->metadata);
    *o = (struct object){ .metadata = jv_null() };
}

enum kanister_dialect object_dialect(const struct object *o)
{
    enum kanister_dialect dialect = o->usual;

    for (size_t i = 0; i < o->view.phase_count; i++) {
        const struct view_phase *phase = &o->view.phases[i];
        const struct view_progress *p = &phase->progress;

        if (phase->state == STATE_COMPLETE && p->percent == VIEW_COMPLETE)
            return p->has_point ? KANISTER_DOCUMENT : KANISTER_WHOLE;
        if (phase->state == STATE_RUNNING && p->percent == 0)
            dialect = p->has_point ? KANISTER_DOCUMENT : KANISTER_WHOLE;
    }
    return dialect;
}
