/* view/status.h: status lines and ActionSets, as those read them who show. */
#include "view/status.h"

#include "base/buf.h"
#include "base/clock.h"
#include "view/status_parts.h"

#include "unit.h"

static struct viewed seen[4];
static int limit;

static bool keep(void *arg, struct viewed *v)
{
    int *count = arg;

    if (*count >= limit) {
        viewed_free(v);
        return false;
    }
    seen[(*count)++] = *v;
    return true;
}

/* Reads TEXT, which has COUNT statuses, into `seen`. */
static void read_text(const char *text, int count)
{
    int kept = 0;

    limit = (int)COUNT(seen);
    assert_int_equal(viewed_read(text, strlen(text), keep, &kept), count);
    assert_int_equal(kept, count > 0 ? count : 0);
}

static bool is(struct viewed_text text, const char *word)
{
    return text.len == strlen(word) && memcmp(text.bytes, word, text.len) == 0;
}

static int64_t wall_of(const char *text)
{
    int64_t wall;

    assert_true(clock_parse(text, strlen(text), &wall));
    return wall;
}

static void a_status_line_is_read(void **state)
{
    const struct viewed *v = &seen[0];
    int64_t moved, total;

    (void)state;
    read_text(
        "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{\"name\":"
        "\"backup\",\"phases\":[{\"name\":\"a\",\"state\":\"complete\"},"
        "{\"name\":\"dump\",\"state\":\"running\",\"progress\":{"
        "\"progressPercent\":\"30.00\",\"lastTransitionTime\":"
        "\"2023-02-20T12:49:55Z\",\"sizeUploadedB\":50,"
        "\"estimatedUploadSizeB\":100}},{\"name\":\"c\",\"state\":\"pending\"}]"
        ",\"deferPhase\":{\"name\":\"d\",\"state\":\"pending\"}}],"
        "\"progress\":{\"percentCompleted\":\"43.33\",\"runningPhase\":"
        "\"dump\"},\"detail\":{\"runningPhases\":[\"dump\"],\"eta\":{"
        "\"seconds\":7,\"lowSeconds\":5},\"actionEta\":{\"seconds\":20,"
        "\"lowSeconds\":15,\"highSeconds\":40},\"rawPercent\":29.57,"
        "\"verdict\":\"stalled\",\"verdictSince\":\"2023-02-20T12:49:56Z\","
        "\"result\":{\"state\":\"partial\"}}}",
        1);
    assert_int_equal(v->state, VIEWED_RUNNING);
    assert_int_equal(v->whole.percent, 4333);
    assert_true(is(v->running, "dump"));
    assert_int_equal(v->uid.len, 0);
    assert_int_equal(v->action_count, 1);
    assert_true(is(v->actions[0].name, "backup"));
    assert_int_equal(v->actions[0].count, 4);
    assert_int_equal(v->phase_count, 4);
    assert_true(is(v->phases[1].name, "dump"));
    assert_int_equal(v->phases[0].progress.percent, 10000);
    assert_int_equal(v->phases[1].progress.percent, 3000);
    assert_int_equal(v->phases[1].progress.since,
                     wall_of("2023-02-20T12:49:55Z"));
    assert_int_equal(v->phases[2].progress.percent, VIEWED_UNKNOWN);
    assert_true(v->phases[3].deferred);
    assert_true(viewed_bytes(&v->phases[1].progress, &moved, &total));
    assert_int_equal(moved, 50);
    assert_int_equal(total, 100);
    assert_false(viewed_bytes(&v->phases[2].progress, &moved, &total));
    assert_int_equal(v->subject, 1);
    assert_int_equal(viewed_seconds(v, &v->phases[1]), 7);
    assert_int_equal(viewed_seconds(v, &v->phases[2]), VIEWED_UNKNOWN);
    assert_int_equal(v->left.seconds, 20);
    assert_int_equal(v->left.high, 40);
    assert_int_equal(v->phase_left.high, VIEWED_UNKNOWN);
    assert_int_equal(v->raw_percent, 2957);
    assert_int_equal(v->verdict, VIEWED_STALLED);
    assert_int_equal(v->verdict_since, wall_of("2023-02-20T12:49:56Z"));
    assert_true(is(v->result, "partial"));
    assert_false(viewed_final(v));
    viewed_free(&seen[0]);
}

