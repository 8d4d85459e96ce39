/* Whatever the object and the line are, a patch applies to the object that it
 * was made for, and changes nothing that is not ours. */
#include "actionset.h"
#include "jsonpatch.h"
#include "kube/annotation.h"
#include "kube/patch.h"
#include "random.h"

enum { CASES = 100000, ACTIONS = 3, PHASES = 4 };

static const char *const names[] = { "a",    "b",        "c",
                                     "dump", "a&b<c>",   "\\u2028\\u00e9",
                                     "",     "\\\"\\\\/" };
static const char *const states[] = { "running", "pending", "complete",
                                      "failed",  "",        "odd" };

/* Half of all plans are plain: the line is then most often the object's. */
struct plan_now {
    int actions, counts[ACTIONS], names[ACTIONS][PHASES], action_names[ACTIONS];
    bool deferred[ACTIONS];
};

static void any_plan(struct plan_now *p)
{
    bool plain = any(2);

    *p = (struct plan_now){ .actions = 1 + any(ACTIONS) };
    for (int i = 0; i < p->actions; i++) {
        p->counts[i] = any(PHASES + 1);
        p->action_names[i] = any(plain ? 3 : (int)COUNT(names));
        p->deferred[i] = any(3) == 0;
        for (int j = 0; j < PHASES; j++)
            p->names[i][j] = plain ? j : any((int)COUNT(names));
    }
}

static void put_any_progress(struct buf *b)
{
    static const char *const percents[] = { "0",  "100", "33.33", "0.00",
                                            "-5", "43",  "340",   "100.00" };
    const char *comma = "";

    buf_str(b, "{");
    if (any(3)) {
        put_text(b, "\"progressPercent\":\"%s\"",
                 percents[any((int)COUNT(percents))]);
        comma = ",";
    }
    for (int i = 0; i < VIEW_SIZES; i++)
        if (any(5) == 0) {
            put_text(b, "%s\"%s\":%d", comma, view_size_names[i], any(10000));
            comma = ",";
        }
    if (any(5) == 0) {
        put_text(b, "%s\"estimatedTimeSeconds\":%d", comma, any(100));
        comma = ",";
    }
    if (any(3) == 0)
        put_text(b, "%s\"lastTransitionTime\":\"%s\"", comma,
                 any(4) ? TIME : "2023-02-20t12:49:55z");
    buf_str(b, "}");
}

static void put_any_phase(struct buf *b, const char *name, bool line)
{
    int states_to_choose = line ? 4 : any(20) ? 3 : (int)COUNT(states);

    put_text(b, "{\"name\":\"%s\",\"output\":{\"k\":[1]},\"state\":\"%s\"",
             name, states[any(states_to_choose)]);
    if (any(8)) {
        buf_str(b, ",\"progress\":");
        put_any_progress(b);
    }
    buf_str(b, "}");
}

static void put_any_actions(struct buf *b, const struct plan_now *p, bool line)
{
    buf_str(b, "\"actions\":[");
    for (int i = 0; i < p->actions; i++) {
        put_text(b, "%s{\"name\":\"%s\",\"phases\":[", i > 0 ? "," : "",
                 names[p->action_names[i]]);
        for (int j = 0; j < p->counts[i]; j++) {
            buf_str(b, j > 0 ? "," : "");
            put_any_phase(b, names[p->names[i][j]], line);
        }
        buf_str(b, "]");
        if (p->deferred[i]) {
            buf_str(b, ",\"deferPhase\":");
            put_any_phase(b, "late", line);
        }
        buf_str(b, "}");
    }
    buf_str(b, "]");
}

/* Of all that may stand in ours: what a writer left, or anything. */
static void put_any_annotation(struct buf *b)
{
    static const char *const texts[] = { "", "x", "{}", "[1,2]", "<&>" };

    if (any(3) == 0) {
        put_text(b, "\"%s\"", texts[any((int)COUNT(texts))]);
        return;
    }
    buf_str(b, "\"{\\\"phases\\\":[");
    for (int i = 0; i < 3; i++)
        put_text(b,
                 "%s{\\\"action\\\":%d,\\\"phase\\\":\\\"%c\\\","
                 "\\\"progressPercent\\\":\\\"%d.50\\\"}",
                 i > 0 ? "," : "", any(ACTIONS), 'a' + any(3), any(120));
    buf_str(b, "]}\"");
}

