#include "phase/agg.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

#define START (INT64_C(1676897395) * CLOCK_SECOND) /* 2023-02-20T12:49:55Z */

/* Two actions: one with phases a, b and c, of which earlier runs are known to
 * have taken 10, 20 and 30 seconds; the other with d, which takes 40. */
struct desk {
    struct agg agg;
    struct instant now;
};

static void open_desk(struct desk *d)
{
    static const char *const names[] = { "a", "b", "c", "d" };
    struct history h = { 0 };

    *d = (struct desk){ .now = { START, START } };
    for (int i = 0; i < 4; i++) {
        struct history_key key = { .names[HISTORY_PHASE] = { names[i], 1 } };

        assert_true(
            history_add(&h, &key, (struct history_run){ (i + 1) * 10000, -1 }));
    }
    assert_true(plan_of_names(&d->agg.plan, "a,b,c", NULL));
    assert_true(plan_of_names(&d->agg.plan, "d", NULL));
    assert_true(target_find(&d->agg.target, &d->agg.plan, NULL, "a"));
    d->agg.stall_after = 60 * CLOCK_SECOND;
    assert_true(agg_prepare(&d->agg));
    assert_true(agg_expect(&d->agg, &h));
    assert_true(agg_open(&d->agg, d->now));
    history_free(&h);
}

static enum agg_result say(struct desk *d, const char *text)
{
    if (!agg_read(&d->agg, text, strlen(text)))
        return AGG_SAME;
    return agg_take(&d->agg, d->now);
}

static void later(struct desk *d, int64_t seconds)
{
    d->now.wall += seconds * CLOCK_SECOND;
    d->now.steady += seconds * CLOCK_SECOND;
}

#define EVENT(phase, state)                                                    \
    "{\"type\":\"phase\",\"phase\":\"" phase "\",\"state\":\"" state "\"}"
#define OTHER(state)                                                           \
    "{\"type\":\"phase\",\"action\":1,\"phase\":0,\"state\":\"" state "\"}"

static void the_longest_action_counts_and_its_phases_in_a_row(void **state)
{
    const struct line *line;
    struct desk d;

    (void)state;
    open_desk(&d);
    line = &d.agg.status.line;
    assert_int_equal(line->action_eta.expected, LEFT_UNKNOWN); /* not begun */
    say(&d, EVENT("a", "running"));
    assert_int_equal(line->eta.expected, 10);
    assert_int_equal(line->action_eta.expected, 60);
    later(&d, 4);
    say(&d, OTHER("running"));
    assert_int_equal(line->eta.expected, 6);
    assert_int_equal(line->action_eta.expected, 56);
    later(&d, 5);
    say(&d, EVENT("a", "complete"));
    assert_int_equal(line->action_eta.expected, 50);
    say(&d, EVENT("b", "running"));
    later(&d, 18);
    say(&d, EVENT("b", "complete"));
    say(&d, EVENT("c", "running"));
    later(&d, 15);
    say(&d, "{\"type\":\"result\",\"state\":\"unknown\"}");
    assert_int_equal(line->eta.expected, 15);
    assert_int_equal(line->action_eta.expected, 15); /* d has 2 */
    /* once it has taken longer than usual nobody knows */
    later(&d, 16);
    say(&d, "{\"type\":\"result\",\"state\":\"complete\"}");
    assert_int_equal(line->eta.expected, LEFT_UNKNOWN);
    assert_int_equal(line->action_eta.expected, LEFT_UNKNOWN);
    agg_close(&d.agg);
}

static void nothing_is_left_to_tell_of_what_has_failed(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d);
    say(&d, EVENT("a", "running"));
    say(&d, OTHER("running"));
    say(&d, EVENT("a", "failed"));
    assert_int_equal(d.agg.status.line.action_eta.expected, LEFT_UNKNOWN);
    assert_int_equal(d.agg.status.line.eta.expected, 40); /* d's own */
    agg_close(&d.agg);
}

static void what_was_seen_whole_is_learned_once(void **state)
{
    struct history h = { 0 };
    struct typical *typical;
    struct desk d;

    (void)state;
    open_desk(&d);
    say(&d, EVENT("a", "running"));
    say(&d, "{\"type\":\"progress\",\"phase\":\"a\","
            "\"estimatedUploadSizeB\":500}");
    later(&d, 7);
    say(&d, EVENT("a", "complete"));
    say(&d, EVENT("b", "complete")); /* when did it begin? */
    say(&d, EVENT("c", "running"));
    say(&d, OTHER("running"));
    say(&d, OTHER("failed"));
    assert_int_equal(agg_learn(&d.agg, &h), 1);
    assert_int_equal(agg_learn(&d.agg, &h), 0);
    typical = history_of_plan(&h, &d.agg.plan);
    assert_non_null(typical);
    assert_int_equal(typical[0].ms, 7000);
    assert_int_equal(typical[0].bytes, 500);
    for (int i = 1; i < 4; i++)
        assert_int_equal(typical[i].ms, COUNT_UNKNOWN);
    free(typical);
    history_free(&h);
    agg_close(&d.agg);
}

