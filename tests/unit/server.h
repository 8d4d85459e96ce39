/*
 * A writer and the API server that it writes to, on a clock of the tests' own:
 * the server has one ActionSet and takes patches as jsonpatch.h does.
 */
#ifndef UNIT_SERVER_H
#define UNIT_SERVER_H

#include "actionset.h"
#include "jsonpatch.h"
#include "kube/writer.h"

#define S        INT64_C(1000000000)
#define INTERVAL (15 * S)
#define BUDGET   (10 * S)

struct server {
    struct writer w;
    int64_t now;
    jv object;
    int looks, patches; /* requests */
    unsigned paths;     /* of enum patch_part: of the last patch */
    bool subresource;
    struct buf text;
};

static inline bool is_status(const char *text, size_t len)
{
    return len > 0 && text[0] == '{';
}

static inline void server_open(struct server *s,
                               const struct writer_settings *settings)
{
    *s = (struct server){ .now = 1000 * S,
                          .object = jv_null(),
                          .text = BUF_INIT(1 << 20) };
    assert_true(writer_open(&s->w, settings, is_status));
}

static inline void server_close(struct server *s)
{
    writer_close(&s->w);
    jv_free(s->object);
    buf_free(&s->text);
}

/* The ActionSet is A from now on. */
static inline void server_has(struct server *s, const struct actionset *a)
{
    put_actionset(&s->text, a);
    jv_free(s->object);
    s->object = json_parse(s->text.bytes, s->text.len);
    assert_int_equal(jv_get_kind(s->object), JV_KIND_OBJECT);
}

static inline int64_t server_generation(const struct server *s)
{
    jv metadata = json_get(s->object, "metadata");
    int64_t generation = 0;

    (void)json_get_int(metadata, "generation", &generation);
    jv_free(metadata);
    return generation;
}

static inline void server_note_path(void *arg, const char *op, const char *path)
{
    unsigned *paths = arg;

    if (strcmp(op, "add") != 0)
        return;
    *paths |= strncmp(path, "/metadata", 9) == 0           ? PATCH_ANNOTATION
              : strncmp(path, "/status/progress", 16) == 0 ? PATCH_TOP
                                                           : PATCH_PHASES;
}

/* Applies PATCH as a server does, which with a status subresource keeps of the
 * object what was not sent to it.  False: 422. */
static inline bool server_patch(struct server *s, const struct buf *patch,
                                bool to_status)
{
    jv before = jv_copy(s->object), metadata, status;

    s->paths = 0;
    if (!jsonpatch_apply(&s->object, patch, server_note_path, &s->paths)) {
        jv_free(before);
        return false;
    }
    if (s->subresource && !to_status)
        s->object = jv_object_set(s->object, jv_string("status"),
                                  json_get(before, "status"));
    if (s->subresource && to_status)
        s->object = jv_object_set(s->object, jv_string("metadata"),
                                  json_get(before, "metadata"));
    status = json_get(s->object, "status");
    metadata = json_get(s->object, "metadata");
    if (!s->subresource &&
        !jv_equal(jv_copy(status), json_get(before, "status")))
        metadata = jv_object_set(metadata, jv_string("generation"),
                                 jv_number((double)server_generation(s) + 1));
    jv_free(status);
    s->object = jv_object_set(s->object, jv_string("metadata"), metadata);
    jv_free(before);
    return true;
}

/* --- the tables' verbs: each fails where the writer wants something else */

static inline void pass(struct server *s, int64_t ns)
{
    s->now += ns;
}

static inline void say(struct server *s, const char *actions)
{
    put_line(&s->text, actions, "");
    writer_sample(&s->w, s->text.bytes, s->text.len);
}

static inline struct writer_step wants(struct server *s, enum writer_act act)
{
    struct writer_step step = writer_next(&s->w, s->now);

    if (step.act != act || (act == WRITER_WAIT && step.wait == 0))
        fail_msg("it wants %d, not %d (at %d ms, state %d, waiting %d ms)",
                 (int)step.act, (int)act, (int)(s->now / 1000000),
                 (int)s->w.state, (int)(step.wait / 1000000));
    return step;
}

/* It has nothing to do for NS. */
static inline void waits(struct server *s, int64_t ns)
{
    struct writer_step step = wants(s, WRITER_WAIT);

    if (step.wait != ns)
        fail_msg("it waits %d ms, not %d", (int)(step.wait / 1000000),
                 (int)(ns / 1000000));
}

/* It finds out that there is a subresource, or not. */
static inline void discovers(struct server *s)
{
    (void)wants(s, WRITER_DISCOVER);
    writer_discovered(&s->w, true, s->subresource);
}

static inline void looks(struct server *s)
{
    jv text;

    (void)wants(s, WRITER_LOOK);
    s->looks++;
    text = jv_dump_string(jv_copy(s->object), 0);
    assert_true(writer_looked(&s->w, jv_string_value(text),
                              (size_t)jv_string_length_bytes(jv_copy(text)),
                              s->now));
    jv_free(text);
}

/* It writes PARTS, which the server takes. */
static inline void writes(struct server *s, unsigned parts)
{
    struct writer_step step = wants(s, WRITER_PATCH);

    s->patches++;
    assert_int_equal(step.subresource,
                     s->subresource && (parts & PATCH_ANNOTATION) == 0);
    assert_true(server_patch(s, step.body, step.subresource));
    assert_int_equal(s->paths, parts);
    writer_patched(&s->w, server_generation(s), s->now, s->w.settings.interval);
}

/* It writes, and the server refuses that. */
static inline void is_refused(struct server *s)
{
    struct writer_step step = wants(s, WRITER_PATCH);

    assert_false(server_patch(s, step.body, step.subresource));
    writer_failed(&s->w, true, s->now, S);
}

static inline void assert_percent(const struct server *s, const char *percent)
{
    jv status = json_get(s->object, "status");
    jv progress = json_get(status, "progress"), text;

    assert_true(json_get_string(progress, "percentCompleted", &text));
    assert_string_equal(jv_string_value(text), percent);
    jv_free(text);
    jv_free(progress);
    jv_free(status);
}

/* Its first looks, at A, with a sample; what then comes is the test's. */
static inline void begins(struct server *s, const struct actionset *a,
                          const char *line)
{
    server_has(s, a);
    say(s, line);
    discovers(s);
    looks(s);
}

#endif
