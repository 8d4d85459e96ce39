#include "phase/eta.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "unit.h"

#define S CLOCK_SECOND

static void see(struct eta *e, int64_t at, int64_t done, int64_t total)
{
    struct measure m = { .unit = MEASURE_HASHED, .done = done, .total = total };

    eta_see(e, at, &m);
    assert_true(eta_valid(e));
}

/* A run that is looked at once a second: PER_SECOND done in each, from the
 * second FROM to the second TO. */
static void run(struct eta *e, int64_t from, int64_t to, int64_t per_second,
                int64_t total)
{
    for (int64_t t = from + 1; t <= to; t++)
        see(e, t * S, e->last.done + per_second, total);
}

static void assert_left(const struct eta *e, int64_t second, int64_t expected,
                        int64_t low, int64_t high)
{
    struct left left = eta_left(e, second * S);

    assert_int_equal(left.expected, expected);
    assert_int_equal(left.low, low);
    assert_int_equal(left.high, high);
}

static void assert_unknown(const struct eta *e, int64_t now)
{
    struct left left = eta_left(e, now);

    assert_int_equal(left.expected, LEFT_UNKNOWN);
    assert_int_equal(left.low, LEFT_UNKNOWN);
    assert_int_equal(left.high, LEFT_UNKNOWN);
}

static void a_constant_rate_goes_on(void **state)
{
    static const struct {
        int64_t second, expected, low, high;
    } rows[] = {
        { 4, 96000, 83500, 108500 }, /* 96 s, an eighth, half a second */
        { 10, 90000, 78250, 101750 }, { 20, 80000, 69500, 90500 },
        { 50, 50000, 43250, 56750 },  { 96, 4000, 3000, 5000 },
        { 99, 1000, 375, 1625 },      { 100, 0, 0, 500 },
    };
    struct eta e = { 0 };

    (void)state;
    see(&e, 0, 0, 1000);
    for (size_t i = 0; i < COUNT(rows); i++) {
        run(&e, e.last.at / S, rows[i].second, 10, 1000);
        assert_left(&e, rows[i].second, rows[i].expected, rows[i].low,
                    rows[i].high);
    }
}

static void unknown_until_it_is_worth_showing(void **state)
{
    struct eta e = { 0 };

    (void)state;
    assert_unknown(&e, 5 * S);
    see(&e, 0, 0, 1000);
    assert_unknown(&e, 5 * S);
    run(&e, 0, 3, 10, 1000);
    assert_unknown(&e, 3 * S); /* it grew three times */
    run(&e, 3, 4, 10, 1000);
    assert_left(&e, 4, 96000, 83500, 108500);

    e = (struct eta){ 0 };
    for (int i = 0; i < 10; i++) /* all within less than a second */
        see(&e, i * S / 10, i * 10, 1000);
    assert_unknown(&e, e.last.at);

    e = (struct eta){ 0 };
    see(&e, 0, 0, 1000000);
    run(&e, 0, 59, 10, 1000000); /* not a hundredth of it */
    assert_unknown(&e, 59 * S);
    run(&e, 59, 60, 10, 1000000); /* but for a minute */
    assert_int_equal(eta_left(&e, 60 * S).expected, 99940000);

    e = (struct eta){ 0 };
    see(&e, 0, 0, 0);
    run(&e, 0, 100, 10, 0); /* of how much? */
    assert_unknown(&e, 100 * S);
    see(&e, 101 * S, 1010, 2010); /* what was seen before counts */
    assert_int_equal(eta_left(&e, 101 * S).expected, 100000);
}

