/* view.h and object.h: what is read from a status, whatever it is. */
#include "actionset.h"

static void take(struct view *v, const char *json)
{
    assert_true(view_read(v, json_parse(json, strlen(json))));
}

#define ASSERT_TEXT(text, is)                                                  \
    do {                                                                       \
        assert_int_equal((text).len, strlen(is));                              \
        assert_memory_equal((text).bytes, is, (text).len);                     \
    } while (0)

static void all_that_kanister_writes_is_read(void **state)
{
    struct object o;

    (void)state;
    read_actionset(&o, &(struct actionset){ .state = "running",
                                            .actions =
                                                "one/a:c=100,b:r=0/500/1000/7/"
                                                "8,c:p,~late:p|two/d:f=45",
                                            .percent = "33",
                                            .running = "b",
                                            .top = ",\"sizeUploadedB\":500",
                                            .annotations = true });
    ASSERT_TEXT(o.uid, UID);
    assert_null(o.annotation.bytes);
    assert_true(o.has_annotations);
    assert_int_equal(o.generation, 4);
    assert_int_equal(o.view.state, STATE_RUNNING);
    assert_true(o.view.has_progress);
    ASSERT_TEXT(o.view.running, "b");
    assert_int_equal(o.view.whole.percent, 3300);
    assert_false(o.view.whole.has_point);
    assert_int_equal(o.view.whole.sizes[VIEW_UPLOADED], 500);
    assert_int_equal(o.view.whole.sizes[VIEW_DOWNLOADED], VIEW_UNKNOWN);
    assert_int_equal(o.view.action_count, 2);
    assert_int_equal(o.view.actions[0].count, 4);
    assert_int_equal(o.view.actions[1].first, 4);
    assert_int_equal(o.view.phase_count, 5);
    assert_int_equal(o.view.phases[0].state, STATE_COMPLETE);
    assert_int_equal(o.view.phases[0].progress.percent, VIEW_COMPLETE);
    for (int i = 0; i < VIEW_SIZES; i++)
        assert_int_equal(o.view.phases[1].progress.sizes[i],
                         ((int[]){ 500, 1000, 7, 8 })[i]);
    assert_string_equal(o.view.phases[1].progress.since, TIME);
    assert_int_equal(o.view.phases[2].progress.percent, VIEW_UNKNOWN);
    assert_string_equal(o.view.phases[2].progress.since, "");
    assert_true(o.view.phases[3].deferred);
    ASSERT_TEXT(o.view.phases[3].name, "late");
    assert_int_equal(o.view.phases[4].state, STATE_FAILED);
    assert_int_equal(o.view.phases[4].action, 1);
    ASSERT_TEXT(o.view.phases[4].state_text, "failed");
    object_free(&o);
}

static void states_are_those_of_kanister(void **state)
{
    static const struct {
        const char *json;
        enum view_state state;
    } rows[] = {
        { "\"pending\"", STATE_PENDING },
        { "\"\"", STATE_PENDING },
        { "\"running\"", STATE_RUNNING },
        { "\"failed\"", STATE_FAILED },
        { "\"complete\"", STATE_COMPLETE },
        { "\"completed\"", STATE_COMPLETE },
        { "\"Running\"", STATE_OTHER },
        { "\"running \"", STATE_OTHER },
        { "\"attemptfailed\"", STATE_OTHER },
        { "null", STATE_PENDING },
        { "7", STATE_PENDING },
        { "[\"running\"]", STATE_PENDING },
        { "\"run\\u0000ning\"", STATE_OTHER },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b = BUF_INIT(256);
        struct view v;

        put_text(&b,
                 "{\"state\":%s,\"actions\":[{\"phases\":[{\"state\":%s}]}]}",
                 rows[i].json, rows[i].json);
        assert_true(view_read(&v, json_parse(b.bytes, b.len)));
        assert_row(v.state == rows[i].state, rows[i].json);
        assert_row(v.phases[0].state == rows[i].state, rows[i].json);
        view_free(&v);
        buf_free(&b);
    }
}