static void the_worst_verdict_is_shown_and_asked_for_in_time(void **state)
{
    const struct judged *judged;
    struct desk d;

    (void)state;
    open_desk(&d);
    judged = &d.agg.status.line.judged;
    assert_int_equal(agg_next(&d.agg), INT64_MAX);
    assert_null(agg_judged(&d.agg));
    say(&d, "{\"type\":\"progress\",\"phase\":\"b\",\"hashedB\":1}");
    assert_int_equal(judged->verdict, VERDICT_RUNNING);
    assert_true(agg_next(&d.agg) <= d.now.steady + 60 * CLOCK_SECOND);
    later(&d, 30);
    say(&d, "{\"type\":\"progress\",\"phase\":\"a\",\"hashedB\":1}");
    assert_string_equal(judged->since, "2023-02-20T12:49:55Z"); /* b's */
    assert_int_equal(agg_tick(&d.agg, d.now), AGG_SAME);
    later(&d, 30);
    assert_true(agg_next(&d.agg) <= d.now.steady);
    assert_int_equal(agg_tick(&d.agg, d.now), AGG_DUE);
    assert_int_equal(judged->verdict, VERDICT_STALLED);
    assert_ptr_equal(agg_judged(&d.agg), &d.agg.plan.phases[1]);
    /* it has ended, and a goes on */
    say(&d, EVENT("b", "failed"));
    assert_int_equal(judged->verdict, VERDICT_RUNNING);
    assert_string_equal(judged->since, "2023-02-20T12:50:25Z");
    say(&d, EVENT("a", "complete"));
    assert_int_equal(judged->verdict, VERDICT_NONE);
    assert_null(agg_judged(&d.agg));
    agg_close(&d.agg);
}

#define STATS(members) "{\"type\":\"progress\",\"phase\":\"a\"," members "}"
#define STEP(step, state)                                                      \
    "{\"type\":\"phase\",\"phase\":\"a\",\"step\":\"" step                     \
    "\",\"state\":\"" state "\"}"
#define RESULT(more) "{\"type\":\"result\",\"state\":\"complete\"" more "}"

static void assert_verdict(const struct desk *d, enum verdict_name verdict)
{
    assert_int_equal(d->agg.status.line.judged.verdict, verdict);
}

/* Nothing comes for so long; somebody looks when it is due. */
static void silence(struct desk *d, int64_t seconds)
{
    int64_t end = d->now.steady + seconds * CLOCK_SECOND;

    while (agg_next(&d->agg) <= end) {
        later(d, (agg_next(&d->agg) - d->now.steady) / CLOCK_SECOND);
        (void)agg_tick(&d->agg, d->now);
    }
    later(d, (end - d->now.steady) / CLOCK_SECOND);
}

static void an_item_that_counts_is_alive(void **state)
{
    struct desk d;
    char text[200];

    (void)state;
    open_desk(&d);
    for (int i = 0; i < 40; i++) {
        snprintf(text, sizeof text,
                 STATS("\"item\":%d,\"of\":10,\"progressPercent\":10,"
                       "\"hashedFiles\":%d"),
                 i % 2, i / 10);
        say(&d, text);
        assert_verdict(&d, VERDICT_RUNNING);
        silence(&d, 5);
    }
    for (int i = 0; i < 12; i++) { /* what both have said already */
        snprintf(text, sizeof text,
                 STATS("\"item\":%d,\"progressPercent\":10,"
                       "\"hashedFiles\":3"),
                 i % 2);
        say(&d, text);
        silence(&d, 5);
    }
    assert_verdict(&d, VERDICT_STALLED);
    say(&d, STATS("\"item\":1,\"progressPercent\":10,\"hashedFiles\":4"));
    assert_verdict(&d, VERDICT_RUNNING);
    agg_close(&d.agg);
}