static void unknown_while_the_total_grows(void **state)
{
    struct eta e = { 0 };
    int64_t t;

    (void)state;
    see(&e, 0, 0, 1000);
    for (t = 1; t <= 60; t++) {
        see(&e, t * S, t * 10, 1000 + t * 100); /* ten times as fast */
        if (t > 4)
            assert_unknown(&e, t * S);
    }
    /* it stands since 60 s; a quarter of the time are 20 s of 80 s */
    for (; t < 80; t++) {
        see(&e, t * S, t * 10, 7000);
        assert_unknown(&e, t * S);
    }
    see(&e, t * S, t * 10, 7000);
    assert_int_equal(eta_left(&e, t * S).expected, 620000);
    /* a little more, and a little less, is no growth */
    see(&e, 81 * S, 810, 7100);
    assert_int_equal(eta_left(&e, 81 * S).expected, 629000);
    see(&e, 82 * S, 820, 6900);
    assert_int_equal(eta_left(&e, 82 * S).expected, 608000);
    /* halved it is another one */
    see(&e, 83 * S, 830, 3500);
    assert_unknown(&e, 83 * S);
}

/* By hand: at 200 s there is a mark each 8 s.  All: 1100 in 200 s; since 96 s:
 * 140 in 104 s; since 144 s: 56 in 56 s.  900 are left. */
static void what_has_become_slow_is_judged_by_its_later_rate(void **state)
{
    struct eta e = { 0 };

    (void)state;
    see(&e, 0, 0, 2000);
    run(&e, 0, 100, 10, 2000);
    run(&e, 100, 200, 1, 2000);
    assert_left(&e, 200, 668571, 163636 - 20454 - 500, 900000 + 112500 + 500);
}

/* 60% found in the cache within two seconds, then a hundredth of a percent
 * more each second: after two minutes what is left takes as long as it will,
 * within an eighth.  The mean rate says six times less. */
static void a_burst_out_of_the_cache_is_forgotten(void **state)
{
    struct eta e = { 0 };
    struct left left;

    (void)state;
    see(&e, 0, 0, 100000);
    run(&e, 0, 2, 30000, 100000);
    run(&e, 2, 122, 10, 100000);
    left = eta_left(&e, 122 * S);
    assert_in_range(left.expected, 3880000 * 7 / 8, 3880000 * 9 / 8);
    assert_true(left.low <= 122000 && left.high >= 3880000);
}

/* 400 at once each 20 s, nothing between them: 20 a second. */
static void bursts_make_a_rate_together(void **state)
{
    struct eta e = { 0 };

    (void)state;
    see(&e, 0, 0, 40000);
    for (int64_t t = 1; t <= 1800; t++) {
        see(&e, t * S, t / 20 * 400, 40000);
        if (t >= 200) {
            struct left left = eta_left(&e, t * S);
            int64_t truth = (2000 - t) * 1000;

            if (left.expected < truth * 3 / 4 || left.expected > truth * 5 / 4)
                fail_msg("at %lld s: %lld ms, not %lld", (long long)t,
                         (long long)left.expected, (long long)truth);
            assert_true(left.low <= truth);
        }
    }
}

static void what_has_stopped_takes_longer_and_longer(void **state)
{
    struct eta e = { 0 };
    int64_t last = 0;

    (void)state;
    see(&e, 0, 0, 1000);
    run(&e, 0, 50, 10, 1000);
    assert_int_equal(eta_left(&e, 50 * S).expected, 50000);
    for (int64_t t = 51; t <= 90; t++) {
        int64_t left = eta_left(&e, t * S).expected;

        assert_true(left >= last);
        last = left;
    }
    assert_true(last > 70000);
    /* nothing in the last quarter: the range has no end */
    assert_int_equal(eta_left(&e, 90 * S).high, LEFT_UNKNOWN);
    /* nothing in the last half either */
    assert_unknown(&e, 120 * S);
    run(&e, 120, 180, 5, 1000);
    assert_true(eta_left(&e, 180 * S).expected > 0);
}

static void what_is_done_and_does_not_end_is_unknown(void **state)
{
    struct eta e = { 0 };

    (void)state;
    see(&e, 0, 0, 1000);
    run(&e, 0, 100, 10, 1000);
    run(&e, 100, 110, 0, 1000); /* it uploads what was hashed */
    assert_left(&e, 110, 0, 0, 500);
    assert_unknown(&e, 111 * S);

    e = (struct eta){ 0 };
    see(&e, 0, 0, 1000);
    run(&e, 0, 999, 1, 1000);
    assert_left(&e, 999, 1000, 375, 1625);
    assert_int_equal(eta_left(&e, 1011 * S).expected / 1000, 1);
    assert_unknown(&e, 1013 * S);
}