#define OBJECT(uid, annotation, status)                                        \
    "{\"kind\":\"ActionSet\",\"metadata\":{\"name\":\"as1\",\"namespace\":"    \
    "\"kanister\",\"uid\":\"" uid "\",\"annotations\":{"                       \
    "\"phasepipe.dev/progress\":\"" annotation "\"}},\"status\":" status "}"
#define ANNOTATION                                                             \
    "{\\\"uid\\\":\\\"u1\\\",\\\"percentCompleted\\\":\\\"43.33\\\","          \
    "\\\"phases\\\":[{\\\"action\\\":0,\\\"phase\\\":\\\"dump\\\","            \
    "\\\"progressPercent\\\":\\\"30.05\\\",\\\"sizeDownloadedB\\\":9,"         \
    "\\\"estimatedTimeSeconds\\\":12}],"                                       \
    "\\\"detail\\\":{\\\"verdict\\\":\\\"slow\\\"}}"
#define RUNNING                                                                \
    "{\"state\":\"running\",\"actions\":[{\"name\":\"b\",\"phases\":["         \
    "{\"name\":\"dump\",\"state\":\"running\",\"progress\":{"                  \
    "\"progressPercent\":\"0\"}},{\"name\":\"x\",\"state\":\"pending\"}]}],"   \
    "\"progress\":{\"percentCompleted\":\"43\",\"runningPhase\":\"dump\"}}"

static void an_actionset_is_raised_by_its_annotation(void **state)
{
    const struct viewed *v = &seen[0];
    int64_t moved, total;

    (void)state;
    read_text(OBJECT("u1", ANNOTATION, RUNNING), 1);
    assert_true(is(v->name, "as1"));
    assert_true(is(v->namespace_, "kanister"));
    assert_true(is(v->uid, "u1"));
    assert_int_equal(v->whole.percent, 4333);
    assert_int_equal(v->phases[0].progress.percent, 3005);
    assert_true(viewed_bytes(&v->phases[0].progress, &moved, &total));
    assert_int_equal(moved, 9);
    assert_int_equal(total, VIEWED_UNKNOWN);
    assert_int_equal(viewed_seconds(v, &v->phases[0]), 12);
    assert_int_equal(v->verdict, VIEWED_SLOW);
    viewed_free(&seen[0]);

    /* a copy's annotation is of another run */
    read_text(OBJECT("u2", ANNOTATION, RUNNING), 1);
    assert_int_equal(v->whole.percent, 4300);
    assert_int_equal(v->phases[0].progress.percent, 0);
    assert_int_equal(v->verdict, VIEWED_NO_VERDICT);
    viewed_free(&seen[0]);
}

static void the_end_of_an_actionset(void **state)
{
    const struct viewed *v = &seen[0];

    (void)state;
    /* what was written during the run says nothing of the end */
    read_text(OBJECT("u1", ANNOTATION,
                     "{\"state\":\"complete\",\"actions\":[{\"phases\":[{"
                     "\"name\":\"dump\",\"state\":\"complete\"}]}],"
                     "\"progress\":{\"percentCompleted\":\"33\"}}"),
              1);
    assert_int_equal(v->state, VIEWED_DONE);
    assert_int_equal(v->whole.percent, 10000);
    assert_int_equal(v->phases[0].progress.percent, 10000);
    assert_int_equal(v->verdict, VIEWED_NO_VERDICT);
    assert_int_equal(v->subject, v->phase_count);
    assert_true(viewed_final(v));
    viewed_free(&seen[0]);

    /* the deferred phase is named, but never said to run */
    read_text(OBJECT("u1", ANNOTATION,
                     "{\"state\":\"failed\",\"error\":{\"message\":\"disk "
                     "full\"},\"actions\":[{\"phases\":[{\"name\":\"dump\","
                     "\"state\":\"failed\"}],\"deferPhase\":{\"name\":\"z\","
                     "\"state\":\"pending\"}}],\"progress\":{"
                     "\"runningPhase\":\"z\"}}"),
              1);
    assert_int_equal(v->state, VIEWED_FAILED);
    assert_true(is(v->error, "disk full"));
    assert_int_equal(v->phases[0].progress.percent, 3005);
    assert_int_equal(v->phases[1].state, VIEWED_RUNNING);
    assert_false(viewed_final(v));
    viewed_free(&seen[0]);
}

