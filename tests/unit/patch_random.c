/* Whatever the object and the line are, a patch applies to the object that it
 * was made for, and changes nothing that is not ours. */
#include "patched.h"

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