static void put_any_object(struct buf *b, const struct plan_now *p)
{
    static const char *const progress[] = {
        "",
        ",\"progress\":null",
        ",\"progress\":{}",
        ",\"progress\":{\"percentCompleted\":\"33\",\"runningPhase\":\"late\"}",
        ",\"progress\":{\"runningPhase\":\"b\",\"sizeUploadedB\":7}",
    };

    buf_str(b, "{\"kind\":\"ActionSet\",\"metadata\":{\"uid\":\"" UID "\"");
    if (any(3)) {
        buf_str(b, ",\"annotations\":{\"k\":\"v\"");
        if (any(2)) {
            buf_str(b, ",\"phasepipe.dev/progress\":");
            put_any_annotation(b);
        }
        buf_str(b, "}");
    }
    buf_str(b, "},\"spec\":{\"k\":1.5},\"status\":{\"state\":\"running\",");
    put_any_actions(b, p, false);
    put_text(b, "%s}}", progress[any((int)COUNT(progress))]);
}

static void check_path(void *arg, const char *op, const char *path)
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
static jv without_ours(jv object, unsigned parts, const struct merged *m,
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
static void check_result(jv after, unsigned parts, const struct merged *m,
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
        HOLDS(o.annotation.len > 0 && o.annotation.len <= ANNOTATION_MAX);
        HOLDS(memmem(o.annotation.bytes, o.annotation.len, "t12:49:55z", 10) ==
              NULL);
    }
    object_free(&o);
}

static int written; /* how many cases had something to write */

static void check_patch(jv object, const struct object *o, const char *line,
                        size_t len)
{
    unsigned parts = (unsigned)(1 + any(7));
    struct buf b = BUF_INIT(PATCH_MAX);
    bool added = false;
    struct view v;
    struct merged m;

    HOLDS(view_read(&v, json_parse(line, len)));
    if (merge(&m, o, &v) == MERGE_OURS) {
        jv after = jv_copy(object);

        written++;
        patch_put(&b, parts, &m, o, &v);
        HOLDS(!b.failed);
        if (random_tells())
            print_message("%.*s\n", (int)b.len, b.bytes);
        HOLDS(jsonpatch_apply(&after, &b, check_path, &added));
        HOLDS(added);
        if (any(4) == 0)
            check_result(after, parts, &m, o);
        HOLDS(jv_equal(without_ours(after, parts, &m, o),
                       without_ours(jv_copy(object), parts, &m, o)));
    }
    merge_free(&m);
    view_free(&v);
    buf_free(&b);
}

static void one_case(void)
{
    struct buf text = BUF_INIT(1 << 16), line = BUF_INIT(1 << 16);
    struct plan_now plan, other;
    struct object o;

    any_plan(&plan);
    other = plan;
    for (int i = 0; i < other.actions; i++)
        other.counts[i] = any(4) ? other.counts[i] : any(other.counts[i] + 1);
    if (any(8) == 0)
        any_plan(&other);
    put_any_object(&text, &plan);
    buf_str(&line, "{\"type\":\"status\",");
    put_any_actions(&line, &other, true);
    buf_str(&line, any(2) ? ",\"detail\":{\"x\":\"<\\u2028>\"}}" : "}");
    HOLDS(!text.failed && !line.failed);
    if (random_tells())
        print_message("%.*s\n%.*s\n", (int)text.len, text.bytes, (int)line.len,
                      line.bytes);
    HOLDS(object_read(&o, text.bytes, text.len) == OBJECT_READ);
    jv object = json_parse(text.bytes, text.len);
    check_patch(object, &o, line.bytes, line.len);
    jv_free(object);
    object_free(&o);
    buf_free(&text);
    buf_free(&line);
}

static void a_patch_applies_and_changes_nothing_else(void **state)
{
    (void)state;
    random_cases(CASES, one_case);
    assert_true(random_tells() || written > 0);
    print_message("%d of them had something to write\n", written);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_applies_and_changes_nothing_else),
    };

    if (!random_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("patch random", tests, NULL, NULL);
}