static void what_is_wrapped_around_is_taken_off(void **state)
{
    (void)state;
    read_text(
        "{\"type\":\"MODIFIED\",\"object\":" OBJECT("u1", "", RUNNING) "}", 1);
    assert_false(seen[0].deleted);
    viewed_free(&seen[0]);
    read_text("{\"type\":\"DELETED\",\"object\":" OBJECT("u1", "", RUNNING) "}",
              1);
    assert_true(viewed_final(&seen[0]));
    viewed_free(&seen[0]);
    read_text("{\"kind\":\"List\",\"items\":[" OBJECT(
                  "u1", "", RUNNING) ",{\"kind\":\"Pod\"}," OBJECT("u2", "",
                                                                   "{}") "]}",
              2);
    assert_true(is(seen[1].uid, "u2"));
    assert_int_equal(seen[1].state, VIEWED_PENDING);
    assert_int_equal(seen[1].whole.percent, VIEWED_UNKNOWN);
    viewed_free(&seen[0]);
    viewed_free(&seen[1]);
    read_text("{\"kind\":\"ActionSetList\",\"items\":[{\"metadata\":{"
              "\"uid\":\"u3\"}}]}",
              1);
    assert_true(is(seen[0].uid, "u3"));
    viewed_free(&seen[0]);
}

static void older_controllers_say_no_percent(void **state)
{
    (void)state;
    read_text("{\"kind\":\"ActionSet\",\"status\":{\"state\":\"running\","
              "\"actions\":[{\"phases\":[{\"state\":\"completed\"},{\"state\":"
              "\"running\"},{\"state\":\"\"}]}]}}",
              1);
    assert_int_equal(seen[0].whole.percent, 3333);
    viewed_free(&seen[0]);
}

