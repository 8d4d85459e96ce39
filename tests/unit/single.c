/* mover/single.h: figures of one thing among several. */
#include "mover/single.h"

#include "unit.h"

enum { UNSAID = -1 };

/* A line: how many are left or its number, of so many; bytes of so many; a
 * percentage, in hundredths. */
struct said {
    int64_t left, nth, items, bytes, total, percent;
};

static bool take(struct single *s, enum operation operation,
                 const struct said *said, struct values *v)
{
    const struct {
        enum field f;
        int64_t number;
    } rows[] = {
        { F_left, said->left },
        { F_nth, said->nth },
        { F_items, said->items },
        { F_sizeUploadedB, said->bytes },
        { F_estimatedUploadSizeB, said->total },
        { F_progressPercent, said->percent },
    };

    *v = (struct values){ 0 };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].number >= 0)
            values_set(v, rows[i].f, rows[i].number);
    return single_take(s, operation, v);
}

/* The percentage and the bytes that are left of a line of a sync. */
static void assert_takes(struct single *s, struct said said, int64_t percent,
                         int64_t bytes)
{
    struct values v;

    assert_true(take(s, OP_SYNC, &said, &v));
    assert_true(values_number(&v, F_progressPercent) == percent);
    assert_true(values_number(&v, F_sizeUploadedB) == bytes);
    assert_false(values_has(&v, F_nth) || values_has(&v, F_left) ||
                 values_has(&v, F_items));
}

static void open_single(struct single *s)
{
    single_init(s);
    single_begin(s);
}

static void a_number_says_that_it_is_one_of_several(void **state)
{
    struct single s;

    (void)state;
    open_single(&s);
    assert_takes(&s, (struct said){ -1, 2, 4, 50, 100, -1 }, 3750, -1);
    assert_int_equal(s.is, SINGLE_YES);
    single_begin(&s); /* what is known stays */
    assert_int_equal(s.is, SINGLE_YES);
    assert_takes(&s, (struct said){ -1, 2, 4, 500, 100, -1 }, 5000, -1);
    /* a share that nobody can know is none */
    assert_takes(&s, (struct said){ -1, 3, 4, 50, 0, -1 }, 5000, -1);
    assert_takes(&s, (struct said){ -1, 3, 4, -1, -1, -1 }, 5000, -1);
}

static void numbers_that_cannot_be_are_left_out(void **state)
{
    struct single s;

    (void)state;
    open_single(&s);
    assert_takes(&s, (struct said){ -1, 5, 4, 50, 100, -1 }, -1, 50);
    assert_takes(&s, (struct said){ 5, -1, 4, 50, 100, -1 }, -1, 50);
    assert_int_equal(s.items, 0);
    assert_int_equal(s.is, SINGLE_MAYBE);
}

static void a_percent_where_one_is_done_is_the_wholes(void **state)
{
    struct single s;
    struct values v;

    (void)state;
    open_single(&s);
    /* without one it may be either */
    assert_takes(&s, (struct said){ 3, -1, 4, 10, 10, -1 }, 2500, -1);
    assert_int_equal(s.is, SINGLE_MAYBE);
    assert_takes(&s, (struct said){ 2, -1, 4, 10, 10, 10000 }, 5000, -1);
    assert_int_equal(s.is, SINGLE_MAYBE);
    assert_false(
        take(&s, OP_SYNC, &(struct said){ 1, -1, 4, 10, 10, 7500 }, &v));
    assert_int_equal(s.is, SINGLE_NO);
    assert_true(values_number(&v, F_progressPercent) == 7500);
}

static void bytes_that_fall_are_of_one(void **state)
{
    struct single s;

    (void)state;
    open_single(&s);
    assert_takes(&s, (struct said){ 3, -1, 4, 10, 10, -1 }, 2500, -1);
    assert_takes(&s, (struct said){ 2, -1, 4, -1, -1, -1 }, 5000, -1);
    open_single(&s);
    assert_takes(&s, (struct said){ 3, -1, 4, 10, 10, -1 }, 2500, -1);
    assert_takes(&s, (struct said){ 2, -1, 4, 5, 5, -1 }, 5000, 15);
    assert_int_equal(s.is, SINGLE_YES);
    /* what goes on is added, where it is known */
    assert_takes(&s, (struct said){ -1, -1, -1, 4, 8, -1 }, 6250, 19);
    assert_takes(&s, (struct said){ -1, -1, -1, -1, -1, -1 }, 5000, -1);
    assert_takes(&s, (struct said){ -1, -1, -1, INT64_MAX, -1, -1 }, 5000, -1);
    /* behind the last nothing goes on */
    assert_takes(&s, (struct said){ 0, -1, 4, 1, 1, -1 }, 10000, 16);
    assert_takes(&s, (struct said){ -1, -1, -1, 4, 8, -1 }, 10000, 20);
}

/* Nor is a sum known again after one of them is not. */
static void a_sum_with_what_is_unknown_is_unknown(void **state)
{
    static const int64_t unknown[] = { UNSAID, INT64_MAX };
    struct single s;

    (void)state;
    for (size_t i = 0; i < COUNT(unknown); i++) {
        open_single(&s);
        assert_takes(&s, (struct said){ 3, 1, 4, 10, 10, -1 }, 0, 10);
        assert_takes(&s, (struct said){ 2, 2, 4, unknown[i], -1, -1 }, 2500,
                     -1);
        assert_takes(&s, (struct said){ 1, 3, 4, 10, 10, -1 }, 5000, -1);
    }
}

/* An operation has no bytes, or counts nothing at all. */
static void what_an_operation_has_not_is_left_out(void **state)
{
    const struct said said = { -1, 2, 4, -1, -1, 5000 };
    struct single s;
    struct values v;

    (void)state;
    open_single(&s);
    assert_true(take(&s, OP_MAINTENANCE, &said, &v));
    assert_true(values_number(&v, F_progressPercent) == 3750);
    assert_true(values_number(&v, F_processedObjects) == 1);
    open_single(&s);
    assert_true(take(&s, OP_ESTIMATE, &said, &v));
    assert_true(v.known == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_says_that_it_is_one_of_several),
        cmocka_unit_test(numbers_that_cannot_be_are_left_out),
        cmocka_unit_test(a_percent_where_one_is_done_is_the_wholes),
        cmocka_unit_test(bytes_that_fall_are_of_one),
        cmocka_unit_test(a_sum_with_what_is_unknown_is_unknown),
        cmocka_unit_test(what_an_operation_has_not_is_left_out),
    };

    return cmocka_run_group_tests_name("single", tests, NULL, NULL);
}