static void the_last_word_of_each_item_is_the_last_of_all(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d);
    say(&d, STATS("\"item\":0,\"of\":2,\"hashedB\":1"));
    say(&d, STATS("\"item\":1,\"of\":2,\"hashedB\":1"));
    silence(&d, 50);
    say(&d, RESULT(",\"item\":0")); /* the other one is still at it */
    silence(&d, 59);
    assert_verdict(&d, VERDICT_RUNNING);
    silence(&d, 1);
    assert_verdict(&d, VERDICT_STALLED);
    say(&d, RESULT(",\"item\":1"));
    assert_verdict(&d, VERDICT_NONE);
    silence(&d, 1000);
    assert_verdict(&d, VERDICT_NONE);
    say(&d, STATS("\"item\":1,\"hashedB\":2")); /* it is run again */
    assert_verdict(&d, VERDICT_RUNNING);
    say(&d, "{\"type\":\"phase\",\"phase\":\"a\",\"item\":1,\"done\":true}");
    assert_verdict(&d, VERDICT_NONE);
    agg_close(&d.agg);
}

static void a_mover_that_has_ended_has_no_verdict(void **state)
{
    static const char *const ends[] = {
        RESULT(""),
        STEP("execution", "complete"),
        STEP("cleanup", "running"),
        "{\"type\":\"phase\",\"step\":\"execution\",\"done\":true}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct desk d;

        open_desk(&d);
        say(&d, STATS("\"hashedB\":1"));
        silence(&d, 50);
        assert_row(say(&d, ends[i]) == AGG_DUE, ends[i]);
        assert_verdict(&d, VERDICT_NONE);
        silence(&d, 1000);
        assert_verdict(&d, VERDICT_NONE);
        say(&d, STATS("\"hashedB\":1")); /* it was in a pipe */
        assert_verdict(&d, VERDICT_NONE);
        say(&d, STATS("\"hashedB\":2"));
        assert_verdict(&d, i == 0 ? VERDICT_RUNNING : VERDICT_NONE);
        agg_close(&d.agg);
    }
}

static void an_event_of_its_phase_is_a_sign_of_life(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d);
    say(&d, STATS("\"hashedB\":1"));
    silence(&d, 50);
    say(&d, STEP("execution", "running"));
    silence(&d, 50);
    say(&d, STEP("prerequisites", "pending")); /* that is no news */
    say(&d, EVENT("b", "running"));
    silence(&d, 9);
    assert_verdict(&d, VERDICT_RUNNING);
    silence(&d, 1);
    assert_verdict(&d, VERDICT_STALLED);
    agg_close(&d.agg);
}