static void the_next_source_begins_anew(void **state)
{
    struct measure percent = { .unit = MEASURE_PERCENT,
                               .done = 5000,
                               .total = 10000 };
    struct eta e = { 0 };

    (void)state;
    see(&e, 0, 0, 1000);
    run(&e, 0, 20, 10, 1000);
    see(&e, 21 * S, 175, 1000); /* a little less is no less */
    assert_int_equal(e.last.done, 200);
    assert_int_equal(eta_left(&e, 21 * S).expected, 84000);
    run(&e, 21, 51, 10, 1000);
    see(&e, 52 * S, 437, 1000); /* an eighth is */
    assert_int_equal(e.last.done, 437);
    see(&e, 52 * S, 3, 400);
    assert_unknown(&e, 52 * S);
    run(&e, 52, 60, 1, 400);
    assert_int_equal(eta_left(&e, 60 * S).expected, 389000);
    eta_see(&e, 61 * S, &percent); /* these cannot be compared */
    assert_int_equal(e.count, 1);
    assert_unknown(&e, 61 * S);
    percent.unit = MEASURE_NOTHING; /* says nothing, and changes nothing */
    eta_see(&e, 62 * S, &percent);
    assert_int_equal(e.last.at, 61 * S);
}

static void a_clock_that_goes_back_stands_still(void **state)
{
    struct eta e = { 0 };

    (void)state;
    see(&e, 100 * S, 0, 1000);
    run(&e, 100, 110, 10, 1000);
    see(&e, 5 * S, 110, 1000);
    assert_int_equal(e.last.at, 110 * S);
    assert_int_equal(eta_left(&e, 0).expected, eta_left(&e, 110 * S).expected);
    see(&e, 111 * S, 110, 1000);
    assert_int_equal(eta_left(&e, 111 * S).expected, 89000);
}

enum { SEED = 20230220, ROUNDS = 200, STEPS = 300 };

static unsigned seed;

static int64_t pick(int64_t below)
{
    return (int64_t)(((uint64_t)rand_r(&seed) << 31 | (unsigned)rand_r(&seed)) %
                     (uint64_t)below);
}

/* Whatever comes: the state can be saved, the range holds what is expected,
 * another clock and another unit of measure change nothing. */
static void anything_goes(void **state)
{
    (void)state;
    printf("seed %d\n", SEED);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct eta e = { 0 }, later = { 0 }, finer = { 0 };
        int64_t now = pick(1000) * S, done = 0, total = 1 + pick(1000000);
        int64_t by = (pick(2000) - 500) * S, speed = 1 + pick(1000);

        seed = SEED + round;
        for (int step = 0; step < STEPS; step++) {
            struct left left, a, b;

            now += pick(50) == 0 ? pick(1000) * S : pick(2 * S);
            done += pick(speed * 2);
            if (pick(200) == 0)
                done = pick(done + 1);
            if (pick(30) == 0)
                total += pick(total);
            done = done < total ? done : total;
            see(&e, now, done, total);
            see(&later, now + by, done, total);
            see(&finer, now, done * 1024, total * 1024);
            left = eta_left(&e, now);
            a = eta_left(&later, now + by);
            b = eta_left(&finer, now);
            assert_memory_equal(&left, &a, sizeof left);
            assert_memory_equal(&left, &b, sizeof left);
            assert_true(left.expected >= LEFT_UNKNOWN &&
                        left.expected <= LEFT_LARGEST);
            assert_true(left.low <= left.expected);
            assert_true(left.high >= left.expected || left.high < 0);
        }
        eta_move(&e, by);
        assert_memory_equal(&e, &later, sizeof e);
    }
}

/* A rate that varies by half each time, looked at when a mover prints: from a
 * fifth of the time on, always within a quarter of the truth. */
