/* patch.h: the documents, byte for byte. */
#include "kube/patch.h"

#include "actionset.h"
#include "base/rec.h"
#include "jsonpatch.h"
#include "kube/annotation.h"

#define TESTS                                                                  \
    "[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"" UID "\"},"     \
    "{\"op\":\"test\",\"path\":\"/status/state\",\"value\":\"running\"},"
#define TEST(path, value)                                                      \
    "{\"op\":\"test\",\"path\":\"" path "\",\"value\":" value "},"
#define ADD(path, value)                                                       \
    "{\"op\":\"add\",\"path\":\"" path "\",\"value\":" value "}"
#define ACTION "/status/actions/0"
#define TOP    "/status/progress"
#define NOTE   "/metadata/annotations/phasepipe.dev~1progress"
#define WHERE                                                                  \
    TESTS TEST(ACTION "/name", "\"one\"")                                      \
        TEST(ACTION "/phases/1/name", "\"b\"")                                 \
            TEST(ACTION "/phases/1/state", "\"running\"")
#define SINCE "\"lastTransitionTime\":\"" TIME "\""
/* as the annotation has it, within a string */
#define NOTE_UID "\\\"uid\\\":\\\"" UID "\\\","
#define NOTED(percent, sizes, phase, rest)                                     \
    "\"{" NOTE_UID "\\\"percentCompleted\\\":\\\"" percent "\\\","             \
    "\\\"lastTransitionTime\\\":\\\"" TIME "\\\",\\\"phases\\\":[{"            \
    "\\\"action\\\":0,\\\"phase\\\":\\\"b\\\",\\\"progressPercent\\\":"        \
    "\\\"" phase "\\\"" sizes "}]" rest "}\""

static void put_patch_of(struct buf *b, unsigned parts,
                         const struct actionset *a, const char *actions,
                         const char *rest, struct view_text version)
{
    struct object o;
    struct view line;
    struct merged m;

    read_actionset(&o, a);
    o.version = version;
    read_line(&line, actions, rest);
    assert_int_equal(merge(&m, &o, &line), MERGE_OURS);
    patch_put(b, parts, &m, &o, &line);
    merge_free(&m);
    view_free(&line);
    object_free(&o);
}

static void put_patch(struct buf *b, unsigned parts, const struct actionset *a,
                      const char *actions, const char *rest)
{
    put_patch_of(b, parts, a, actions, rest, (struct view_text){ NULL, 0 });
}

static void assert_patch(unsigned parts, const struct actionset *a,
                         const char *actions, const char *rest,
                         const char *expected)
{
    struct buf b = BUF_INIT(PATCH_MAX), text = BUF_INIT(1 << 20);
    jv object;

    put_patch(&b, parts, a, actions, rest);
    assert_false(b.failed);
    put_actionset(&text, a);
    object = json_parse(text.bytes, text.len);
    assert_true(jsonpatch_apply(&object, &b, NULL, NULL));
    jv_free(object);
    buf_char(&b, '\0');
    assert_string_equal(b.bytes, expected);
    buf_free(&text);
    buf_free(&b);
}

static const struct actionset usual = { .state = "running",
                                        .actions = "one/a:c=100,b:r=0,c:p",
                                        .percent = "33",
                                        .running = "b",
                                        .annotations = true };

static void the_parts_are_what_was_asked_for(void **state)
{
    static const char line[] = "one/a:c=100.00,b:r=30.00,c:p";

    (void)state;
    assert_patch(PATCH_TOP, &usual, line, "",
                 WHERE TEST(TOP "/percentCompleted", "\"33\"")
                     ADD(TOP "/percentCompleted", "\"43\"") "," ADD(
                         TOP "/lastTransitionTime", "\"" TIME "\"") "]");
    assert_patch(PATCH_PHASES, &usual, line, "",
                 WHERE ADD(ACTION "/phases/1/progress",
                           "{\"progressPercent\":\"30\"," SINCE "}") "]");
    assert_patch(PATCH_ANNOTATION, &usual, line, "",
                 WHERE TEST(NOTE, "null")
                     ADD(NOTE, NOTED("43.33", "", "30.00", "")) "]");
    assert_patch(
        PATCH_TOP | PATCH_PHASES | PATCH_ANNOTATION, &usual, line,
        ",\"detail\":{\"runningPhases\":[\"b\"],\"verdict\":\"<&>\","
        "\"functions\":[[\"KubeTask\"]]}",
        WHERE TEST(TOP "/percentCompleted", "\"33\"")
            ADD(TOP "/percentCompleted", "\"43\"") "," ADD(
                TOP "/lastTransitionTime",
                "\"" TIME
                "\"") "," ADD(ACTION "/phases/1/progress",
                              "{\"progressPercent\":\"30\"," SINCE
                              "}") "," ADD(NOTE, NOTED("43.33", "", "30.00",
                                                       ",\\\"detail\\\":{"
                                                       "\\\"verdict\\\":"
                                                       "\\\""
                                                       "\\u003c\\u0026\\u003e\\"
                                                       "\"}")) "]");
}

