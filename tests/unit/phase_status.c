#include "phase/agg.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/rec.h"
#include "phase/actionset.h"
#include "unit.h"

/* A plan with all that stands on it, and a clock that goes a second on with
 * each look. */
struct desk {
    struct agg agg;
    struct clock clock;
};

static void open_desk(struct desk *d, const char *phases, const char *action,
                      const char *phase)
{
    *d = (struct desk){ .agg.stall_after = 300 * CLOCK_SECOND };
    assert_true(clock_open(&d->clock, "2023-02-20T12:49:54Z+1s"));
    assert_true(plan_of_names(&d->agg.plan, phases, action));
    assert_true(target_find(&d->agg.target, &d->agg.plan, NULL, phase));
    assert_true(agg_prepare(&d->agg));
    assert_true(agg_open(&d->agg, clock_now(&d->clock)));
}

/* The line that TEXT makes due, without its newline; NULL: none. */
static const char *say(struct desk *d, const char *text)
{
    static char line[REC_CEILING + 1];
    const struct buf *made = &d->agg.status.line.text;
    struct instant now = clock_now(&d->clock);

    if (!agg_read(&d->agg, text, strlen(text)) ||
        agg_take(&d->agg, now) == AGG_SAME)
        return NULL;
    assert_false(made->failed);
    memcpy(line, made->bytes, made->len);
    line[made->len - 1] = '\0';
    return line;
}

static void the_first_line_is_the_plan(void **state)
{
    static const char expected[] =
        "{\"type\":\"status\",\"state\":\"pending\",\"actions\":["
        "{\"name\":\"backup\",\"phases\":["
        "{\"name\":\"a\",\"state\":\"pending\"},"
        "{\"name\":\"q\\\"\\\\\",\"state\":\"pending\"}]}],"
        "\"progress\":{\"percentCompleted\":\"0.00\"},"
        "\"detail\":{\"runningPhases\":[],\"timePercent\":0}}\n";
    struct desk d;

    (void)state;
    open_desk(&d, "a,q\"\\", "backup", NULL);
    assert_int_equal(d.agg.status.line.text.len, sizeof expected - 1);
    assert_memory_equal(d.agg.status.line.text.bytes, expected,
                        sizeof expected - 1);
    agg_close(&d.agg);
}

#define HEAD(state) "{\"type\":\"status\",\"state\":\"" state "\",\"actions\":["

static void a_line_has_all_that_is_known(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "dump", NULL, NULL);
    assert_string_equal(
        say(&d, "{\"type\":\"progress\",\"progressPercent\":99.5,"
                "\"sizeUploadedB\":1,\"estimatedUploadSizeB\":2,"
                "\"sizeDownloadedB\":3,\"estimatedDownloadSizeB\":4,"
                "\"estimatedTimeSeconds\":5}"),
        HEAD("running") "{\"phases\":[{\"name\":\"dump\",\"state\":\"running\","
                        "\"progress\":{\"progressPercent\":\"99.00\","
                        "\"lastTransitionTime\":\"2023-02-20T12:49:55Z\","
                        "\"sizeUploadedB\":1,\"estimatedUploadSizeB\":2,"
                        "\"sizeDownloadedB\":3,\"estimatedDownloadSizeB\":4,"
                        "\"estimatedTimeSeconds\":5}}]}],"
                        "\"progress\":{\"percentCompleted\":\"99.00\","
                        "\"runningPhase\":\"dump\","
                        "\"lastTransitionTime\":\"2023-02-20T12:49:55Z\","
                        "\"sizeUploadedB\":1,\"estimatedUploadSizeB\":2,"
                        "\"sizeDownloadedB\":3,\"estimatedDownloadSizeB\":4},"
                        "\"detail\":{\"runningPhases\":[\"dump\"],"
                        "\"estimatedTimeSeconds\":5,\"timePercent\":99,"
                        "\"rawPercent\":99.5,"
                        "\"verdict\":\"running\","
                        "\"verdictSince\":\"2023-02-20T12:49:55Z\"}}");
    assert_string_equal(
        say(&d, "{\"type\":\"phase\",\"state\":\"complete\"}"),
        HEAD("complete") "{\"phases\":[{\"name\":\"dump\","
                         "\"state\":\"complete\","
                         "\"progress\":{\"progressPercent\":\"100.00\","
                         "\"lastTransitionTime\":\"2023-02-20T12:49:56Z\","
                         "\"sizeUploadedB\":1,\"estimatedUploadSizeB\":2,"
                         "\"sizeDownloadedB\":3,\"estimatedDownloadSizeB\":4"
                         "}}]}],"
                         "\"progress\":{\"percentCompleted\":\"100.00\","
                         "\"lastTransitionTime\":\"2023-02-20T12:49:56Z\","
                         "\"sizeUploadedB\":1,\"estimatedUploadSizeB\":2,"
                         "\"sizeDownloadedB\":3,\"estimatedDownloadSizeB\":4},"
                         "\"detail\":{\"runningPhases\":[],"
                         "\"timePercent\":100}}");
    agg_close(&d.agg);
}

