/*
 * ActionSets as Kanister 0.119.0 writes them, and status lines as phase-agg
 * does, from a few words:
 *
 *     one/a:c=100,b:r=30/500/1000,c:p,~late:p|two/...
 *
 * is two actions; a phase has a name, a state (pending, running, failed,
 * complete, by its letter; - has none), and perhaps a percentage with the bytes
 * uploaded and to be uploaded; behind ~ is the defer phase.
 */
#ifndef UNIT_ACTIONSET_H
#define UNIT_ACTIONSET_H

#include "base/buf.h"
#include "base/json.h"
#include "kube/object.h"
#include "kube/view.h"
#include "unit.h"

#define UID  "0e5c2f64-7c0e-4f86-9d1c-3a1f0a2b6c11"
#define TIME "2023-02-20T12:49:00Z"

struct actionset {
    const char *state;      /* NULL: there is no status */
    const char *actions;    /* as above */
    const char *percent;    /* percentCompleted; NULL: none */
    const char *running;    /* runningPhase; NULL: none */
    const char *top;        /* more members of the progress: ,"a":1 */
    const char *annotation; /* as a JSON string, quoted; NULL: none */
    const char *metadata;   /* more members there: ,"a":1 */
    const char *uid;        /* NULL: UID */
    bool no_progress;       /* of its status */
    bool annotations;       /* others' */
    int generation;         /* 0: 4 */
};

/* Appends to B as printf() does. */
static inline void __attribute__((format(printf, 2, 3)))
put_text(struct buf *b, const char *format, ...)
{
    char text[8192];
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert_in_range(len, 0, sizeof text - 1);
    buf_str(b, text);
}

static inline const char *put_state(struct buf *b, const char *at)
{
    put_text(b, "%s",
             *at == 'p'   ? "pending"
             : *at == 'r' ? "running"
             : *at == 'f' ? "failed"
             : *at == 'c' ? "complete"
                          : "");
    return at + 1;
}

/* What begins with '=': a percentage, and perhaps the bytes. */
static inline const char *put_numbers(struct buf *b, const char *at)
{
    size_t n = strcspn(++at, "/,|");

    put_text(b, "\"lastTransitionTime\":\"" TIME "\"");
    if (n > 0)
        put_text(b, ",\"progressPercent\":\"%.*s\"", (int)n, at);
    at += n;
    for (int i = 0; *at == '/'; i++) {
        n = strcspn(++at, "/,|");
        put_text(b, ",\"%s\":%.*s", view_size_names[i], (int)n, at);
        at += n;
    }
    return at;
}

/* One phase, up to what ends it. */
static inline const char *put_phase(struct buf *b, const char *at, bool line)
{
    size_t n = strcspn(at, ":");

    put_text(b, "{\"name\":\"%.*s\",\"state\":\"", (int)n, at);
    assert_int_equal(at[n], ':');
    at = put_state(b, at + n + 1);
    put_text(b, "\"");
    if (*at == '=' || !line) {
        put_text(b, ",\"progress\":{");
        if (*at == '=')
            at = put_numbers(b, at);
        put_text(b, "}");
    }
    put_text(b, "}");
    return at;
}

static inline const char *put_action(struct buf *b, const char *at, bool line)
{
    size_t n = strcspn(at, "/");
    bool later = false;

    put_text(b, "{");
    if (!line)
        put_text(b, "\"blueprint\":\"b\",\"object\":{\"kind\":\"Namespace\"},");
    put_text(b, "\"name\":\"%.*s\",\"phases\":[", (int)n, at);
    assert_int_equal(at[n], '/');
    at += n;
    while (*at == '/' || *at == ',') {
        if (*++at == '~')
            break;
        put_text(b, later ? "," : "");
        at = put_phase(b, at, line);
        later = true;
    }
    put_text(b, "]");
    if (*at == '~') {
        put_text(b, ",\"deferPhase\":");
        at = put_phase(b, at + 1, line);
    } else if (!line) {
        put_text(b, ",\"deferPhase\":{\"name\":\"\",\"progress\":{},"
                    "\"state\":\"\"}");
    }
    put_text(b, "}");
    assert_true(*at == '|' || *at == '\0');
    return at + (*at == '|');
}