static void all_sizes_have_their_places(void **state)
{
    (void)state;
    assert_patch(
        PATCH_TOP | PATCH_PHASES, &usual,
        "one/a:c=100.00/1/2/3/4,b:r=30.99/50000/100000000/7/0", "",
        WHERE TEST(TOP "/percentCompleted", "\"33\"")
            ADD(TOP "/percentCompleted", "\"43\"") "," ADD(TOP "/sizeUploadedB", "50001") "," ADD(
                TOP "/estimatedUploadSizeB",
                "100000002") "," ADD(TOP "/sizeDownloadedB",
                                     "10") "," ADD(TOP
                                                   "/estimatedDownloadSizeB",
                                                   "4") "," ADD(TOP "/lastTrans"
                                                                    "itionTime",
                                                                "\"" TIME
                                                                "\"") "," ADD(ACTION
                                                                              "/phases/1/progress",
                                                                              "{\"progressPercent\":\"30\",\"sizeUploadedB\":50000,"
                                                                              "\"estimatedUploadSizeB\":100000000,\"sizeDownloadedB\":7,"
                                                                              "\"estimatedDownloadSizeB\":0," SINCE
                                                                              "}") "]");
}

static void the_dialect_is_the_objects(void **state)
{
    const struct actionset a = { .state = "running",
                                 .actions = "one/a:c=100.00,b:r=0.00,c:p",
                                 .percent = "33.33",
                                 .annotations = true };

    (void)state;
    assert_patch(
        PATCH_TOP | PATCH_PHASES, &a, "one/a:c=100.00,b:r=30.00,c:p", "",
        WHERE TEST(TOP "/percentCompleted", "\"33.33\"")
            ADD(TOP "/percentCompleted", "\"43.33\"") "," ADD(
                TOP "/lastTransitionTime",
                "\"" TIME "\"") "," ADD(ACTION "/phases/1/progress",
                                        "{\"progressPercent\":\"30.00\"," SINCE
                                        "}") "]");
}

static void what_is_missing_is_made_where_it_still_is(void **state)
{
    const struct actionset a = { .state = "running",
                                 .actions = "one/a:c=100,b:r=0,c:p",
                                 .no_progress = true };

    (void)state;
    assert_patch(
        PATCH_TOP | PATCH_ANNOTATION, &a, "one/a:c=100.00,b:r=30.00,c:p", "",
        WHERE TEST(TOP, "null")
            ADD(TOP, "{}") "," ADD(TOP "/percentCompleted", "\"43\"") "," ADD(
                TOP "/lastTransitionTime",
                "\"" TIME "\"") "," TEST("/metadata/annotations", "null")
                ADD("/metadata/annotations",
                    "{}") "," ADD(NOTE, NOTED("43.33", "", "30.00", "")) "]");
}

/* There may be another writer, so the annotation is that which was seen. */
static void the_annotation_is_tested(void **state)
{
    const char *const two = TESTS TEST("/status/actions/1/name", "\"two\"")
        TEST("/status/actions/1/phases/0/name", "\"b\"")
            TEST("/status/actions/1/phases/0/state", "\"running\"");
    static const char note[] =
        ADD(NOTE, "\"{" NOTE_UID "\\\"percentCompleted\\\":\\\"15.00\\\","
                  "\\\"lastTransitionTime\\\":\\\"" TIME "\\\",\\\"phases\\\":"
                  "[{\\\"action\\\":1,\\\"phase\\\":\\\"b\\\","
                  "\\\"progressPercent\\\":\\\"30.00\\\"}]}\"") "]";
    struct actionset a = { .state = "running",
                           .actions = "one/a:r|two/b:r",
                           .annotations = true };
    char expected[2048];

    (void)state;
    snprintf(expected, sizeof expected, "%s%s%s", two, TEST(NOTE, "null"),
             note);
    assert_patch(PATCH_ANNOTATION, &a, "two/b:r=30.00", "", expected);
    a.annotation = "\"<1>\"";
    snprintf(expected, sizeof expected, "%s%s%s", two,
             TEST(NOTE, "\"\\u003c1\\u003e\""), note);
    assert_patch(PATCH_ANNOTATION, &a, "two/b:r=30.00", "", expected);
    a.annotation = "\"\"";
    snprintf(expected, sizeof expected, "%s%s%s", two, TEST(NOTE, "\"\""),
             note);
    assert_patch(PATCH_ANNOTATION, &a, "two/b:r=30.00", "", expected);
}