static void a_line_comes_only_with_a_change(void **state)
{
    static const struct {
        const char *text;
        bool due;
    } rows[] = {
        { "{\"type\":\"phase\",\"state\":\"pending\"}", false },
        { "{\"type\":\"message\",\"text\":\"x\"}", false },
        { "no record", false },
        { "{\"type\":\"phase\",\"state\":\"running\"}", true },
        { "{\"type\":\"phase\",\"state\":\"running\"}", false },
        { "{\"type\":\"progress\"}", true }, /* there is a verdict */
        { "{\"type\":\"progress\"}", false },
        { "{\"type\":\"progress\",\"progressPercent\":30}", true },
        { "{\"type\":\"progress\",\"progressPercent\":30}", false },
        { "{\"type\":\"progress\",\"progressPercent\":30.004}", false },
        { "{\"type\":\"progress\",\"progressPercent\":30.01}", true },
        { "{\"type\":\"progress\",\"progressPercent\":20}", true }, /* raw */
        { "{\"type\":\"progress\",\"progressPercent\":20}", false },
        { "{\"type\":\"progress\"}", true }, /* and gone */
        { "{\"type\":\"progress\",\"sizeUploadedB\":5}", true },
        { "{\"type\":\"progress\",\"sizeUploadedB\":5}", false },
        { "{\"type\":\"progress\",\"hashedFiles\":5}", false },
        { "{\"type\":\"progress\",\"estimatedTimeSeconds\":5}", true },
        { "{\"type\":\"progress\",\"estimatedTimeSeconds\":5}", false },
        { "{\"type\":\"phase\",\"step\":\"execution\",\"done\":true}", true },
        { "{\"type\":\"phase\",\"step\":\"execution\",\"done\":true}", false },
        { "{\"type\":\"result\",\"state\":\"complete\"}", true },
        { "{\"type\":\"result\",\"state\":\"complete\"}", false },
        { "{\"type\":\"result\",\"state\":\"failed\"}", true },
        { "{\"type\":\"progress\",\"phase\":\"no\"}", false },
        { "{\"type\":\"phase\",\"state\":\"failed\"}", true },
        { "{\"type\":\"phase\",\"state\":\"failed\"}", false },
        { "{\"type\":\"progress\",\"progressPercent\":90}", false },
        { "{\"type\":\"phase\",\"phase\":\"b\",\"state\":\"running\"}", true },
    };
    struct desk d;

    (void)state;
    open_desk(&d, "a,b", NULL, "a");
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row((say(&d, rows[i].text) != NULL) == rows[i].due,
                   rows[i].text);
    agg_close(&d.agg);
}

/* The times of phases a and b and of the whole after TEXT. */
static void assert_times(struct desk *d, const char *text, const char *a,
                         const char *b, const char *whole)
{
    say(d, text);
    assert_string_equal(d->agg.status.line.phases[0].since, a);
    assert_string_equal(d->agg.status.line.phases[1].since, b);
    assert_string_equal(d->agg.status.line.since, whole);
}

static void a_time_changes_only_with_its_own_values(void **state)
{
    /* of the records with these numbers */
    const char *t0 = "2023-02-20T12:49:55Z", *t2 = "2023-02-20T12:49:57Z",
               *t4 = "2023-02-20T12:49:59Z", *t5 = "2023-02-20T12:50:00Z",
               *t8 = "2023-02-20T12:50:03Z";
    struct desk d;

    (void)state;
    open_desk(&d, "a,b", NULL, "a");
    assert_times(&d, "{\"type\":\"phase\",\"state\":\"running\"}", t0, "", "");
    assert_times(&d, "{\"type\":\"progress\",\"progressPercent\":0}", t0, "",
                 "");
    assert_times(&d, "{\"type\":\"progress\",\"progressPercent\":30}", t2, "",
                 t2);
    assert_times(&d, "{\"type\":\"progress\",\"progressPercent\":10}", t2, "",
                 t2);
    /* the time that is left is the phase's, and not the whole's */
    assert_times(&d, "{\"type\":\"progress\",\"estimatedTimeSeconds\":9}", t4,
                 "", t2);
    /* half a hundredth does not move the whole */
    assert_times(&d,
                 "{\"type\":\"progress\",\"phase\":1,\"progressPercent\":0.01}",
                 t4, t5, t2);
    assert_times(&d, "{\"type\":\"phase\",\"phase\":1,\"state\":\"failed\"}",
                 t4, t5, t2);
    assert_times(&d, "{\"type\":\"result\",\"state\":\"failed\"}", t4, t5, t2);
    assert_times(&d, "{\"type\":\"phase\",\"state\":\"complete\"}", t8, t5, t8);
    agg_close(&d.agg);
}

