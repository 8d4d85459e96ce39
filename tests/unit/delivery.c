/* delivery.h and samples.h: which sample is written when, on a clock of the
 * tests' own. */
#include "kube/delivery.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

enum { S = 1000000000 };

static int looks; /* how many samples were looked at closely */

/* A good sample begins with a capital letter. */
static bool is_good(const char *text, size_t len)
{
    looks++;
    return len > 0 && text[0] >= 'A' && text[0] <= 'Z';
}

static int open_delivery(void **state)
{
    struct delivery *d = malloc(sizeof *d);

    looks = 0;
    *state = d;
    return d != NULL && delivery_open(d, S, is_good) ? 0 : -1;
}

static int close_delivery(void **state)
{
    delivery_close(*state);
    free(*state);
    return 0;
}

static void sample(struct delivery *d, const char *text)
{
    delivery_sample(d, text, strlen(text));
}

/* Begins a write, which must be that of TEXT (NULL: of nothing). */
static void begin(struct delivery *d, const char *text)
{
    const struct buf *b = delivery_begin(d);

    if (text == NULL) {
        assert_null(b);
        return;
    }
    assert_non_null(b);
    assert_int_equal(b->len, strlen(text) + 1);
    assert_memory_equal(b->bytes, text, strlen(text));
    assert_int_equal(b->bytes[b->len - 1], '\n');
}

static void write_at(struct delivery *d, const char *text, int64_t now)
{
    assert_int_equal(delivery_due(d, now), 0);
    begin(d, text);
    delivery_written(d, now);
}

static void nothing_is_due_without_a_sample(void **state)
{
    struct delivery *d = *state;

    assert_int_equal(delivery_due(d, 0), DELIVERY_NEVER);
    assert_int_equal(delivery_due(d, INT64_MAX), DELIVERY_NEVER);
    begin(d, NULL);
    assert_int_equal(delivery_due(d, 0), DELIVERY_NEVER);
}

static void the_first_is_due_at_once(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    assert_int_equal(delivery_due(d, 5 * (int64_t)S), 0);
    write_at(d, "A", 0);
    assert_int_equal(delivery_due(d, 0), DELIVERY_NEVER);
}

static void then_one_each_interval_and_the_latest_wins(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    write_at(d, "A", 100);
    sample(d, "B");
    assert_int_equal(delivery_due(d, 100), S);
    assert_int_equal(delivery_due(d, 100 + S / 4), S - S / 4);
    sample(d, "C");
    assert_int_equal(delivery_due(d, 99 + S), 1);
    write_at(d, "C", 100 + S);
    assert_int_equal(delivery_due(d, 100 + S), DELIVERY_NEVER);
    sample(d, "D");
    write_at(d, "D", 100 + 50 * (int64_t)S);
}

static void the_interval_runs_from_the_end_of_a_write(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    begin(d, "A");
    delivery_written(d, 3 * (int64_t)S);
    sample(d, "B");
    assert_int_equal(delivery_due(d, 3 * (int64_t)S + 1), S - 1);
}

static void what_has_not_changed_is_not_written_again(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    write_at(d, "A", 0);
    sample(d, "A");
    assert_int_equal(delivery_due(d, 2 * (int64_t)S), 0);
    begin(d, NULL);
    assert_int_equal(delivery_due(d, 2 * (int64_t)S), DELIVERY_NEVER);
    sample(d, "B");
    sample(d, "A");
    begin(d, NULL);
    sample(d, "AA");
    write_at(d, "AA", 2 * (int64_t)S);
}

static void the_last_is_begun_before_it_is_due(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    write_at(d, "A", 0);
    sample(d, "B");
    assert_int_equal(delivery_due(d, 1), S - 1);
    begin(d, "B");
    delivery_written(d, 1);
    begin(d, NULL);
}

static void a_failed_write_is_tried_again_with_the_newest(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    begin(d, "A");
    delivery_failed(d, 10);
    assert_int_equal(delivery_due(d, 10), S);
    begin(d, "A");
    delivery_failed(d, 20);
    sample(d, "B");
    assert_int_equal(delivery_due(d, 20), S);
    write_at(d, "B", 20 + S);
    assert_int_equal(delivery_due(d, 20 + S), DELIVERY_NEVER);
}

static void after_a_failure_the_target_is_not_trusted(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    write_at(d, "A", 0);
    sample(d, "B");
    begin(d, "B");
    delivery_failed(d, S);
    sample(d, "A"); /* perhaps the target holds B, or half of it */
    write_at(d, "A", 2 * (int64_t)S);
}

static void a_retry_waits_however_short_the_interval(void **state)
{
    struct delivery *d = *state;

    d->interval = 0;
    sample(d, "A");
    write_at(d, "A", 0);
    sample(d, "B");
    write_at(d, "B", 0);
    sample(d, "C");
    begin(d, "C");
    delivery_failed(d, 0);
    assert_int_equal(delivery_due(d, 0), DELIVERY_RETRY);
    write_at(d, "C", DELIVERY_RETRY);
    sample(d, "D");
    assert_int_equal(delivery_due(d, DELIVERY_RETRY), 0);
}