/* What nobody has written to since is as it was. */
static void the_version_is_tested_in_place_of_the_rest(void **state)
{
    static const char expected[] =
        "[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"" UID
        "\"}," TEST("/metadata/resourceVersion", "\"42\"")
            ADD(TOP "/percentCompleted", "\"15\"") "," ADD(
                TOP "/lastTransitionTime", "\"" TIME "\"") "]";
    static const char seen[] = "\"test\",\"path\":\"" NOTE;
    struct actionset a = { .state = "running",
                           .actions = "one/a:r|two/b:r",
                           .percent = "1",
                           .annotations = true,
                           .annotation = "\"\"" };
    const struct view_text version = { "42", 2 };
    struct buf b = BUF_INIT(PATCH_MAX);

    (void)state;
    put_patch_of(&b, PATCH_TOP, &a, "two/b:r=30.00", "", version);
    assert_int_equal(b.len, sizeof expected - 1);
    assert_memory_equal(b.bytes, expected, b.len);
    buf_clear(&b);
    put_patch_of(&b, PATCH_ANNOTATION, &a, "two/b:r=30.00", "", version);
    assert_null(memmem(b.bytes, b.len, "phases/", 7));
    assert_null(memmem(b.bytes, b.len, seen, sizeof seen - 1));
    buf_clear(&b);
    put_patch_of(&b, PATCH_TOP | PATCH_PHASES, &a, "two/b:r=30.00", "",
                 version); /* a tracker may write to it */
    assert_null(memmem(b.bytes, b.len, "resourceVersion", 15));
    assert_non_null(memmem(b.bytes, b.len, "phases/0/state", 14));
    buf_free(&b);
}

static void both_actions_are_tested_where_both_are_ours(void **state)
{
    const struct actionset a = { .state = "running",
                                 .actions = "one/a:c,b:r|two/b:r|six/c:r",
                                 .annotations = true };

    (void)state;
    assert_patch(
        PATCH_PHASES, &a, "one/a:c,b:r=10.00|two/b:r=20.00|six/c:p", "",
        WHERE TEST("/status/actions/1/name",
                   "\"two\"") TEST("/status/actions/1/phases/0/name", "\"b\"")
            TEST("/status/actions/1/phases/0/state", "\"running\"")
                ADD(ACTION "/phases/1/progress",
                    "{\"progressPercent\":\"10\"," SINCE
                    "}") "," ADD("/status/actions/1/phases/0/progress",
                                 "{\"progressPercent\":\"20\"," SINCE "}") "]");
}

/* Or else the sum would go back where another action's phase has just ended. */
static void of_several_actions_the_sum_is_tested(void **state)
{
    struct actionset a = { .state = "running",
                           .actions = "one/a:c,b:r|two/d:c,e:r=0,~z:p",
                           .percent = "50",
                           .annotations = true };

    (void)state;
    assert_patch(PATCH_TOP, &a, "one/a:c,b:r=30.00", "",
                 WHERE TEST(TOP "/percentCompleted", "\"50\"")
                     ADD(TOP "/percentCompleted", "\"57\"") "," ADD(
                         TOP "/lastTransitionTime", "\"" TIME "\"") "]");
    a.percent = NULL;
    assert_patch(PATCH_TOP, &a, "one/a:c,b:r=30.00", "",
                 WHERE TEST(TOP "/percentCompleted", "null")
                     ADD(TOP "/percentCompleted", "\"57\"") "," ADD(
                         TOP "/lastTransitionTime", "\"" TIME "\"") "]");
    assert_patch(PATCH_PHASES, &a, "one/a:c,b:r=30.00", "",
                 WHERE ADD(ACTION "/phases/1/progress",
                           "{\"progressPercent\":\"30\"," SINCE "}") "]");
}