/* One phase fails as it is, and another moves: nobody says which is first. */
static void a_reading_of_several_phases_moves_the_whole(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "a,b", NULL, "a");
    d.agg.plan.phases[0].state = PHASE_FAILED;
    d.agg.plan.phases[1].state = PHASE_RUNNING;
    d.agg.plan.phases[1].progress.percent = 3000;
    assert_int_equal(agg_refresh(&d.agg, clock_now(&d.clock)), AGG_DUE);
    assert_int_equal(d.agg.status.line.whole.percent, 1500);
    assert_times(&d, "{}", "", "2023-02-20T12:49:55Z", "2023-02-20T12:49:55Z");
    agg_close(&d.agg);
}

/* The time that the phase has left, and that detail shows. */
static void assert_left(struct desk *d, const char *text, int64_t seconds)
{
    assert_non_null(say(d, text));
    assert_int_equal(d->agg.plan.phases[0].progress.seconds, seconds);
    assert_int_equal(d->agg.status.line.seconds, seconds);
}

static void an_item_that_ends_changes_the_time_that_is_left(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "a", NULL, NULL);
    assert_left(&d,
                "{\"type\":\"progress\",\"item\":0,\"of\":2,"
                "\"progressPercent\":1,\"estimatedTimeSeconds\":22}",
                -1); /* of the other one it is not known */
    assert_left(&d,
                "{\"type\":\"progress\",\"item\":1,"
                "\"progressPercent\":1,\"estimatedTimeSeconds\":9}",
                22);
    assert_left(&d, "{\"type\":\"phase\",\"item\":0,\"done\":true}", 9);
    assert_left(&d, "{\"type\":\"phase\",\"item\":1,\"done\":true}", -1);
    agg_close(&d.agg);
}

static void detail_speaks_of_the_target_while_it_runs(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d, "a,b", NULL, "b");
    say(&d, "{\"type\":\"progress\",\"phase\":\"a\",\"progressPercent\":100,"
            "\"estimatedTimeSeconds\":7}");
    assert_int_equal(d.agg.status.line.seconds, 7);
    assert_int_equal(d.agg.status.line.raw, 10000);
    say(&d, "{\"type\":\"progress\",\"progressPercent\":40,"
            "\"estimatedTimeSeconds\":60}");
    assert_int_equal(d.agg.status.line.seconds, 60);
    assert_int_equal(d.agg.status.line.raw, -1);
    /* what detail does not show makes no line */
    assert_null(say(&d, "{\"type\":\"progress\",\"phase\":\"a\","
                        "\"progressPercent\":20,\"estimatedTimeSeconds\":7}"));
    say(&d, "{\"type\":\"phase\",\"state\":\"complete\"}");
    assert_int_equal(d.agg.status.line.seconds, 7);
    assert_int_equal(d.agg.status.line.raw, 2000);
    say(&d, "{\"type\":\"phase\",\"phase\":\"a\",\"state\":\"failed\"}");
    assert_int_equal(d.agg.status.line.seconds, -1);
    assert_int_equal(d.agg.status.line.raw, -1);
    agg_close(&d.agg);
}

/* N phases with names of LEN bytes each, the last of them a defer phase. */
static void make_plan(struct plan *p, size_t n, int len)
{
    *p = (struct plan){ 0 };
    assert_true(plan_add_action(p, "backup", 6));
    for (size_t i = 0; i < n; i++) {
        char name[PLAN_NAME_MAX + 1];

        snprintf(name, sizeof name, "%0*zu", len, i);
        assert_non_null(plan_add_phase(p, name, (size_t)len, i + 1 == n));
    }
}

