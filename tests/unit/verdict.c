#include "phase/verdict.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "unit.h"

#define S           CLOCK_SECOND
#define STALL_AFTER (300 * S)

/* A mover that is looked at. */
struct mover {
    struct verdict v;
    int64_t second;
    struct measure m;
};

static struct mover new_mover(void)
{
    return (struct mover){ .v = VERDICT_INIT(STALL_AFTER) };
}

static bool see(struct mover *m)
{
    bool changed;

    m->m.signs = m->m.moved + m->m.passed;
    changed = verdict_see(&m->v, m->second * S, &m->m);
    assert_true(verdict_valid(&m->v));
    return changed;
}

/* One record a second for SECONDS, each with so much more. */
static void run(struct mover *m, int64_t seconds, int64_t moved, int64_t passed)
{
    for (int64_t i = 0; i < seconds; i++) {
        m->second++;
        m->m.moved += moved;
        m->m.passed += passed;
        see(m);
    }
}

/* Nothing comes for SECONDS; somebody looks when it is due. */
static void silence(struct mover *m, int64_t seconds)
{
    int64_t end = (m->second + seconds) * S;

    while (verdict_next(&m->v) <= end)
        assert_true(verdict_at(&m->v, verdict_next(&m->v)));
    m->second += seconds;
    assert_false(verdict_at(&m->v, m->second * S));
    assert_true(verdict_valid(&m->v));
}

static void assert_is(const struct mover *m, enum verdict_name is,
                      int64_t since)
{
    assert_int_equal(m->v.is, is);
    assert_int_equal(m->v.since, since * S);
}

static void nothing_seen_is_no_verdict(void **state)
{
    struct mover m = new_mover();

    (void)state;
    assert_int_equal(m.v.is, VERDICT_NONE);
    assert_int_equal(verdict_next(&m.v), INT64_MAX);
    assert_false(verdict_at(&m.v, 1000 * S));
    assert_int_equal(m.v.is, VERDICT_NONE);
    m.second = 2000;
    assert_true(see(&m));
    assert_is(&m, VERDICT_RUNNING, 2000);
    assert_int_equal(verdict_next(&m.v), 2300 * S);
}

static void a_constant_rate_runs(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 3600, 1000, 0);
    assert_is(&m, VERDICT_RUNNING, 0);
    assert_int_equal(verdict_next(&m.v), 3900 * S);
}

static void silence_is_a_stall_when_it_is_due(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 10, 1000, 0);
    assert_false(verdict_at(&m.v, 310 * S - 1));
    assert_is(&m, VERDICT_RUNNING, 0);
    assert_int_equal(verdict_next(&m.v), 310 * S);
    assert_true(verdict_at(&m.v, 310 * S));
    assert_is(&m, VERDICT_STALLED, 10);
    assert_int_equal(verdict_next(&m.v), INT64_MAX);
    assert_false(verdict_at(&m.v, 9999 * S));
    assert_is(&m, VERDICT_STALLED, 10);
}

static void records_that_say_the_same_are_silence(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 10, 1000, 0);
    run(&m, 299, 0, 0);
    assert_is(&m, VERDICT_RUNNING, 0);
    run(&m, 1, 0, 0);
    assert_is(&m, VERDICT_STALLED, 10);
    run(&m, 1000, 0, 0);
    assert_is(&m, VERDICT_STALLED, 10);
}

static void any_change_ends_a_stall(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 600, 1000, 0);
    silence(&m, 1000);
    assert_is(&m, VERDICT_STALLED, 600);
    run(&m, 1, 0, 7); /* a file out of the cache */
    assert_is(&m, VERDICT_RUNNING, 1601);
    run(&m, 600, 1000, 0); /* and the pause made it no slower */
    assert_is(&m, VERDICT_RUNNING, 1601);
    /* a counter that falls is a change as well */
    silence(&m, 400);
    assert_is(&m, VERDICT_STALLED, 2201);
    m.m.moved = 0;
    run(&m, 1, 0, 0);
    assert_is(&m, VERDICT_RUNNING, 2602);
}