static void a_defer_phase_is_tested_as_it_stands(void **state)
{
    const struct actionset a = { .state = "running",
                                 .actions = "one/a:c=100,~z:p",
                                 .running = "z",
                                 .annotations = true };

    (void)state;
    assert_patch(PATCH_TOP | PATCH_PHASES, &a, "one/a:c=100.00,~z:r=50.00", "",
                 TESTS TEST(ACTION "/name",
                            "\"one\"") TEST(ACTION "/deferPhase/name", "\"z\"")
                     TEST(ACTION "/deferPhase/state",
                          "\"pending\"") TEST(TOP "/percentCompleted", "null")
                         ADD(TOP "/percentCompleted", "\"100\"") "," ADD(
                             TOP "/lastTransitionTime",
                             "\"" TIME
                             "\"") "," ADD(ACTION "/deferPhase/progress",
                                           "{\"progressPercent\":\"50\"," SINCE
                                           "}") "]");
}

static void names_are_spelled_as_go_spells_them(void **state)
{
    const struct actionset a = { .state = "running",
                                 .actions =
                                     "a&b/<\\u2028\\\"\\u00e9\\u0007>:r" };

    (void)state;
    assert_patch(PATCH_PHASES, &a, a.actions, "",
                 TESTS TEST(ACTION "/name", "\"a\\u0026b\"")
                     TEST(ACTION "/phases/0/name",
                          "\"\\u003c\\u2028\\\"\xC3\xA9\\u0007\\u003e\"")
                         TEST(ACTION "/phases/0/state", "\"running\"")
                             ADD(ACTION "/phases/0/progress",
                                 "{\"progressPercent\":\"0\"}") "]");
}

static void an_object_that_changed_takes_nothing(void **state)
{
    static const struct actionset others[] = {
        { .state = "running", .actions = "one/a:c,b:r,c:p", .uid = "another" },
        { .state = "pending", .actions = "one/a:c,b:r,c:p" },
        { .state = "failed", .actions = "one/a:c,b:r,c:p" },
        { .state = "complete", .actions = "one/a:c,b:r,c:p" },
        { .state = NULL },
        { .state = "running", .actions = "" },
        { .state = "running", .actions = "two/a:c,b:r,c:p" },
        { .state = "running", .actions = "one/a:c,x:r,c:p" },
        { .state = "running", .actions = "one/a:c" },
        { .state = "running", .actions = "one/a:c,b:p,c:p" },
        { .state = "running", .actions = "one/a:c,b:c,c:r" },
        { .state = "running", .actions = "one/a:c,b:f,c:p" },
        { .state = "running", .actions = "one/b:r,a:c,c:p" },
    };
    struct buf b = BUF_INIT(PATCH_MAX), text = BUF_INIT(1 << 20);

    (void)state;
    put_patch(&b, PATCH_TOP | PATCH_PHASES | PATCH_ANNOTATION, &usual,
              "one/a:c,b:r=30.00,c:p", "");
    for (size_t i = 0; i < COUNT(others); i++) {
        struct actionset a = others[i];
        jv object;

        a.annotations = true;
        put_actionset(&text, &a);
        object = json_parse(text.bytes, text.len);
        assert_false(jsonpatch_apply(&object, &b, NULL, NULL));
        jv_free(object);
    }
    buf_free(&text);
    buf_free(&b);
}

/* As the most usual request is: an object of Kanister's, and a line of kopia's
 * with all that phase-agg tells of it. */
