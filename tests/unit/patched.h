/*
 * What holds for every patch, whatever the object and the line are: it changes
 * nothing that is not ours, and what it changes is by the rules.
 */
#ifndef UNIT_PATCHED_H
#define UNIT_PATCHED_H

#include "actionset.h"
#include "jsonpatch.h"
#include "kube/annotation.h"
#include "kube/patch.h"
#include "random.h"

/* Called for each operation: only progress is added, and behind that only
 * progress is tested. */
static inline void check_path(void *arg, const char *op, const char *path)
{
    static const char *const never[] = { "/state", "/name", "/runningPhase",
                                         "/error", "/uid",  "/output" };
    size_t len = strlen(path);
    bool *added = arg;

    if (strcmp(op, "test") == 0) {
        HOLDS(!*added || strncmp(path, "/status/progress", 16) == 0 ||
              strncmp(path, "/metadata/annotations", 21) == 0);
        return;
    }
    *added = true;
    for (size_t i = 0; i < COUNT(never); i++)
        HOLDS(len < strlen(never[i]) ||
              strcmp(path + len - strlen(never[i]), never[i]) != 0);
    HOLDS(strncmp(path, "/status/progress", 16) == 0 ||
          strncmp(path, "/metadata/annotations", 21) == 0 ||
          (strncmp(path, "/status/actions/", 16) == 0 && len > 25 &&
           strcmp(path + len - 9, "/progress") == 0));
}

/* OBJECT, which is consumed, without what may be written: of our phases, of
 * the top, and the annotation.  Where that was all, as if nothing was there. */
static inline jv without_ours(jv object, unsigned parts, const struct merged *m,
                              const struct object *o)
{
    static const char *const top[] = {
        "percentCompleted", "sizeUploadedB",          "estimatedUploadSizeB",
        "sizeDownloadedB",  "estimatedDownloadSizeB", "lastTransitionTime"
    };
    jv status = json_get(object, "status"), metadata, notes;
    jv progress = json_get(status, "progress");
    jv actions = json_get(status, "actions");

    object = jv_object_delete(object, jv_string("status"));
    metadata = json_get(object, "metadata");
    notes = json_get(metadata, "annotations");
    if (parts & PATCH_TOP) {
        if (jv_get_kind(progress) == JV_KIND_OBJECT)
            for (size_t i = 0; i < COUNT(top); i++)
                progress = jv_object_delete(progress, jv_string(top[i]));
        else {
            jv_free(progress);
            progress = jv_object();
        }
        status = jv_object_set(status, jv_string("progress"), progress);
    } else {
        jv_free(progress);
    }
    for (size_t i = 0; i < o->view.phase_count; i++) {
        const struct view_phase *phase = &o->view.phases[i];
        jv path;

        if (!(parts & PATCH_PHASES) || !m->phases[i].ours)
            continue;
        path = JV_ARRAY(jv_number((double)phase->action));
        if (phase->deferred)
            path = jv_array_append(path, jv_string("deferPhase"));
        else
            path = jv_array_append(
                jv_array_append(path, jv_string("phases")),
                jv_number((double)(i - o->view.actions[phase->action].first)));
        actions = jv_setpath(
            actions, jv_array_append(path, jv_string("progress")), jv_null());
    }
    status = jv_object_set(status, jv_string("actions"), actions);
    if (parts & PATCH_ANNOTATION) {
        if (jv_get_kind(notes) != JV_KIND_OBJECT) {
            jv_free(notes);
            notes = jv_object();
        }
        notes = jv_object_delete(notes, jv_string(OBJECT_ANNOTATION));
        metadata = jv_object_set(metadata, jv_string("annotations"), notes);
    } else {
        jv_free(notes);
    }
    object = jv_object_set(object, jv_string("metadata"), metadata);
    return jv_object_set(object, jv_string("status"), status);
}

/* What the object says of itself then: our numbers, by the rules. */
static inline void check_result(jv after, unsigned parts,
                                const struct merged *m,
                                const struct object *before)
{
    jv copy = jv_dump_string(jv_copy(after), 0);
    struct object o;

    HOLDS(object_read(&o, jv_string_value(copy),
                      (size_t)jv_string_length_bytes(jv_copy(copy))) ==
          OBJECT_READ);
    jv_free(copy);
    if (parts & PATCH_TOP) {
        HOLDS(kanister_percent(m->dialect, o.view.whole.percent) == m->percent);
        HOLDS(view_same(o.view.running, before->view.running));
    }
    for (size_t i = 0; i < o.view.phase_count; i++)
        if (parts & PATCH_PHASES && m->phases[i].ours) {
            int64_t is = o.view.phases[i].progress.percent;

            HOLDS(kanister_percent(m->dialect, is) ==
                  kanister_percent(m->dialect, m->phases[i].progress.percent));
            HOLDS(m->dialect == KANISTER_DOCUMENT ||
                  !o.view.phases[i].progress.has_point);
        }
    if (parts & PATCH_ANNOTATION) {
        jv notes = json_parse(o.annotation.bytes, o.annotation.len), time;

        HOLDS(o.annotation.len > 0 && o.annotation.len <= ANNOTATION_MAX);
        /* one that is no time of Kanister's is not passed on */
        if (json_get_string(notes, "lastTransitionTime", &time)) {
            HOLDS(strpbrk(jv_string_value(time), "tz") == NULL);
            jv_free(time);
        }
        jv_free(notes);
    }
    object_free(&o);
}

#endif