/* The percent of kopia stands at 99.9 while the last packs are uploaded. */
static void uploading_at_the_end_is_no_stall(void **state)
{
    struct verdict v = VERDICT_INIT(STALL_AFTER);
    struct progress p = progress_unknown;
    struct work w = work_unknown;

    (void)state;
    p.percent = 9990;
    w.counts[WORK_HASHED_B] = 1000000;
    for (int64_t t = 0; t < 3000; t += 250) { /* a pack each 250 s */
        struct measure m;

        p.sizes[SIZE_UPLOADED] = t * 1000;
        m = work_measure(&w, &p, PERCENT_UNKNOWN);
        verdict_see(&v, t * S, &m);
        assert_int_equal(v.is, VERDICT_RUNNING);
    }
}

/* Slices of 30 s; eight make a past.  The first slow one begins at 600 s, four
 * of them end at 720 s. */
static void far_below_its_own_past_is_slow(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 600, 1000, 0);
    run(&m, 119, 249, 0);
    assert_is(&m, VERDICT_RUNNING, 0);
    run(&m, 1, 249, 0);
    assert_is(&m, VERDICT_SLOW, 600);
    run(&m, 7200, 249, 0); /* one does not get used to it */
    assert_is(&m, VERDICT_SLOW, 600);
    run(&m, 600, 499, 0); /* still not half of what it was */
    assert_int_equal(m.v.is, VERDICT_SLOW);
    run(&m, 30, 1000, 0);
    assert_is(&m, VERDICT_RUNNING, 8550);
}

static void a_third_of_its_past_is_not_slow(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 600, 1000, 0);
    run(&m, 3600, 333, 0);
    assert_is(&m, VERDICT_RUNNING, 0);
}

static void slower_and_slower_is_slow_in_the_end(void **state)
{
    struct mover m = new_mover();
    int64_t at = 0;

    (void)state;
    see(&m);
    for (int64_t rate = 100000; rate > 0 && at == 0; rate -= rate / 20 + 1) {
        run(&m, 60, rate, 0); /* half in 13 minutes */
        if (m.v.is == VERDICT_SLOW)
            at = m.second;
    }
    assert_in_range(at, 2400, 4800);
}

static void without_a_past_nothing_is_slow(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 90, 1000, 0); /* three slices of the eight that make one */
    run(&m, 3600, 1, 0);
    assert_is(&m, VERDICT_RUNNING, 0);
}

static void bursts_are_not_slow(void **state)
{
    static const int64_t pauses[] = { 5, 29, 45, 90, 200 };

    (void)state;
    for (size_t i = 0; i < COUNT(pauses); i++) {
        struct mover m = new_mover();

        see(&m);
        for (int round = 0; round < 100; round++) {
            run(&m, pauses[i], 0, 0);
            run(&m, 1, 20000000, 0);
            assert_int_equal(m.v.is, VERDICT_RUNNING);
        }
    }
}

/* 100 MB a second, printed in steps of 0.1 GB and then of 0.1 TB. */
static void coarse_numbers_are_not_slow(void **state)
{
    struct mover m = new_mover();

    (void)state;
    m.m.left = 100000;
    for (int64_t t = 0; t < 100000; t++) {
        int64_t moved = t * 100000000;
        int64_t step =
            moved < INT64_C(900000000000) ? 100000000 : INT64_C(100000000000);

        m.second = t;
        m.m.moved = moved / step * step;
        if (t % 10 == 0)
            m.m.left = 100000 - t;
        see(&m);
        assert_is(&m, VERDICT_RUNNING, 0);
    }
    /* more time left is no sign of life */
    for (int64_t t = 100000; t < 100400; t++) {
        m.second = t;
        m.m.left = t;
        see(&m);
    }
    assert_is(&m, VERDICT_STALLED, 99990);
}