static void noise_evens_out(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 50; round++) {
        enum { PRINTS = 2000 };
        int64_t done[PRINTS + 1] = { 0 };
        struct eta e = { 0 };

        seed = SEED + round;
        for (int i = 1; i <= PRINTS; i++)
            done[i] = done[i - 1] + 500 + pick(1000);
        for (int i = 0; i < PRINTS; i++) {
            int64_t now = i * 3 * S / 10, truth = (PRINTS - i) * 300;
            int64_t left;

            see(&e, now, done[i], done[PRINTS]);
            left = eta_left(&e, now).expected;
            if (i > PRINTS / 5 && llabs(left - truth) > truth / 4 + 1000)
                fail_msg("seed %u, print %d: %lld, not %lld", SEED + round, i,
                         (long long)left, (long long)truth);
        }
    }
}

static void no_number_is_too_large(void **state)
{
    const int64_t year = INT64_C(365) * 24 * 3600 * S;
    struct eta e = { 0 };

    (void)state;
    see(&e, 0, 0, COUNT_LARGEST);
    for (int i = 1; i <= 100; i++) /* a hundred years for a tenth of it */
        see(&e, i * year, i * (COUNT_LARGEST / 1000), COUNT_LARGEST);
    assert_unknown(&e, 100 * year);
    for (int i = 101; i <= 140; i++)
        see(&e, i * year, i * (COUNT_LARGEST / 150), COUNT_LARGEST);
    /* all: 14/15 in 140 years, 1/15 is left; the last half is twice as fast,
     * the last quarter as fast as all: 10 years less what years are cut to */
    assert_int_equal(eta_left(&e, 140 * year).expected / (year / 1000000), 9);
}

static void what_cannot_have_been_saved_is_refused(void **state)
{
    struct eta good = { 0 }, e;

    (void)state;
    assert_true(eta_valid(&good));
    run(&good, 0, 500, 10, 10000);
    assert_true(eta_valid(&good));
#define REFUSED(change)                                                        \
    do {                                                                       \
        e = good;                                                              \
        change;                                                                \
        assert_false(eta_valid(&e));                                           \
    } while (0)
    REFUSED(e.count = -1);
    REFUSED(e.count = ETA_MARKS + 1);
    REFUSED(e.gap = 0);
    REFUSED(e.gap = INT64_MAX);
    REFUSED(e.unit = 0);
    REFUSED(e.unit = 99);
    REFUSED(e.total = -1);
    REFUSED(e.total = INT64_MAX);
    REFUSED(e.total_then = -1);
    REFUSED(e.total_then = INT64_MAX);
    REFUSED(e.total_since = INT64_MIN);
    REFUSED(e.advances = -1);
    REFUSED(e.advances = 99);
    REFUSED(e.advanced = e.last.at + 1);
    REFUSED(e.advanced = INT64_MIN);
    REFUSED(e.marks[3].at = e.marks[2].at - 1);
    REFUSED(e.marks[3].done = e.marks[2].done - 1);
    REFUSED(e.marks[0].done = -1);
    REFUSED(e.marks[0].at = INT64_MIN);
    REFUSED(e.last.at = 0);
    REFUSED(e.last.at = INT64_MAX);
    REFUSED(e.last.done = INT64_MAX);
#undef REFUSED
}