static void what_is_no_status_is_none(void **state)
{
    static const char *const rows[] = {
        "",
        "no JSON",
        "null",
        "[1]",
        "{\"type\":\"progress\"}",
        "{\"type\":\"status\"",
        "{\"type\":[\"status\"]}",
        "{\"kind\":\"Pod\",\"status\":{\"state\":\"running\"}}",
        "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ActionSet\"}}",
        "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\"}}",
        "{\"kind\":\"List\",\"items\":{}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        read_text(rows[i], 0);
}

static void odd_members_are_unknown(void **state)
{
    static const char *const rows[] = {
        "{\"type\":\"status\"}",
        "{\"type\":\"status\",\"actions\":{},\"progress\":[],\"detail\":1}",
        "{\"type\":\"status\",\"actions\":[1,{\"phases\":\"x\"}]}",
        "{\"type\":\"status\",\"progress\":{\"percentCompleted\":\"-5\"}}",
        "{\"type\":\"status\",\"progress\":{\"percentCompleted\":43.33}}",
        "{\"type\":\"status\",\"detail\":{\"rawPercent\":-1,\"eta\":[]}}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        read_text(rows[i], 1);
        assert_row(seen[0].whole.percent == VIEWED_UNKNOWN, rows[i]);
        assert_row(seen[0].raw_percent == VIEWED_UNKNOWN, rows[i]);
        assert_row(seen[0].state == VIEWED_PENDING, rows[i]);
        viewed_free(&seen[0]);
    }
    read_text("{\"type\":\"status\",\"state\":\"odd\",\"progress\":{"
              "\"percentCompleted\":\"340\"}}",
              1);
    assert_int_equal(seen[0].state, VIEWED_OTHER);
    assert_int_equal(seen[0].whole.percent, 10000);
    viewed_free(&seen[0]);
}

static void bytes_are_those_that_move(void **state)
{
    static const struct {
        int64_t up, up_total, down, down_total; /* -1: unknown */
        int64_t moved, total;
        bool known;
    } rows[] = {
        { 5, 10, -1, -1, 5, 10, true },    { -1, -1, 5, 10, 5, 10, true },
        { -1, -1, -1, -1, -1, -1, false }, { -1, 10, -1, -1, -1, 10, false },
        { -1, 10, 5, 20, -1, 10, false },  { 0, 0, 5, 10, 5, 10, true },
        { 0, -1, 5, 10, 5, 10, true },     { 0, 10, 5, 20, 0, 10, true },
        { 1, -1, 5, 20, 1, -1, true },     { 0, 0, 0, 0, 0, 0, true },
        { 0, 0, -1, -1, 0, 0, true },      { 5, 0, -1, -1, 5, -1, true },
        { -1, -1, 5, 0, 5, -1, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct viewed_progress p = { .uploaded = rows[i].up,
                                           .upload_total = rows[i].up_total,
                                           .downloaded = rows[i].down,
                                           .download_total =
                                               rows[i].down_total };
        int64_t moved, total;

        if (viewed_bytes(&p, &moved, &total) != rows[i].known ||
            moved != rows[i].moved || total != rows[i].total)
            fail_msg("row %zu: %lld of %lld", i, (long long)moved,
                     (long long)total);
    }
}

/* Which phase an entry is about, and what it makes of it. */
static void an_entry_is_of_one_phase(void **state)
{
    static const struct {
        const char *entry;
        int64_t percents[3]; /* of a, which runs, of b and of another a */
    } rows[] = {
        { "'action':0,'phase':'a','progressPercent':'50.00'",
          { 5000, -1, 2000 } },
        { "'action':0,'phase':'a','progressPercent':'5.00'",
          { 1000, -1, 2000 } },
        { "'action':1,'phase':'a','progressPercent':'50.00'",
          { 1000, -1, 5000 } },
        { "'action':2,'phase':'a','progressPercent':'50.00'",
          { 1000, -1, 2000 } },
        { "'action':-1,'phase':'a','progressPercent':'50.00'",
          { 1000, -1, 2000 } },
        { "'phase':'a','progressPercent':'50.00'", { 1000, -1, 2000 } },
        { "'action':0,'phase':'z','progressPercent':'50.00'",
          { 1000, -1, 2000 } },
        { "'action':0,'phase':'b','progressPercent':'50.00'",
          { 1000, -1, 2000 } }, /* it has not begun */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[2048], entry[256];

        snprintf(entry, sizeof entry, "%s", rows[i].entry);
        for (char *at = entry; (at = strchr(at, '\'')) != NULL;)
            memcpy(at, "\"", 1);
        snprintf(text, sizeof text,
                 "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{"
                 "\"phases\":[{\"name\":\"a\",\"state\":\"running\","
                 "\"progress\":{\"progressPercent\":\"10.00\"}},{\"name\":"
                 "\"b\",\"state\":\"pending\"}]},{\"phases\":[{\"name\":\"a\","
                 "\"state\":\"running\",\"progress\":{\"progressPercent\":"
                 "\"20.00\"}}]}]}");
        read_text(text, 1);
        snprintf(text, sizeof text, "{\"phases\":[{%s}]}", entry);
        jv_free(seen[0].annotation);
        seen[0].annotation = jv_parse(text);
        assert_true(jv_is_valid(seen[0].annotation));
        viewed_raise(&seen[0]);
        for (size_t j = 0; j < 3; j++)
            if (seen[0].phases[j].progress.percent != rows[i].percents[j])
                fail_msg("%s: %zu is %lld", rows[i].entry, j,
                         (long long)seen[0].phases[j].progress.percent);
        viewed_free(&seen[0]);
    }
}

/* A defer phase runs where it is the running one, and none else can be it. */
static void a_defer_phase_that_is_the_running_one_runs(void **state)
{
    static const struct {
        const char *phases, *deferred; /* of the phase x */
        enum viewed_state is;
    } rows[] = {
        { "{\"name\":\"a\",\"state\":\"complete\"}", "pending",
          VIEWED_RUNNING },
        { "{\"name\":\"x\",\"state\":\"running\"}", "pending", VIEWED_PENDING },
        { "{\"name\":\"x\",\"state\":\"complete\"}", "pending",
          VIEWED_RUNNING },
        { "{\"name\":\"x\",\"state\":\"failed\"}", "pending", VIEWED_RUNNING },
        { "{\"name\":\"a\",\"state\":\"complete\"}", "complete", VIEWED_DONE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[1024];

        snprintf(text, sizeof text,
                 "{\"type\":\"status\",\"state\":\"running\",\"actions\":[{"
                 "\"phases\":[%s],\"deferPhase\":{\"name\":\"x\",\"state\":"
                 "\"%s\"}}],\"progress\":{\"runningPhase\":\"x\"}}",
                 rows[i].phases, rows[i].deferred);
        read_text(text, 1);
        assert_row(seen[0].phases[1].state == rows[i].is, rows[i].phases);
        viewed_free(&seen[0]);
    }
}

/* More functions than there are phases or actions to run them. */
static void functions_beyond_the_phases_are_nobodys(void **state)
{
    (void)state;
    read_text("{\"type\":\"status\",\"actions\":[{\"phases\":[{\"name\":\"a\"}]"
              "}],\"detail\":{\"functions\":[[\"F\",\"G\"],[\"H\"]],"
              "\"rawPercent\":1e13}}",
              1);
    assert_true(is(seen[0].phases[0].function, "F"));
    assert_int_equal(seen[0].phase_count, 1);
    assert_true(seen[0].raw_percent == VIEWED_UNKNOWN);
    viewed_free(&seen[0]);
}

static void too_many_phases_are_refused(void **state)
{
    static const char head[] =
        "{\"type\":\"status\",\"actions\":[{\"phases\":[";
    static const char item[] = "{},";
    struct buf b = BUF_INIT(1 << 20);
    int kept = 0;

    (void)state;
    buf_str(&b, head);
    for (int i = 0; i < VIEWED_PHASES_MAX; i++)
        buf_str(&b, item);
    buf_str(&b, "{}]}]}");
    limit = (int)COUNT(seen);
    errno = 0;
    assert_int_equal(viewed_read(b.bytes, b.len, keep, &kept), -1);
    assert_int_equal(errno, E2BIG);
    assert_int_equal(kept, 0);
    buf_free(&b);
}

static void the_reader_can_be_stopped(void **state)
{
    static const char text[] =
        "{\"kind\":\"List\",\"items\":[{\"kind\":\"ActionSet\"},"
        "{\"kind\":\"ActionSet\"},{\"kind\":\"ActionSet\"}]}";
    int kept = 0;

    (void)state;
    limit = 1;
    assert_int_equal(viewed_read(text, sizeof text - 1, keep, &kept), -1);
    assert_int_equal(errno, ECANCELED);
    assert_int_equal(kept, 1);
    viewed_free(&seen[0]);
}

static void read_backup(const char *percent, const char *phases)
{
    char text[1024];

    snprintf(text, sizeof text,
             "{\"kind\":\"ActionSet\",\"status\":{\"state\":\"running\","
             "\"progress\":{%s},\"actions\":[{\"name\":\"backup\",%s}]}}",
             percent, phases);
    read_text(text, 1);
}

#define AT(name, state, percent)                                               \
    "{\"name\":\"" name "\",\"state\":\"" state                                \
    "\",\"progress\":{\"progressPercent\":\"" percent "\"}}"
#define THREE                                                                  \
    "\"phases\":[" AT("a", "complete", "100") "," AT(                          \
        "b", "running", "100") "," AT("c", "pending", "100") "]"

/* Kanister may write the 100 of a phase that ends to another. */
static void a_whole_phase_that_goes_on_is_not_believed(void **state)
{
    const struct viewed *v = &seen[0];

    (void)state;
    read_backup("\"percentCompleted\":\"100\"", THREE);
    assert_int_equal(v->phases[0].progress.percent, 10000);
    assert_int_equal(v->phases[1].progress.percent, VIEWED_UNKNOWN);
    assert_int_equal(v->phases[2].progress.percent, VIEWED_UNKNOWN);
    assert_int_equal(v->whole.percent, 3333);
    viewed_free(&seen[0]);
    read_backup("", THREE); /* nor is the mean, where that is all there is */
    assert_int_equal(v->whole.percent, 3333);
    viewed_free(&seen[0]);

    /* rounded down it is Kanister's; what is lower is a writer's own */
    read_backup("\"percentCompleted\":\"66\"",
                "\"phases\":[" AT("a", "complete", "100") "," AT(
                    "b", "running", "100") "," AT("c", "pending", "0") "]");
    assert_int_equal(v->whole.percent, 3333);
    viewed_free(&seen[0]);
    read_backup("\"percentCompleted\":\"40\"", THREE);
    assert_int_equal(v->whole.percent, 4000);
    viewed_free(&seen[0]);

    /* 99 is no such number, and what is deferred does not count */
    read_backup(
        "\"percentCompleted\":\"99\"",
        "\"phases\":[" AT("a", "running",
                          "99") "],"
                                "\"deferPhase\":" AT("d", "running", "100"));
    assert_int_equal(v->phases[0].progress.percent, 9900);
    assert_int_equal(v->phases[1].progress.percent, VIEWED_UNKNOWN);
    assert_int_equal(v->whole.percent, 9900);
    viewed_free(&seen[0]);
}

#define WHOLE(state)                                                           \
    "{\"state\":\"" state "\",\"actions\":[{\"name\":\"b\",\"phases\":["       \
    "{\"name\":\"dump\",\"state\":\"running\",\"progress\":{"                  \
    "\"progressPercent\":\"100\"}}]}],"                                        \
    "\"progress\":{\"percentCompleted\":\"100\",\"runningPhase\":\"dump\"}}"

static void the_annotation_stands_for_what_is_not_believed(void **state)
{
    const struct viewed *v = &seen[0];

    (void)state;
    read_text(OBJECT("u1", ANNOTATION, WHOLE("running")), 1);
    assert_int_equal(v->phases[0].progress.percent, 3005);
    assert_int_equal(v->whole.percent, 4333);
    viewed_free(&seen[0]);

    /* an action that is complete is whole, whatever its phase says */
    read_text(OBJECT("u1", ANNOTATION, WHOLE("complete")), 1);
    assert_int_equal(v->whole.percent, 10000);
    viewed_free(&seen[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_status_line_is_read),
        cmocka_unit_test(an_actionset_is_raised_by_its_annotation),
        cmocka_unit_test(the_end_of_an_actionset),
        cmocka_unit_test(what_is_wrapped_around_is_taken_off),
        cmocka_unit_test(older_controllers_say_no_percent),
        cmocka_unit_test(what_is_no_status_is_none),
        cmocka_unit_test(odd_members_are_unknown),
        cmocka_unit_test(bytes_are_those_that_move),
        cmocka_unit_test(an_entry_is_of_one_phase),
        cmocka_unit_test(a_defer_phase_that_is_the_running_one_runs),
        cmocka_unit_test(functions_beyond_the_phases_are_nobodys),
        cmocka_unit_test(too_many_phases_are_refused),
        cmocka_unit_test(the_reader_can_be_stopped),
        cmocka_unit_test(a_whole_phase_that_goes_on_is_not_believed),
        cmocka_unit_test(the_annotation_stands_for_what_is_not_believed),
    };

    return cmocka_run_group_tests_name("viewed", tests, NULL, NULL);
}
