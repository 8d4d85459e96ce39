/* backoff.h: how long to wait before the next try. */
#include "kube/backoff.h"
#include "unit.h"

enum { BASE = 100, CAP = 1000, LONG = 1000000, DRAWS = 2000 };

/* The least and the most of many waits after TRIES failures. */
static void spread(unsigned tries, int64_t *least, int64_t *most)
{
    struct backoff b;

    backoff_init(&b, BASE, CAP, 1);
    *least = INT64_MAX;
    *most = 0;
    for (int i = 0; i < DRAWS; i++) {
        int64_t wait;

        b.tries = tries;
        wait = backoff_next(&b, 0, LONG);
        *least = wait < *least ? wait : *least;
        *most = wait > *most ? wait : *most;
    }
}

static void a_wait_is_anything_up_to_a_span_that_doubles(void **state)
{
    static const struct {
        unsigned tries;
        int64_t span;
    } rows[] = { { 0, 100 },  { 1, 200 },  { 2, 400 },   { 3, 800 },
                 { 4, CAP },  { 5, CAP },  { 61, CAP },  { 62, CAP },
                 { 63, CAP }, { 64, CAP }, { 1000, CAP } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t least, most;

        spread(rows[i].tries, &least, &most);
        assert_in_range(least, 0, rows[i].span / 20);
        assert_in_range(most, rows[i].span - rows[i].span / 20, rows[i].span);
    }
}

static void each_failure_makes_it_longer_and_a_success_short_again(void **state)
{
    struct backoff b;

    (void)state;
    backoff_init(&b, BASE, CAP, 7);
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(b.tries, i < 62 ? i : 62);
        assert_in_range(backoff_next(&b, 0, LONG), 0, CAP);
    }
    backoff_reset(&b);
    assert_in_range(backoff_next(&b, 0, LONG), 0, BASE);
}

static void the_server_s_wish_is_the_least(void **state)
{
    struct backoff b;
    bool differ = false;

    (void)state;
    backoff_init(&b, BASE, CAP, 7);
    for (int i = 0; i < DRAWS; i++) {
        int64_t wait = backoff_next(&b, 5000, LONG);

        assert_in_range(wait, 5000, 5000 + CAP);
        differ |= wait != 5000;
    }
    assert_true(differ);
}

static void the_budget_is_the_most(void **state)
{
    struct backoff b;

    (void)state;
    backoff_init(&b, BASE, CAP, 7);
    b.tries = 10;
    for (int i = 0; i < DRAWS; i++) {
        assert_in_range(backoff_next(&b, 0, 50), 0, 50);
        assert_in_range(backoff_next(&b, 40, 50), 40, 50);
        assert_int_equal(backoff_next(&b, 50, 50), 50);
        assert_int_equal(backoff_next(&b, 51, 50), BACKOFF_OVER);
    }
    assert_int_equal(backoff_next(&b, 0, 0), 0);
    assert_int_equal(backoff_next(&b, 0, -1), BACKOFF_OVER);
    assert_int_equal(backoff_next(&b, -5, 0), 0);
}

static void the_greatest_numbers_do_not_overflow(void **state)
{
    struct backoff b;

    (void)state;
    backoff_init(&b, INT64_MAX, INT64_MAX, 7);
    for (int i = 0; i < 100; i++)
        assert_true(backoff_next(&b, INT64_MAX - 1, INT64_MAX) >=
                    INT64_MAX - 1);
}

static void seeds_differ_and_make_different_waits(void **state)
{
    struct backoff a, b;
    int same = 0;

    (void)state;
    assert_int_not_equal(backoff_seed(), backoff_seed());
    backoff_init(&a, CAP, CAP, 1);
    backoff_init(&b, CAP, CAP, 2);
    for (int i = 0; i < DRAWS; i++)
        same += backoff_next(&a, 0, LONG) == backoff_next(&b, 0, LONG);
    assert_in_range(same, 0, DRAWS / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_is_anything_up_to_a_span_that_doubles),
        cmocka_unit_test(
            each_failure_makes_it_longer_and_a_success_short_again),
        cmocka_unit_test(the_server_s_wish_is_the_least),
        cmocka_unit_test(the_budget_is_the_most),
        cmocka_unit_test(the_greatest_numbers_do_not_overflow),
        cmocka_unit_test(seeds_differ_and_make_different_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