static void the_usual_request_is_small(void **state)
{
    const struct actionset a = {
        .state = "running",
        .actions = "backup/updatePermissions:c=100,dumpToObjectStore:r=0,"
                   "cleanup:p",
        .percent = "33",
        .running = "dumpToObjectStore"
    };
    static const char line[] =
        "backup/updatePermissions:c=100.00,"
        "dumpToObjectStore:r=30.00/450971566/10737418240,cleanup:p";
    static const char detail[] =
        ",\"detail\":{\"runningPhases\":[\"dumpToObjectStore\"],"
        "\"estimatedTimeSeconds\":310,\"timePercent\":43.33,\"rawPercent\":"
        "42.9,\"verdict\":\"running\",\"verdictSince\":\"" TIME "\"}";
    static const struct {
        unsigned parts;
        const char *name;
    } rows[] = {
        { PATCH_TOP | PATCH_ANNOTATION, "progress and annotation" },
        { PATCH_TOP | PATCH_PHASES | PATCH_ANNOTATION, "all of it" },
        { PATCH_TOP, "progress" },
        { PATCH_TOP | PATCH_PHASES, "progress and phases" },
        { PATCH_ANNOTATION, "annotation" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b = BUF_INIT(PATCH_MAX);

        put_patch(&b, rows[i].parts, &a, line, detail);
        print_message("a request with %s: %zu bytes\n", rows[i].name, b.len);
        assert_in_range(b.len, 1, i == 1 ? 2000 : 1500);
        buf_free(&b);
    }
}

/* A line of the greatest length, all of whose phases run, fits. */
static void the_longest_line_has_room(void **state)
{
    struct buf actions = BUF_INIT(1 << 20), b = BUF_INIT(PATCH_MAX);
    struct actionset a = { .state = "running" };
    size_t len = 0;

    (void)state;
    /* as phase-agg writes the shortest of them */
    for (int i = 0; len < REC_CEILING; i++) {
        put_text(&actions, "%sb/d:r=0.00", i > 0 ? "|" : "");
        len += sizeof "{\"name\":\"b\",\"phases\":[{\"name\":\"d\",\"state\":"
                      "\"running\",\"progress\":{\"progressPercent\":\"0.00\","
                      "\"lastTransitionTime\":\"" TIME "\"}}]},";
    }
    buf_char(&actions, '\0');
    a.actions = actions.bytes;
    put_patch(&b, PATCH_TOP | PATCH_PHASES | PATCH_ANNOTATION, &a,
              actions.bytes, "");
    assert_false(b.failed);
    buf_free(&actions);
    buf_free(&b);
}

static void what_has_no_room_is_a_failure(void **state)
{
    struct buf whole = BUF_INIT(PATCH_MAX);
    const unsigned all = PATCH_TOP | PATCH_PHASES | PATCH_ANNOTATION;

    (void)state;
    put_patch(&whole, all, &usual, "one/a:c,b:r=30.00,c:p", "");
    for (size_t room = 0; room < whole.len; room++) {
        struct buf b = BUF_INIT(room);

        put_patch(&b, all, &usual, "one/a:c,b:r=30.00,c:p", "");
        assert_true(b.failed);
        buf_free(&b);
    }
    buf_free(&whole);
}

/* A detail that has no room goes, and an annotation that is longer than any of
 * ours is not what is tested. */
static void what_is_too_long_for_an_annotation_is_left_out(void **state)
{
    static const int lengths[] = { 100, ANNOTATION_MAX };
    static char detail[2 * ANNOTATION_MAX], note[2 * ANNOTATION_MAX];
    struct actionset a = usual;

    (void)state;
    a.actions = "one/a:c=100,b:r=0,c:p|two/d:p";
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct buf b = BUF_INIT(PATCH_MAX);
        bool fits = i == 0;

        snprintf(detail, sizeof detail, ",\"detail\":{\"x\":\"%0*d\"}",
                 lengths[i], 0);
        snprintf(note, sizeof note, "\"%0*d\"", lengths[i] + 1, 0);
        a.annotation = note;
        put_patch(&b, PATCH_ANNOTATION, &a, "one/a:c,b:r=30.00,c:p|two/d:p",
                  detail);
        assert_false(b.failed);
        assert_int_equal(memmem(b.bytes, b.len, "detail", 6) != NULL, fits);
        assert_int_equal(
            memmem(b.bytes, b.len, TEST(NOTE, "\"000"), 60) != NULL, fits);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_are_what_was_asked_for),
        cmocka_unit_test(all_sizes_have_their_places),
        cmocka_unit_test(the_dialect_is_the_objects),
        cmocka_unit_test(what_is_missing_is_made_where_it_still_is),
        cmocka_unit_test(the_annotation_is_tested),
        cmocka_unit_test(the_version_is_tested_in_place_of_the_rest),
        cmocka_unit_test(both_actions_are_tested_where_both_are_ours),
        cmocka_unit_test(of_several_actions_the_sum_is_tested),
        cmocka_unit_test(a_defer_phase_is_tested_as_it_stands),
        cmocka_unit_test(names_are_spelled_as_go_spells_them),
        cmocka_unit_test(an_object_that_changed_takes_nothing),
        cmocka_unit_test(the_usual_request_is_small),
        cmocka_unit_test(the_longest_line_has_room),
        cmocka_unit_test(what_has_no_room_is_a_failure),
        cmocka_unit_test(what_is_too_long_for_an_annotation_is_left_out),
    };

    return cmocka_run_group_tests_name("patch", tests, NULL, NULL);
}