static void one_long_pause_is_not_slow(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 615, 1000, 0);
    silence(&m, 240);
    run(&m, 600, 1000, 0);
    assert_is(&m, VERDICT_RUNNING, 0);
}

static void files_in_the_cache_are_neither_slow_nor_fast(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 600, 1000, 0);
    run(&m, 600, 10, 1000000); /* no time to hash */
    assert_is(&m, VERDICT_RUNNING, 0);
    run(&m, 600, 400, 0); /* and no past to be slow against */
    assert_is(&m, VERDICT_RUNNING, 0);
}

static void a_mover_that_prints_each_minute(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    for (int i = 0; i < 60; i++) {
        m.second += 60;
        m.m.moved += 60000;
        see(&m);
        assert_is(&m, VERDICT_RUNNING, 0);
    }
    for (int i = 0; i < 2; i++) {
        m.second += 60;
        m.m.moved += 600;
        see(&m);
    }
    assert_is(&m, VERDICT_SLOW, 3600);
}

static void the_next_source_is_no_standstill(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    for (int source = 0; source < 20; source++) {
        run(&m, 95, 1000, 0);
        m.m.moved = 0;
        see(&m);
        assert_is(&m, VERDICT_RUNNING, 0);
    }
}

static void a_clock_that_goes_back_stands_still(void **state)
{
    struct mover m = new_mover();

    (void)state;
    m.second = 1000;
    see(&m);
    run(&m, 100, 1000, 0);
    m.second = 5;
    run(&m, 50, 1000, 0);
    assert_is(&m, VERDICT_RUNNING, 1000);
    assert_int_equal(verdict_next(&m.v), 1400 * S);
    assert_false(verdict_at(&m.v, 0));
}

static void a_short_patience_has_short_slices(void **state)
{
    struct mover m = { .v = VERDICT_INIT(10 * S) };

    (void)state;
    see(&m);
    run(&m, 20, 1000, 0);
    run(&m, 4, 100, 0);
    assert_is(&m, VERDICT_SLOW, 20);
    assert_int_equal(verdict_next(&m.v), 34 * S);
    m.v = VERDICT_INIT(INT64_MAX);
    see(&m);
    assert_int_equal(verdict_next(&m.v), INT64_MAX);
    m.v = VERDICT_INIT(1);
    m.second = 0;
    see(&m);
    run(&m, 5, 1, 0);
    assert_is(&m, VERDICT_RUNNING, 0); /* what comes in time is no stall */
}

/* The time that is left goes up and down by a second while nothing moves. */
static void a_time_that_jitters_is_no_sign_of_life(void **state)
{
    struct mover m = new_mover();

    (void)state;
    m.m.left = 100;
    see(&m);
    run(&m, 10, 1000, 0);
    for (int i = 1; i <= 300; i++) {
        m.m.left = i % 50 == 0 ? COUNT_UNKNOWN : 100 - i % 2;
        run(&m, 1, 0, 0);
    }
    assert_is(&m, VERDICT_RUNNING, 0); /* 99 was less, once */
    m.m.left = 99;
    run(&m, 11, 0, 0);
    assert_is(&m, VERDICT_STALLED, 11);
    m.m.left = 98;
    run(&m, 1, 0, 0);
    assert_is(&m, VERDICT_RUNNING, 322);
    /* where something moves it is compared anew */
    m.m.left = 500;
    run(&m, 1, 1000, 0);
    m.second += 200;
    m.m.left = 499;
    see(&m);
    m.second += 200;
    m.m.left = 499;
    see(&m);
    assert_is(&m, VERDICT_RUNNING, 322);
    assert_int_equal(verdict_next(&m.v), (323 + 200 + 300) * S);
}