static void the_movers_estimate_is_believed_with_reason(void **state)
{
    static const struct {
        const char *name;
        int64_t seconds, age, percent, left;
    } rows[] = {
        { "fresh", 310, 0, 5000, 310 },
        { "percent unknown", 310, 0, -1, 310 },
        { "nothing said", -1, 0, 5000, -1 },
        { "nothing left at the end", 0, 0, 10000, 0 },
        { "nothing left for less than a minute", 0, 59, 10000, 0 },
        { "nothing left, and it goes on", 0, 60, 10000, -1 },
        { "nothing left before the end", 0, 0, 9990, -1 },
        { "nothing left, but of what?", 0, 0, -1, -1 },
        { "it stood for less than a minute", 10, 59, 5000, 10 },
        { "it stood for a minute", 10, 60, 5000, -1 },
        { "an hour, for less than a sixteenth more", 3600, 284, 10, 3600 },
        { "an hour, for a sixteenth more", 3600, 285, 10, -1 },
        { "a century", LEFT_LARGEST / 1000, 0, 10, LEFT_LARGEST / 1000 },
        { "more than a century", LEFT_LARGEST / 1000 + 1, 0, 10, -1 },
        { "wrapped", INT64_MAX, 0, 10, -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct said said = SAID_NOTHING;

        said_see(&said, 50 * S, 7);
        said_see(&said, 100 * S, rows[i].seconds);
        said_see(&said, (100 + rows[i].age) * S, rows[i].seconds);
        assert_row(said_left(&said, (100 + rows[i].age) * S, rows[i].percent) ==
                       rows[i].left,
                   rows[i].name);
    }
    assert_int_equal(said_left(&SAID_NOTHING, 0, 10000), LEFT_UNKNOWN);
}

static void assert_same(struct left a, struct left b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

static void what_is_left_of_the_whole(void **state)
{
    const struct left a = { 1000, 800, 1300 }, b = { 5000, 500, 6000 };
    const struct left open = { 5000, 500, LEFT_UNKNOWN };
    const struct left huge = { LEFT_LARGEST, 0, LEFT_LARGEST };

    (void)state;
    assert_same(left_in_a_row(a, b), (struct left){ 6000, 1300, 7300 });
    assert_same(left_in_a_row(a, open),
                (struct left){ 6000, 1300, LEFT_UNKNOWN });
    assert_same(left_in_a_row(left_unknown, a), left_unknown);
    assert_same(left_in_a_row(a, left_unknown), left_unknown);
    assert_same(left_in_a_row(huge, a), left_unknown);
    assert_same(left_at_once(a, b), (struct left){ 5000, 800, 6000 });
    assert_same(left_at_once(open, a),
                (struct left){ 5000, 800, LEFT_UNKNOWN });
    assert_same(left_at_once(left_unknown, a), left_unknown);

    assert_same(left_usual(60000, 0), (struct left){ 60000, 30000, 90000 });
    assert_same(left_usual(60000, 40000), (struct left){ 20000, 10000, 30000 });
    assert_same(left_usual(60000, 60000), (struct left){ 0, 0, 0 });
    assert_same(left_usual(60000, 60001), left_unknown);
    assert_same(left_usual(-1, 0), left_unknown);
    assert_same(left_usual(INT64_MAX, 0), left_unknown);

    assert_same(left_in_seconds((struct left){ 1499, 1999, 2001 }),
                (struct left){ 1, 1, 3 });
    assert_same(left_in_seconds((struct left){ 1500, 0, LEFT_UNKNOWN }),
                (struct left){ 2, 0, LEFT_UNKNOWN });
    assert_same(left_in_seconds(left_unknown), left_unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_constant_rate_goes_on),
        cmocka_unit_test(unknown_until_it_is_worth_showing),
        cmocka_unit_test(unknown_while_the_total_grows),
        cmocka_unit_test(what_has_become_slow_is_judged_by_its_later_rate),
        cmocka_unit_test(a_burst_out_of_the_cache_is_forgotten),
        cmocka_unit_test(bursts_make_a_rate_together),
        cmocka_unit_test(what_has_stopped_takes_longer_and_longer),
        cmocka_unit_test(what_is_done_and_does_not_end_is_unknown),
        cmocka_unit_test(the_next_source_begins_anew),
        cmocka_unit_test(a_clock_that_goes_back_stands_still),
        cmocka_unit_test(anything_goes),
        cmocka_unit_test(noise_evens_out),
        cmocka_unit_test(no_number_is_too_large),
        cmocka_unit_test(what_cannot_have_been_saved_is_refused),
        cmocka_unit_test(the_movers_estimate_is_believed_with_reason),
        cmocka_unit_test(what_is_left_of_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