static inline void put_actions(struct buf *b, const char *at, bool line)
{
    put_text(b, "\"actions\":[");
    for (bool later = false; *at != '\0'; later = true) {
        put_text(b, later ? "," : "");
        at = put_action(b, at, line);
    }
    put_text(b, "]");
}

/* The status line of ACTIONS; REST is more members: ,"a":1 */
static inline void put_line(struct buf *b, const char *actions,
                            const char *rest)
{
    buf_clear(b);
    put_text(b, "{\"type\":\"status\",\"state\":\"running\",");
    put_actions(b, actions, true);
    put_text(b, ",\"progress\":{\"percentCompleted\":\"1.00\","
                "\"lastTransitionTime\":\"" TIME "\"}");
    buf_str(b, rest);
    buf_str(b, "}");
    assert_false(b->failed);
}

static inline void put_metadata(struct buf *b, const struct actionset *a)
{
    put_text(b,
             "\"metadata\":{\"name\":\"backup-9gtmp\",\"generation\":%d,"
             "\"resourceVersion\":\"48213\",\"uid\":\"%s\"%s",
             a->generation != 0 ? a->generation : 4,
             a->uid != NULL ? a->uid : UID,
             a->metadata != NULL ? a->metadata : "");
    if (a->annotations || a->annotation != NULL)
        put_text(b, ",\"annotations\":{\"k\":\"v\"");
    if (a->annotation != NULL) {
        put_text(b, ",\"phasepipe.dev/progress\":");
        buf_str(b, a->annotation);
    }
    put_text(b, a->annotations || a->annotation != NULL ? "}}" : "}");
}

static inline void put_progress(struct buf *b, const struct actionset *a)
{
    bool later = false;

    if (a->no_progress)
        return;
    put_text(b, ",\"progress\":{");
    if (a->percent != NULL) {
        put_text(b, "\"percentCompleted\":\"%s\"", a->percent);
        later = true;
    }
    if (a->running != NULL)
        put_text(b, "%s\"runningPhase\":\"%s\"", later ? "," : "", a->running);
    put_text(b, "%s}", a->top != NULL ? a->top : "");
}

/* The ActionSet A. */
static inline void put_actionset(struct buf *b, const struct actionset *a)
{
    buf_clear(b);
    put_text(b, "{\"apiVersion\":\"cr.kanister.io/v1alpha1\","
                "\"kind\":\"ActionSet\",");
    put_metadata(b, a);
    put_text(b, ",\"spec\":{\"actions\":[]}");
    if (a->state != NULL) {
        put_text(b, ",\"status\":{");
        put_actions(b, a->actions, false);
        put_text(b, ",\"error\":{\"message\":\"\"}");
        put_progress(b, a);
        put_text(b, ",\"state\":\"%s\"}", a->state);
    }
    put_text(b, "}");
    assert_false(b->failed);
}

/* The object of A, which must be one; object_free() is due. */
static inline void read_actionset(struct object *o, const struct actionset *a)
{
    struct buf b = BUF_INIT(1 << 20);

    put_actionset(&b, a);
    assert_int_equal(object_read(o, b.bytes, b.len), OBJECT_READ);
    buf_free(&b);
}

/* The view of the line of ACTIONS; view_free() is due. */
static inline void read_line(struct view *v, const char *actions,
                             const char *rest)
{
    struct buf b = BUF_INIT(1 << 20);

    put_line(&b, actions, rest);
    assert_true(view_read(v, json_parse(b.bytes, b.len)));
    buf_free(&b);
}

#endif