/* Nobody had looked when it was due. */
static void what_comes_late_was_no_stall(void **state)
{
    struct mover m = new_mover();

    (void)state;
    see(&m);
    run(&m, 10, 1000, 0);
    m.second += 1000;
    m.m.moved += 1000;
    assert_false(see(&m));
    assert_is(&m, VERDICT_RUNNING, 0);
    assert_int_equal(verdict_next(&m.v), 1310 * S);
    m.second += 1000;
    assert_true(see(&m)); /* it said the same */
    assert_is(&m, VERDICT_STALLED, 1010);
    m.m.moved += 1000;
    assert_true(see(&m));
    assert_is(&m, VERDICT_RUNNING, 2010);
}

static void an_event_is_a_sign_of_life(void **state)
{
    struct mover m = new_mover();

    (void)state;
    assert_false(verdict_touch(&m.v, 5 * S)); /* whose? */
    assert_is(&m, VERDICT_NONE, 0);
    see(&m);
    assert_false(verdict_touch(&m.v, 200 * S));
    assert_int_equal(verdict_next(&m.v), 500 * S);
    assert_true(verdict_at(&m.v, 500 * S));
    assert_is(&m, VERDICT_STALLED, 200);
    assert_true(verdict_touch(&m.v, 600 * S));
    assert_is(&m, VERDICT_RUNNING, 600);
    assert_int_equal(verdict_next(&m.v), 900 * S);
}

static void a_mover_may_be_waited_for(void **state)
{
    struct mover m = new_mover();

    (void)state;
    assert_true(verdict_begin(&m.v, 100 * S));
    assert_false(verdict_begin(&m.v, 200 * S));
    assert_is(&m, VERDICT_RUNNING, 100);
    m.second = 350;
    see(&m); /* it has done nothing yet, but it is there */
    assert_is(&m, VERDICT_RUNNING, 100);
    assert_int_equal(verdict_next(&m.v), 650 * S);
    m.v = VERDICT_INIT(STALL_AFTER);
    verdict_begin(&m.v, 100 * S);
    assert_true(verdict_at(&m.v, 400 * S));
    assert_is(&m, VERDICT_STALLED, 100);
    assert_true(verdict_valid(&m.v));
}

static void a_mover_that_has_ended_does_not_stall(void **state)
{
    struct mover m = new_mover();

    (void)state;
    assert_false(verdict_end(&m.v, false));
    m.second = 100;
    m.m.moved = 10;
    assert_true(see(&m)); /* it had not said anything */
    run(&m, 600, 1000, 0);
    assert_true(verdict_end(&m.v, false));
    assert_is(&m, VERDICT_NONE, 0);
    assert_int_equal(verdict_next(&m.v), INT64_MAX);
    assert_false(verdict_at(&m.v, 9999 * S));
    assert_false(verdict_touch(&m.v, 9999 * S));
    assert_false(verdict_begin(&m.v, 9999 * S));
    run(&m, 100, 0, 0); /* the same once more */
    assert_is(&m, VERDICT_NONE, 0);
    run(&m, 1, 1, 0); /* this is another one */
    assert_is(&m, VERDICT_RUNNING, 801);
    run(&m, 300, 1, 0);
    assert_is(&m, VERDICT_RUNNING, 801); /* with a past of its own */
    assert_true(verdict_end(&m.v, true));
    assert_false(verdict_end(&m.v, false));
    run(&m, 600, 1000, 0);
    assert_is(&m, VERDICT_NONE, 0);
}

static void who_was_away_saw_no_stall(void **state)
{
    struct mover m = new_mover();

    (void)state;
    verdict_away(&m.v, 1000 * S);
    assert_is(&m, VERDICT_NONE, 0);
    see(&m);
    run(&m, 600, 1000, 0);
    m.second += 200;
    assert_false(verdict_at(&m.v, m.second * S));
    verdict_away(&m.v, 5000 * S);
    assert_true(verdict_valid(&m.v));
    m.second += 5000;
    assert_false(see(&m));
    assert_int_equal(verdict_next(&m.v), 5900 * S);
    assert_false(verdict_at(&m.v, 5900 * S - 1));
    assert_true(verdict_at(&m.v, 5900 * S));
    assert_is(&m, VERDICT_STALLED, 600); /* nothing has moved since then */
    verdict_away(&m.v, 5000 * S);
    assert_is(&m, VERDICT_STALLED, 600);
    m.second = 11000;
    run(&m, 1, 1000, 0);
    assert_int_equal(verdict_next(&m.v), 11301 * S);
    /* nor was it slow */
    run(&m, 600, 1000, 0);
    verdict_away(&m.v, 5000 * S);
    m.second += 5000;
    run(&m, 600, 1000, 0);
    assert_is(&m, VERDICT_RUNNING, 11001);
}