static void percent_is_a_decimal_number_or_unknown(void **state)
{
    static const struct {
        const char *json;
        int64_t percent;
        bool has_point;
    } rows[] = {
        { "\"0\"", 0, false },
        { "\"0.00\"", 0, true },
        { "\"43\"", 4300, false },
        { "\"33.33\"", 3333, true },
        { "\"33.339\"", 3333, true },
        { "\"100\"", VIEW_COMPLETE, false },
        { "\"100.00\"", VIEW_COMPLETE, true },
        { "\"340\"", VIEW_COMPLETE, false },
        { "\"00043\"", 4300, false },
        { "\"92233720368547758\"", VIEW_COMPLETE, false },
        { "\"9223372036854775808\"", VIEW_UNKNOWN, false },
        { "\"-5\"", VIEW_UNKNOWN, false },
        { "\"+5\"", VIEW_UNKNOWN, false },
        { "\"1e3\"", VIEW_UNKNOWN, false },
        { "\" 5\"", VIEW_UNKNOWN, false },
        { "\"5 \"", VIEW_UNKNOWN, false },
        { "\"5%\"", VIEW_UNKNOWN, false },
        { "\"5.\"", VIEW_UNKNOWN, false },
        { "\".5\"", VIEW_UNKNOWN, false },
        { "\"0x10\"", VIEW_UNKNOWN, false },
        { "\"nan\"", VIEW_UNKNOWN, false },
        { "\"\"", VIEW_UNKNOWN, false },
        { "43", VIEW_UNKNOWN, false },
        { "null", VIEW_UNKNOWN, false },
        { "[\"43\"]", VIEW_UNKNOWN, false },
        { "{\"a\":\"43\"}", VIEW_UNKNOWN, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b = BUF_INIT(512);
        struct view v;

        put_text(&b,
                 "{\"progress\":{\"percentCompleted\":%s},\"actions\":[{"
                 "\"phases\":[{\"progress\":{\"progressPercent\":%s}}]}]}",
                 rows[i].json, rows[i].json);
        assert_true(view_read(&v, json_parse(b.bytes, b.len)));
        assert_row(v.whole.percent == rows[i].percent, rows[i].json);
        assert_row(v.whole.has_point == rows[i].has_point, rows[i].json);
        assert_row(v.phases[0].progress.percent == rows[i].percent,
                   rows[i].json);
        view_free(&v);
        buf_free(&b);
    }
}

/* What Go cannot parse would stop Kanister's controller for a whole namespace,
 * so no time goes on as it came. */
static void times_are_spelled_anew_or_unknown(void **state)
{
    static const struct {
        const char *json, *since;
    } rows[] = {
        { "\"2023-02-20T12:49:55Z\"", "2023-02-20T12:49:55Z" },
        { "\"2023-02-20T12:49:55.999Z\"", "2023-02-20T12:49:55Z" },
        { "\"2023-02-20T14:49:55+02:00\"", "2023-02-20T12:49:55Z" },
        { "\"2023-02-20T12:49:55-00:30\"", "2023-02-20T13:19:55Z" },
        { "\"2023-02-20t12:49:55z\"", "" },
        { "\"2023-02-20t12:49:55Z\"", "" },
        { "\"2023-02-20T12:49:55z\"", "" },
        { "\"2023-02-20T12:49:05x5Z\"", "" },
        { "\"2023-02-20T12:49:55+99:99\"", "" },
        { "\"2023-02-20T12:49:55+0100\"", "" },
        { "\"2023-02-20T12:49:60Z\"", "" },
        { "\"2023-02-20T24:00:00Z\"", "" },
        { "\"2023-02-20T12:448:55Z\"", "" },
        { "\"2023-02-29T12:49:55Z\"", "" },
        { "\"2023-02-20 12:49:55Z\"", "" },
        { "\"2023-02-20T12:49:55\"", "" },
        { "\"12023-02-20T12:49:55Z\"", "" },
        { "\"1969-12-31T23:59:59Z\"", "" },
        { "\"\"", "" },
        { "1676897395", "" },
        { "null", "" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b = BUF_INIT(256);
        struct view v;

        put_text(&b, "{\"progress\":{\"lastTransitionTime\":%s}}",
                 rows[i].json);
        assert_true(view_read(&v, json_parse(b.bytes, b.len)));
        assert_row(strcmp(v.whole.since, rows[i].since) == 0, rows[i].json);
        view_free(&v);
        buf_free(&b);
    }
}

static void numbers_are_whole_and_exact_or_unknown(void **state)
{
    static const struct {
        const char *json;
        int64_t size;
    } rows[] = {
        { "0", 0 },
        { "1000", 1000 },
        { "1e3", 1000 },
        { "9007199254740992", INT64_C(1) << 53 },
        { "9007199254740994", VIEW_UNKNOWN },
        { "1e400", VIEW_UNKNOWN },
        { "-5", VIEW_UNKNOWN },
        { "1.5", VIEW_UNKNOWN },
        { "\"1000\"", VIEW_UNKNOWN },
        { "true", VIEW_UNKNOWN },
        { "null", VIEW_UNKNOWN },
        { "[1]", VIEW_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b = BUF_INIT(256);
        struct view v;

        put_text(&b,
                 "{\"progress\":{\"sizeUploadedB\":%s,"
                 "\"estimatedTimeSeconds\":%s}}",
                 rows[i].json, rows[i].json);
        assert_true(view_read(&v, json_parse(b.bytes, b.len)));
        assert_row(v.whole.sizes[VIEW_UPLOADED] == rows[i].size, rows[i].json);
        assert_row(v.whole.seconds == rows[i].size, rows[i].json);
        view_free(&v);
        buf_free(&b);
    }
}

/* Each value where each other is expected. */
static void whatever_is_of_another_kind_is_unknown(void **state)
{
    static const char *const values[] = {
        "null", "true", "0",  "-1.5", "\"x\"",
        "[]",   "[[]]", "{}", "[{}]", "[0,null,\"x\",[],{}]"
    };
    static const char *const shapes[] = {
        "%s",
        "{\"state\":%s}",
        "{\"progress\":%s}",
        "{\"progress\":{\"runningPhase\":%s}}",
        "{\"actions\":%s}",
        "{\"actions\":[%s]}",
        "{\"actions\":[{\"name\":%s}]}",
        "{\"actions\":[{\"phases\":%s}]}",
        "{\"actions\":[{\"phases\":[%s]}]}",
        "{\"actions\":[{\"phases\":[{\"name\":%s}]}]}",
        "{\"actions\":[{\"phases\":[{\"progress\":%s}]}]}",
        "{\"actions\":[{\"deferPhase\":%s}]}",
        "{\"actions\":[{\"deferPhase\":{\"name\":%s}}]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (size_t j = 0; j < COUNT(values); j++) {
            const char *hole = strstr(shapes[i], "%s");
            struct buf b = BUF_INIT(256);
            struct view v;

            buf_add(&b, shapes[i], (size_t)(hole - shapes[i]));
            buf_str(&b, values[j]);
            buf_str(&b, hole + 2);
            assert_true(view_read(&v, json_parse(b.bytes, b.len)));
            assert_row(v.state == STATE_PENDING || v.state == STATE_OTHER,
                       shapes[i]);
            assert_row(v.whole.percent == VIEW_UNKNOWN, shapes[i]);
            for (size_t p = 0; p < v.phase_count; p++)
                assert_row(v.phases[p].progress.percent == VIEW_UNKNOWN &&
                               v.phases[p].name.len <= 1,
                           shapes[i]);
            view_free(&v);
            buf_free(&b);
        }
}

static void what_is_no_object_still_has_its_place(void **state)
{
    struct view v;

    (void)state;
    take(&v, "{\"actions\":[7,{\"name\":\"a\",\"phases\":[null,"
             "{\"name\":\"p\",\"state\":\"running\"},\"x\"]}]}");
    assert_int_equal(v.action_count, 2);
    assert_int_equal(v.actions[0].count, 0);
    assert_int_equal(v.actions[0].name.len, 0);
    assert_int_equal(v.actions[1].count, 3);
    ASSERT_TEXT(v.phases[1].name, "p");
    assert_int_equal(v.phases[2].name.len, 0);
    view_free(&v);
}

static void names_may_hold_anything_and_come_twice(void **state)
{
    struct view v;

    (void)state;
    take(&v, "{\"actions\":[{\"phases\":[{\"name\":\"a\\u0000b\"},"
             "{\"name\":\"a\"},{\"name\":\"a\"}]}]}");
    assert_int_equal(v.phases[0].name.len, 3);
    assert_memory_equal(v.phases[0].name.bytes, "a\0b", 3);
    assert_false(view_same(v.phases[0].name, v.phases[1].name));
    assert_true(view_same(v.phases[1].name, v.phases[2].name));
    view_free(&v);
}

/* COUNT of WHAT, in an array between BEFORE and AFTER. */
static bool read_many(const char *before, const char *what, int count,
                      const char *after, struct view *v)
{
    struct buf b = BUF_INIT(1 << 20);
    bool good;

    buf_str(&b, before);
    for (int i = 0; i < count; i++) {
        buf_str(&b, i > 0 ? "," : "");
        buf_str(&b, what);
    }
    buf_str(&b, after);
    assert_false(b.failed);
    errno = 0;
    good = view_read(v, json_parse(b.bytes, b.len));
    buf_free(&b);
    return good;
}

static void there_are_at_most_ten_thousand_phases(void **state)
{
    static const char phases[] = "{\"actions\":[{\"phases\":[";
    static const char deferred[] = "]}]}";
    struct view v;

    (void)state;
    assert_true(read_many(phases, "{}", VIEW_PHASES_MAX, deferred, &v));
    assert_int_equal(v.phase_count, VIEW_PHASES_MAX);
    view_free(&v);
    assert_false(read_many(phases, "{}", VIEW_PHASES_MAX + 1, deferred, &v));
    assert_int_equal(errno, E2BIG);
    view_free(&v);
    assert_false(read_many(phases, "{}", VIEW_PHASES_MAX,
                           "],\"deferPhase\":{\"name\":\"d\"}}]}", &v));
    assert_int_equal(errno, E2BIG);
    view_free(&v);
    assert_true(read_many("{\"actions\":[", "{}", VIEW_PHASES_MAX, "]}", &v));
    assert_int_equal(v.action_count, VIEW_PHASES_MAX);
    view_free(&v);
    assert_false(
        read_many("{\"actions\":[", "1", VIEW_PHASES_MAX + 1, "]}", &v));
    assert_int_equal(errno, E2BIG);
    view_free(&v);
}

static enum object_outcome outcome_of(const char *text)
{
    struct object o;
    enum object_outcome outcome = object_read(&o, text, strlen(text));

    object_free(&o);
    object_free(&o); /* twice does no harm */
    return outcome;
}

static void only_an_actionset_is_one(void **state)
{
    static const char *const others[] = {
        "",
        "{",
        "null",
        "[]",
        "7",
        "{}",
        "{\"kind\":\"Status\",\"status\":\"Failure\"}",
        "{\"kind\":\"ActionSetList\",\"items\":[]}",
        "{\"kind\":[\"ActionSet\"]}",
        "{\"kind\":\"ActionSet\"}{}",
        "404 page not found\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        assert_row(outcome_of(others[i]) == OBJECT_NONE, others[i]);
    assert_int_equal(outcome_of("{\"kind\":\"ActionSet\"}"), OBJECT_READ);
    assert_int_equal(outcome_of("{\"kind\":\"ActionSet\",\"metadata\":[],"
                                "\"status\":\"x\"}"),
                     OBJECT_READ);
}

static void too_many_phases_are_told_apart(void **state)
{
    struct buf b = BUF_INIT(1 << 20);

    (void)state;
    buf_str(&b, "{\"kind\":\"ActionSet\",\"status\":{\"actions\":[{"
                "\"phases\":[0");
    for (int i = 0; i < VIEW_PHASES_MAX; i++)
        buf_str(&b, ",0");
    buf_str(&b, "]}]}}");
    buf_char(&b, '\0');
    assert_int_equal(outcome_of(b.bytes), OBJECT_LARGE);
    buf_free(&b);
}

static void no_prefix_of_an_object_is_one(void **state)
{
    struct buf b = BUF_INIT(1 << 20);
    struct object o;

    (void)state;
    put_actionset(&b, &(struct actionset){ .state = "running",
                                           .actions = "one/a:r=0,~late:p",
                                           .percent = "33",
                                           .running = "a",
                                           .annotation = "\"{}\"" });
    for (size_t len = 0; len < b.len; len++) {
        char *exact = malloc(len + (len == 0));

        assert_non_null(exact);
        memcpy(exact, b.bytes, len);
        assert_int_equal(object_read(&o, exact, len), OBJECT_NONE);
        object_free(&o);
        free(exact);
    }
    buf_free(&b);
}

static void an_annotation_is_there_or_missing_or_empty(void **state)
{
    struct object o;

    (void)state;
    read_actionset(&o,
                   &(struct actionset){ .annotation = "\"{\\\"a\\\":1}\"" });
    ASSERT_TEXT(o.annotation, "{\"a\":1}");
    object_free(&o);
    read_actionset(&o, &(struct actionset){ .annotation = "\"\"" });
    assert_non_null(o.annotation.bytes);
    assert_int_equal(o.annotation.len, 0);
    object_free(&o);
    read_actionset(&o, &(struct actionset){ .annotation = "7" });
    assert_null(o.annotation.bytes);
    assert_true(o.has_annotations);
    object_free(&o);
    read_actionset(&o, &(struct actionset){ .state = NULL });
    assert_null(o.annotation.bytes);
    assert_false(o.has_annotations);
    assert_int_equal(o.view.state, STATE_PENDING);
    assert_false(o.view.has_progress);
    object_free(&o);
}

static void the_dialect_is_what_the_controller_alone_has_written(void **state)
{
    static const struct {
        const char *actions;
        enum kanister_dialect dialect;
    } rows[] = {
        { "one/a:c=100,b:r=0", KANISTER_WHOLE },
        { "one/a:c=100.00,b:r", KANISTER_DOCUMENT },
        { "one/a:r=0.00,b:p", KANISTER_DOCUMENT },
        { "one/a:r,b:p", KANISTER_WHOLE },
        { "one/a:r=33.33", KANISTER_WHOLE }, /* anybody may have written it */
        { "one/a:c=33.33", KANISTER_WHOLE },
        { "one/a:f=0.00", KANISTER_WHOLE },
        { "one/a:p=0.00", KANISTER_WHOLE },
        { "one/a:r=100.00", KANISTER_WHOLE },
        /* it has said "100", so somebody else has said "0.00" */
        { "one/a:c=100,b:r=0.00", KANISTER_WHOLE },
        { "one/a:r=0.00|two/b:c=100", KANISTER_WHOLE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct object o;

        read_actionset(&o, &(struct actionset){ .state = "running",
                                                .actions = rows[i].actions });
        assert_row(object_dialect(&o) == rows[i].dialect, rows[i].actions);
        object_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_kanister_writes_is_read),
        cmocka_unit_test(states_are_those_of_kanister),
        cmocka_unit_test(percent_is_a_decimal_number_or_unknown),
        cmocka_unit_test(times_are_spelled_anew_or_unknown),
        cmocka_unit_test(numbers_are_whole_and_exact_or_unknown),
        cmocka_unit_test(whatever_is_of_another_kind_is_unknown),
        cmocka_unit_test(what_is_no_object_still_has_its_place),
        cmocka_unit_test(names_may_hold_anything_and_come_twice),
        cmocka_unit_test(there_are_at_most_ten_thousand_phases),
        cmocka_unit_test(only_an_actionset_is_one),
        cmocka_unit_test(too_many_phases_are_told_apart),
        cmocka_unit_test(no_prefix_of_an_object_is_one),
        cmocka_unit_test(an_annotation_is_there_or_missing_or_empty),
        cmocka_unit_test(the_dialect_is_what_the_controller_alone_has_written),
    };

    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