static void a_long_interval_holds_for_a_retry_too(void **state)
{
    struct delivery *d = *state;

    d->interval = INT64_MAX;
    sample(d, "A");
    begin(d, "A");
    delivery_failed(d, 7);
    assert_int_equal(delivery_due(d, 7), INT64_MAX);
    assert_int_equal(delivery_due(d, INT64_MAX), 7);
}

static void samples_may_come_while_a_write_goes_on(void **state)
{
    struct delivery *d = *state;
    const struct buf *writing;

    sample(d, "A");
    writing = delivery_begin(d);
    sample(d, "B");
    assert_int_equal(delivery_due(d, 5 * (int64_t)S), DELIVERY_NEVER);
    assert_memory_equal(writing->bytes, "A\n", 2);
    delivery_written(d, 0);
    assert_int_equal(delivery_due(d, 0), S);
    begin(d, "B");
    sample(d, "A");
    delivery_failed(d, S);
    write_at(d, "A", 2 * (int64_t)S);
}

static void a_broken_sample_hides_no_good_one(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    write_at(d, "A", 0);
    sample(d, "B");
    sample(d, "broken");
    sample(d, "");
    write_at(d, "B", S);
    sample(d, "broken");
    assert_int_equal(delivery_due(d, 2 * (int64_t)S), 0);
    begin(d, NULL);
    assert_int_equal(delivery_due(d, 2 * (int64_t)S), DELIVERY_NEVER);
}

static void where_all_are_broken_nothing_is_written(void **state)
{
    struct delivery *d = *state;

    sample(d, "broken");
    begin(d, NULL);
    assert_int_equal(delivery_due(d, 0), DELIVERY_NEVER);
    assert_null(samples_newest(&d->samples));
    sample(d, "A");
    write_at(d, "A", 0);
}

static void only_the_newest_good_one_is_looked_at(void **state)
{
    struct delivery *d = *state;

    for (int i = 0; i < 1000; i++)
        sample(d, "A");
    sample(d, "B");
    assert_int_equal(looks, 0);
    begin(d, "B");
    assert_int_equal(looks, 1);
    delivery_written(d, 0);
    begin(d, NULL);
    assert_int_equal(looks, 1);
}

static void no_sample_is_looked_at_twice(void **state)
{
    struct delivery *d = *state;

    sample(d, "A");
    for (int i = 0; i < 100000; i++) /* more than there is room for */
        sample(d, "broken");
    begin(d, "A");
    assert_int_equal(looks, 100001);
}

/* Several times the room, with samples of the greatest length. */
static void long_samples_are_kept_whole(void **state)
{
    static char text[REC_CEILING];
    struct delivery *d = *state;
    const struct buf *b;

    for (int i = 0; i < 7; i++) {
        memset(text, 'A' + i, sizeof text);
        delivery_sample(d, text, sizeof text);
        delivery_sample(d, "x", 1);
    }
    b = delivery_begin(d);
    assert_non_null(b);
    assert_int_equal(b->len, sizeof text + 1);
    assert_memory_equal(b->bytes, text, sizeof text);
    assert_int_equal(b->bytes[sizeof text], '\n');
}

/* Whenever one asks for it, the newest good one is the same. */
static void the_outcome_does_not_depend_on_when_one_looks(void **state)
{
    struct delivery *d = *state;
    char newest[16] = "";
    unsigned seed = 1;

    for (int i = 0; i < 20000; i++) {
        char text[16];

        seed = seed * 1103515245 + 12345;
        snprintf(text, sizeof text, "%c%d", seed >> 16 & 3 ? 'x' : 'X', i);
        if (text[0] == 'X')
            memcpy(newest, text, sizeof newest);
        sample(d, text);
        if ((seed >> 18 & 7) == 0 && newest[0] != '\0') {
            const struct buf *b = samples_newest(&d->samples);

            assert_non_null(b);
            assert_int_equal(b->len, strlen(newest) + 1);
            assert_memory_equal(b->bytes, newest, strlen(newest));
        }
    }
}

#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, open_delivery, close_delivery)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_due_without_a_sample),
        TEST(the_first_is_due_at_once),
        TEST(then_one_each_interval_and_the_latest_wins),
        TEST(the_interval_runs_from_the_end_of_a_write),
        TEST(what_has_not_changed_is_not_written_again),
        TEST(the_last_is_begun_before_it_is_due),
        TEST(a_failed_write_is_tried_again_with_the_newest),
        TEST(after_a_failure_the_target_is_not_trusted),
        TEST(a_retry_waits_however_short_the_interval),
        TEST(a_long_interval_holds_for_a_retry_too),
        TEST(samples_may_come_while_a_write_goes_on),
        TEST(a_broken_sample_hides_no_good_one),
        TEST(where_all_are_broken_nothing_is_written),
        TEST(only_the_newest_good_one_is_looked_at),
        TEST(no_sample_is_looked_at_twice),
        TEST(long_samples_are_kept_whole),
        TEST(the_outcome_does_not_depend_on_when_one_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