static void the_names_are_those_of_status_lines(void **state)
{
    (void)state;
    assert_string_equal(verdict_name(VERDICT_RUNNING), "running");
    assert_string_equal(verdict_name(VERDICT_SLOW), "slow");
    assert_string_equal(verdict_name(VERDICT_STALLED), "stalled");
    assert_null(verdict_name(VERDICT_NONE));
    assert_null(verdict_name(99));
}

enum { SEED = 20230220, ROUNDS = 200, STEPS = 400 };

static unsigned seed;

static int64_t pick(int64_t below)
{
    return (int64_t)(((uint64_t)rand_r(&seed) << 31 | (unsigned)rand_r(&seed)) %
                     (uint64_t)below);
}

/* Whatever comes: what it returns is whether it is another verdict, a stall is
 * one by its definition, another clock changes nothing, and what was saved in
 * between goes on as if nothing had been. */
static void anything_goes(void **state)
{
    (void)state;
    printf("seed %d\n", SEED);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct verdict v = VERDICT_INIT(STALL_AFTER);
        struct verdict moved = v;
        int64_t now = 0, last = 0, signs = -1, by, rate = 100;

        seed = SEED + round;
        by = (pick(2000) - 500) * S;
        struct measure m = { 0 };
        verdict_see(&v, now, &m);
        moved = v;
        verdict_move(&moved, by);
        signs = m.signs;
        for (int step = 0; step < STEPS; step++) {
            struct verdict before = v;
            bool said, looks = pick(3) == 0;

            now += pick(40) == 0 ? pick(500) * S : pick(20 * S);
            if (pick(50) == 0)
                rate = pick(1000000);
            if (!looks) {
                m.moved = pick(100) == 0 ? 0 : m.moved + pick(rate + 1);
                m.passed += pick(20) == 0 ? pick(100000) : 0;
                m.signs = m.moved + m.passed;
            }
            said = looks ? verdict_at(&v, now) : verdict_see(&v, now, &m);
            if (looks)
                verdict_at(&moved, now + by);
            else
                verdict_see(&moved, now + by, &m);
            if (m.signs != signs)
                last = now;
            signs = m.signs;
            assert_true(verdict_valid(&v));
            assert_int_equal(v.is == VERDICT_STALLED,
                             now - last >= STALL_AFTER);
            if (v.is != before.is || v.since != before.since)
                assert_true(said);
            assert_true(v.since <= now);
        }
        verdict_move(&v, by);
        assert_memory_equal(&v, &moved, sizeof v);
    }
}

/* Counters that no mover has. */
static void no_counter_is_too_large(void **state)
{
    static const int64_t most = INT64_C(1) << 60;
    struct mover m = new_mover();

    (void)state;
    see(&m);
    for (int i = 0; i < 200; i++) {
        m.second++;
        m.m.moved = i % 2 == 0 ? most : 0;
        m.m.passed = i % 3 == 0 ? most : 0;
        m.m.signs = i % 7;
        (void)verdict_see(&m.v, m.second * S, &m.m);
        assert_true(verdict_valid(&m.v));
    }
}