static void only_a_mover_that_is_to_write_is_waited_for(void **state)
{
    static const struct {
        const char *function, *record;
        enum verdict_name verdict;
    } rows[] = {
        { "BackupData", EVENT("a", "running"), VERDICT_STALLED },
        { "BackupData", STEP("prerequisites", "complete"), VERDICT_STALLED },
        { "BackupData", STEP("prerequisites", "running"), VERDICT_NONE },
        { "BackupData", EVENT("b", "running"), VERDICT_NONE },
        { "KubeExec", EVENT("a", "running"), VERDICT_NONE },
        { "Mine", EVENT("a", "running"), VERDICT_NONE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *function = rows[i].function;
        struct desk d;

        open_desk(&d);
        for (int k = 0; k < 2; k++)
            assert_true(phase_set_function(&d.agg.plan.phases[k], function,
                                           strlen(function)));
        say(&d, rows[i].record);
        silence(&d, 60);
        assert_row(d.agg.status.line.judged.verdict == rows[i].verdict,
                   function);
        agg_close(&d.agg);
    }
}

/* The controller has moved phase a, and the plan was read again. */
static void a_turn_of_the_plan_is_a_turn(void **state)
{
    struct history h = { 0 };
    struct typical *typical;
    struct phase *a;
    struct desk d;

    (void)state;
    open_desk(&d);
    a = &d.agg.plan.phases[0];
    a->state = PHASE_RUNNING;
    a->progress.percent = 0;
    assert_int_equal(agg_refresh(&d.agg, d.now), AGG_DUE);
    assert_int_equal(d.agg.status.line.eta.expected, 10);
    assert_int_equal(d.agg.status.line.action_eta.expected, 60);
    later(&d, 7);
    a->state = PHASE_COMPLETE;
    a->progress.percent = PERCENT_WHOLE;
    assert_int_equal(agg_refresh(&d.agg, d.now), AGG_DUE);
    assert_int_equal(agg_learn(&d.agg, &h), 1);
    typical = history_of_plan(&h, &d.agg.plan);
    assert_non_null(typical);
    assert_int_equal(typical[0].ms, 7000);
    free(typical);
    history_free(&h);
    agg_close(&d.agg);
}

static void a_time_that_is_no_more_known_is_taken_back(void **state)
{
    const struct line *line;
    struct desk d;
    char text[200];

    (void)state;
    open_desk(&d);
    line = &d.agg.status.line;
    for (int i = 0; i <= 12; i++) {
        snprintf(text, sizeof text,
                 STATS("\"hashedB\":%d,\"estimatedUploadSizeB\":1400,"
                       "\"progressPercent\":%d,\"estimatedTimeSeconds\":2"),
                 i * 100, i * 100 / 14);
        say(&d, text);
        later(&d, 1);
    }
    assert_int_equal(line->eta.expected, 2);
    assert_int_equal(line->seconds, 2);
    assert_int_equal(line->action_eta.expected, 52);
    silence(&d, 25); /* twice as long, and ten seconds */
    assert_int_equal(line->eta.expected, LEFT_UNKNOWN);
    assert_int_equal(line->action_eta.expected, LEFT_UNKNOWN);
    assert_verdict(&d, VERDICT_RUNNING);
    assert_int_equal(line->seconds, 2);
    silence(&d, 45); /* a minute */
    assert_verdict(&d, VERDICT_STALLED);
    assert_int_equal(line->seconds, LEFT_UNKNOWN);
    assert_int_equal(agg_next(&d.agg), INT64_MAX);
    agg_close(&d.agg);
}

/* A record that moves comes when a stall is due, but nobody has looked. */
static void what_comes_late_was_no_stall(void **state)
{
    struct desk d;

    (void)state;
    open_desk(&d);
    say(&d, STATS("\"hashedB\":1"));
    later(&d, 100);
    say(&d, STATS("\"hashedB\":2"));
    assert_verdict(&d, VERDICT_RUNNING);
    assert_string_equal(d.agg.status.line.judged.since, "2023-02-20T12:49:55Z");
    agg_close(&d.agg);
}

static void who_goes_on_begins_no_stall_of_its_own(void **state)
{
    struct buf text = BUF_INIT(RESUME_MAX);
    char why[RESUME_WHY_MAX];
    struct desk one, other;

    (void)state;
    open_desk(&one);
    say(&one, STATS("\"hashedB\":1"));
    silence(&one, 50);
    assert_true(agg_save(&one.agg, one.now, &text));
    other = (struct desk){ .now = one.now };
    later(&other, 3600);
    other.now.steady = 7 * CLOCK_SECOND; /* another machine */
    assert_true(plan_of_names(&other.agg.plan, "a,b,c", NULL));
    assert_true(plan_of_names(&other.agg.plan, "d", NULL));
    assert_true(target_find(&other.agg.target, &other.agg.plan, NULL, "a"));
    other.agg.stall_after = 60 * CLOCK_SECOND;
    assert_true(agg_prepare(&other.agg));
    assert_int_equal(
        agg_resume(&other.agg, text.bytes, text.len, other.now, why),
        RESUME_TAKEN);
    assert_true(agg_open(&other.agg, other.now));
    assert_verdict(&other, VERDICT_RUNNING);
    assert_string_equal(other.agg.status.line.judged.since,
                        "2023-02-20T12:49:55Z");
    silence(&other, 9);
    assert_verdict(&other, VERDICT_RUNNING);
    silence(&other, 1);
    assert_verdict(&other, VERDICT_STALLED);
    assert_string_equal(other.agg.status.line.judged.since,
                        "2023-02-20T12:49:55Z");
    buf_free(&text);
    agg_close(&one.agg);
    agg_close(&other.agg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_action_counts_and_its_phases_in_a_row),
        cmocka_unit_test(nothing_is_left_to_tell_of_what_has_failed),
        cmocka_unit_test(what_was_seen_whole_is_learned_once),
        cmocka_unit_test(the_worst_verdict_is_shown_and_asked_for_in_time),
        cmocka_unit_test(an_item_that_counts_is_alive),
        cmocka_unit_test(the_last_word_of_each_item_is_the_last_of_all),
        cmocka_unit_test(a_mover_that_has_ended_has_no_verdict),
        cmocka_unit_test(an_event_of_its_phase_is_a_sign_of_life),
        cmocka_unit_test(only_a_mover_that_is_to_write_is_waited_for),
        cmocka_unit_test(a_turn_of_the_plan_is_a_turn),
        cmocka_unit_test(a_time_that_is_no_more_known_is_taken_back),
        cmocka_unit_test(what_comes_late_was_no_stall),
        cmocka_unit_test(who_goes_on_begins_no_stall_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