/* Moves all phases to where they take the most room. */
static size_t widest(struct desk *d)
{
    struct left century = { LEFT_LARGEST / 1000, LEFT_LARGEST / 1000,
                            LEFT_LARGEST / 1000 };
    struct line *line = &d->agg.status.line;
    size_t most = 0;

    for (size_t i = 0; i < d->agg.plan.phase_count; i++) {
        struct phase *phase = &d->agg.plan.phases[i];

        for (int j = 0; j < SIZES; j++)
            phase->progress.sizes[j] = COUNT_LARGEST;
        phase->progress.seconds = COUNT_LARGEST;
        phase->progress.percent = PERCENT_HELD;
        phase->raw = PERCENT_LARGEST;
        phase->state = PHASE_RUNNING;
        assert_true(status_next(&d->agg.status, phase, clock_wall(&d->clock)));
        line_render(line);
        if (line->text.len > most)
            most = line->text.len;
    }
    d->agg.status.result = RESULT_UNCHANGED;
    d->agg.status.judged = (struct judged){ .verdict = VERDICT_STALLED };
    memcpy(d->agg.status.judged.since, d->agg.status.line.since, CLOCK_TEXT);
    assert_true(status_next(&d->agg.status, NULL, clock_wall(&d->clock)));
    d->agg.plan.weighted = true;
    line->eta = line->action_eta = century;
    line->seconds = COUNT_LARGEST;
    line_render(line);
    return line->text.len > most ? line->text.len : most;
}

/* Whether a plan of N such phases is taken; none of its lines is too long. */
static bool taken(size_t n, int len)
{
    struct desk d = { .agg.stall_after = CLOCK_SECOND };
    bool opened;

    make_plan(&d.agg.plan, n, len);
    assert_true(clock_open(&d.clock, "2023-02-20T12:49:55Z"));
    assert_true(target_find(&d.agg.target, &d.agg.plan, NULL, NULL));
    opened = agg_prepare(&d.agg) && agg_open(&d.agg, clock_now(&d.clock));
    if (opened)
        assert_in_range(widest(&d), 1, REC_CEILING + 1);
    else
        assert_int_equal(errno, EMSGSIZE);
    agg_close(&d.agg);
    return opened;
}

static void a_plan_whose_line_could_pass_the_ceiling_is_refused(void **state)
{
    static const int lengths[] = { 3, 20, 200, PLAN_NAME_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        size_t len = (size_t)lengths[i], most = 1, refused = 400;

        while (refused - most > 1) {
            size_t middle = (most + refused) / 2;

            if (taken(middle, lengths[i]))
                most = middle;
            else
                refused = middle;
        }
        /* around its names a phase takes about 320 bytes */
        assert_in_range(most, REC_CEILING / (330 + 2 * len) - 2,
                        REC_CEILING / (310 + 2 * len) + 2);
    }
}

static void every_line_is_a_json_object_of_that_type(void **state)
{
    static const char plan[] =
        "{\"status\":{\"actions\":[{\"name\":\"a\\u0000\\u001b\",\"phases\":["
        "{\"name\":\"\\ud83d\\ude00\",\"state\":\"running\"}],"
        "\"deferPhase\":{\"name\":\"d\\u009b\",\"state\":\"running\"}}]}}";
    struct desk d = { .agg.stall_after = CLOCK_SECOND };
    jv line, type;

    (void)state;
    assert_true(actionset_read(&d.agg.plan, plan, sizeof plan - 1, NULL));
    assert_true(target_find(&d.agg.target, &d.agg.plan, NULL, NULL));
    assert_true(agg_prepare(&d.agg));
    assert_true(agg_open(&d.agg, clock_now(&d.clock)));
    line = json_parse(d.agg.status.line.text.bytes, d.agg.status.line.text.len);
    assert_int_equal(jv_get_kind(line), JV_KIND_OBJECT);
    assert_true(json_get_string(line, "type", &type));
    assert_string_equal(jv_string_value(type), "status");
    jv_free(type);
    jv_free(line);
    assert_null(memchr(d.agg.status.line.text.bytes, '\x1b',
                       d.agg.status.line.text.len));
    agg_close(&d.agg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_is_the_plan),
        cmocka_unit_test(a_line_has_all_that_is_known),
        cmocka_unit_test(a_line_comes_only_with_a_change),
        cmocka_unit_test(a_time_changes_only_with_its_own_values),
        cmocka_unit_test(a_reading_of_several_phases_moves_the_whole),
        cmocka_unit_test(an_item_that_ends_changes_the_time_that_is_left),
        cmocka_unit_test(detail_speaks_of_the_target_while_it_runs),
        cmocka_unit_test(a_plan_whose_line_could_pass_the_ceiling_is_refused),
        cmocka_unit_test(every_line_is_a_json_object_of_that_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