/* In a slice that is shorter than a second, too. */
static void no_rate_is_too_large(void **state)
{
    struct mover m = { .v = VERDICT_INIT(1000) };

    (void)state;
    m.m.signs = 0;
    (void)verdict_see(&m.v, 1000, &m.m);
    for (int64_t i = 1; i < 50; i++) {
        m.m.moved = i % 2 == 0 ? 0 : INT64_C(1) << 60;
        m.m.signs = i;
        (void)verdict_see(&m.v, 1000 + i * 500, &m.m);
        assert_true(verdict_valid(&m.v));
    }
}

static void what_cannot_have_been_saved_is_refused(void **state)
{
    struct mover m = new_mover();
    struct verdict v;

    (void)state;
    assert_true(verdict_valid(&m.v));
    see(&m);
    run(&m, 1000, 1000, 1);
    assert_true(verdict_valid(&m.v));
#define REFUSED(change)                                                        \
    do {                                                                       \
        v = m.v;                                                               \
        change;                                                                \
        assert_false(verdict_valid(&v));                                       \
    } while (0)
    REFUSED(v.is = -1);
    REFUSED(v.is = 99);
    REFUSED(v.stall_after = 0);
    REFUSED(v.now = INT64_MAX);
    REFUSED(v.now = 0);
    REFUSED(v.since = v.now + 1);
    REFUSED(v.changed = INT64_MIN);
    REFUSED(v.slice = INT64_MIN);
    REFUSED(v.slow_since = INT64_MIN);
    REFUSED(v.signs = -2);
    REFUSED(v.unwatched = -1);
    REFUSED(v.unwatched = v.now - v.changed + 1);
    REFUSED(v.over = 3);
    REFUSED(v.left = -2);
    REFUSED(v.moved = INT64_MAX);
    REFUSED(v.passed = -1);
    REFUSED(v.slice_moved = INT64_MAX);
    REFUSED(v.slice_passed = -1);
    REFUSED(v.slow_slices = -1);
    REFUSED(v.count = -1);
    REFUSED(v.count = VERDICT_PAST + 1);
    REFUSED(v.stride = -1);
    REFUSED(v.pass_over = v.stride + 1);
    REFUSED(v.past[0] = -1);
#undef REFUSED
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_seen_is_no_verdict),
        cmocka_unit_test(a_constant_rate_runs),
        cmocka_unit_test(silence_is_a_stall_when_it_is_due),
        cmocka_unit_test(records_that_say_the_same_are_silence),
        cmocka_unit_test(any_change_ends_a_stall),
        cmocka_unit_test(uploading_at_the_end_is_no_stall),
        cmocka_unit_test(far_below_its_own_past_is_slow),
        cmocka_unit_test(a_third_of_its_past_is_not_slow),
        cmocka_unit_test(slower_and_slower_is_slow_in_the_end),
        cmocka_unit_test(without_a_past_nothing_is_slow),
        cmocka_unit_test(bursts_are_not_slow),
        cmocka_unit_test(coarse_numbers_are_not_slow),
        cmocka_unit_test(one_long_pause_is_not_slow),
        cmocka_unit_test(files_in_the_cache_are_neither_slow_nor_fast),
        cmocka_unit_test(a_mover_that_prints_each_minute),
        cmocka_unit_test(the_next_source_is_no_standstill),
        cmocka_unit_test(a_clock_that_goes_back_stands_still),
        cmocka_unit_test(a_short_patience_has_short_slices),
        cmocka_unit_test(a_time_that_jitters_is_no_sign_of_life),
        cmocka_unit_test(what_comes_late_was_no_stall),
        cmocka_unit_test(an_event_is_a_sign_of_life),
        cmocka_unit_test(a_mover_may_be_waited_for),
        cmocka_unit_test(a_mover_that_has_ended_does_not_stall),
        cmocka_unit_test(who_was_away_saw_no_stall),
        cmocka_unit_test(the_names_are_those_of_status_lines),
        cmocka_unit_test(anything_goes),
        cmocka_unit_test(no_counter_is_too_large),
        cmocka_unit_test(no_rate_is_too_large),
        cmocka_unit_test(what_cannot_have_been_saved_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
