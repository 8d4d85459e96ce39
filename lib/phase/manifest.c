#include "phase/manifest.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/yaml.h"

struct scan_value manifest_value(jv object, const char *key)
{
    jv member = json_get(object, key);
    struct scan_value v = scan_value_of(member);

    jv_free(member);
    return v;
}

struct scan_value manifest_metadata(jv object, const char *key)
{
    jv metadata = json_get(object, "metadata");
    struct scan_value v = manifest_value(metadata, key);

    jv_free(metadata);
    return v.kind == SCAN_STRING ? v : (struct scan_value){ 0 };
}

/* What has been seen of a text. */
struct seen {
    struct manifest *m;
    struct scan_word wanted;
    bool any; /* an object */
    char others[PLAN_WHY_MAX / 2];
};

/* Notes another kind of object, once. */
static void note_other(struct seen *s, const struct scan_value *kind)
{
    size_t used = strlen(s->others);
    char name[128];

    snprintf(name, sizeof name, "%.*s", kind->len < 100 ? (int)kind->len : 100,
             kind->text);
    if (strstr(s->others, name) == NULL)
        snprintf(s->others + used, sizeof s->others - used, "%s%s",
                 used > 0 ? ", " : "", name);
}

/* Takes OBJECT, which is consumed, where it is of the wanted kind. */
static void take(struct seen *s, jv object)
{
    struct scan_value kind = manifest_value(object, "kind");

    if (jv_get_kind(object) != JV_KIND_OBJECT) {
        jv_free(object);
        return;
    }
    s->any = true;
    if (kind.kind != SCAN_STRING || scan_find(&kind, &s->wanted, 1) == 0) {
        s->m->objects = jv_array_append(s->m->objects, object);
        return;
    }
    note_other(s, &kind);
    jv_free(object);
}

/* Takes a document, or what it lists; it is consumed. */
static void take_document(struct seen *s, jv document)
{
    jv items = json_get(document, "items");

    if (jv_get_kind(items) == JV_KIND_ARRAY) {
        for (int i = 0; i < jv_array_length(jv_copy(items)); i++)
            take(s, jv_array_get(jv_copy(items), i));
        jv_free(document);
    } else {
        take(s, document);
    }
    jv_free(items);
}

/* Takes all documents; false where the text is none. */
static bool take_all(struct seen *s, const char *text, size_t len)
{
    struct yaml y;
    jv document;
    bool good;

    yaml_begin(&y, text, len);
    while ((good = yaml_next(&y, &document)) && jv_is_valid(document))
        take_document(s, document);
    jv_free(document);
    snprintf(s->m->why, sizeof s->m->why, "%s", y.why);
    yaml_end(&y);
    return good;
}

bool manifest_read(struct manifest *m, const char *text, size_t len,
                   const char *kind)
{
    struct seen s = { .m = m, .wanted = { kind, strlen(kind) } };

    *m = (struct manifest){ .objects = jv_array() };
    m->parsed = take_all(&s, text, len);
    if (!m->parsed)
        return false;
    if (jv_array_length(jv_copy(m->objects)) > 0)
        return true;
    if (!s.any)
        snprintf(m->why, sizeof m->why, "there is no object in it");
    else
        snprintf(m->why, sizeof m->why, "there is no %s in it, but: %s", kind,
                 s.others);
    return false;
}

void manifest_free(struct manifest *m)
{
    jv_free(m->objects);
    m->objects = jv_null();
}
