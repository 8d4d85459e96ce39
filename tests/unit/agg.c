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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_action_counts_and_its_phases_in_a_row),
        cmocka_unit_test(nothing_is_left_to_tell_of_what_has_failed),
        cmocka_unit_test(what_was_seen_whole_is_learned_once),
        cmocka_unit_test(the_worst_verdict_is_shown_and_asked_for_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
