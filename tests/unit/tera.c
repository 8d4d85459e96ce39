/*
 * progress.h: sizes of 100 TB and more, which old releases print like a
 * thousandth of them; and what a line with counters says of its percent.
 */
#include "mover/progress.h"

#include "unit.h"

#define TB INT64_C(1000000000000)

/* A counter that is F in a line with a size in TB, where PRINTED says that it
 * was printed below that. */
static int64_t mended(struct tera *t, enum field f, int64_t size, bool printed,
                      bool binary)
{
    struct values v = { .tera = true, .binary = binary };

    values_set(&v, f, size);
    if (printed) {
        v.printed = FIELD_BIT(f);
        v.of[f].text = (struct text){ "5", 1 };
    }
    tera_mend(t, &v);
    return values_number(&v, f);
}

static void a_counter_that_falls_by_a_thousand_has_not_fallen(void **state)
{
    static const struct {
        int64_t sizes[4], last; /* what the last one of them is */
        bool binary;
    } rows[] = {
        { { 99 * TB, 100 * TB }, 100 * TB, false },
        { { 100 * TB, 101 * TB / 100 }, 1010 * TB, false },
        { { 900 * TB, TB }, 1000 * TB, false },
        { { 900 * TB, TB, 2 * TB }, 2000 * TB, false },
        { { 99 * TB, 2 * TB }, 2 * TB, false },            /* long before it */
        { { 900 * TB, 8 * TB / 10 }, 8 * TB / 10, false }, /* not in TB */
        { { 2000 * TB, 901 * TB }, 901 * TB, false },      /* nor in PB */
        { { 2000 * TB, 900 * TB }, 900000 * TB, false },
        { { 2000 * TB, 19 * TB / 10 }, 19 * TB / 10, false }, /* it fell */
        { { 2000 * TB, 2 * TB }, 2000 * TB, false },
        { { 101 * (INT64_C(1) << 40), INT64_C(1) << 40 },
          INT64_C(1) << 40,
          true },
        { { 102 * (INT64_C(1) << 40), INT64_C(1) << 40 },
          INT64_C(1) << 50,
          true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tera t = { .seen = false };
        int64_t got = 0;

        for (size_t j = 0; j < 4 && rows[i].sizes[j] > 0; j++)
            got =
                mended(&t, F_hashedB, rows[i].sizes[j], false, rows[i].binary);
        if (got != rows[i].last)
            fail_msg("row %zu: %lld", i, (long long)got);
    }
}

static void a_counter_below_a_terabyte_begins_anew(void **state)
{
    struct tera t = { .seen = false };
    struct values v = { .tera = false };

    (void)state;
    assert_true(mended(&t, F_hashedB, 900 * TB, false, false) == 900 * TB);
    assert_true(mended(&t, F_hashedB, 5, true, false) == 5);
    assert_true(mended(&t, F_hashedB, 2 * TB, false, false) == 2 * TB);
    assert_true(mended(&t, F_hashedB, 900 * TB, false, false) == 900 * TB);
    tera_mend(&t, &v); /* a line without any */
    assert_false(t.seen);
    assert_true(mended(&t, F_hashedB, 2 * TB, false, false) == 2 * TB);
}

/* The total is read so that the percent beside it fits. */
static void the_percent_tells_what_the_total_is(void **state)
{
    static const struct {
        int64_t total, hashed, cached, percent, is;
    } rows[] = {
        { 2 * TB, TB, 0, 5000, 2 * TB },
        { 2 * TB, TB, TB / 2, 7500, 2 * TB },
        { 2 * TB, 500 * TB, 500 * TB, 5000, 2000 * TB },
        { 2 * TB, 500 * TB, 500 * TB, 0, 2 * TB }, /* too little */
        { 2 * TB, 500 * TB, 500 * TB, -1, 2 * TB },
        { 2 * TB, 0, 0, 5000, 2 * TB },
        { 2 * TB, INT64_MAX, 1, 5000, 2 * TB }, /* no sum */
        { TB / 2, 400 * TB, 0, 5000, TB / 2 },  /* no such size */
        { 1000 * TB, 400 * TB, 0, 5000, 1000 * TB },
        { 2 * TB, INT64_MAX - 1, 0, 5000, 2000 * TB },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tera t = { .seen = false };
        struct values v = { .tera = true };

        values_set(&v, F_estimatedUploadSizeB, rows[i].total);
        values_set(&v, F_hashedB, rows[i].hashed);
        values_set(&v, F_cachedB, rows[i].cached);
        if (rows[i].percent >= 0)
            values_set(&v, F_progressPercent, rows[i].percent);
        tera_mend(&t, &v);
        if (values_number(&v, F_estimatedUploadSizeB) != rows[i].is)
            fail_msg("row %zu: %lld", i,
                     (long long)values_number(&v, F_estimatedUploadSizeB));
    }
}

/* What was found once stays, as long as the same is printed. */
static void the_answer_stands_still_with_the_total(void **state)
{
    struct tera t = { .seen = false };
    struct values v = { .tera = true };

    (void)state;
    values_set(&v, F_estimatedDownloadSizeB, 2 * TB);
    values_set(&v, F_sizeDownloadedB, 1000 * TB);
    values_set(&v, F_progressPercent, 5000);
    tera_mend(&t, &v);
    assert_true(values_number(&v, F_estimatedDownloadSizeB) == 2000 * TB);
    values_set(&v, F_estimatedDownloadSizeB, 2 * TB);
    values_set(&v, F_progressPercent, 0);
    tera_mend(&t, &v);
    assert_true(values_number(&v, F_estimatedDownloadSizeB) == 2000 * TB);
    values_set(&v, F_estimatedDownloadSizeB, 3 * TB);
    tera_mend(&t, &v);
    assert_true(values_number(&v, F_estimatedDownloadSizeB) == 3 * TB);
}

static void a_percent_is_what_the_counters_make_of_it(void **state)
{
    static const struct {
        enum operation operation;
        enum field done, total;
        int64_t is, of, percent, raw;
    } rows[] = {
        { OP_RESTORE, F_sizeDownloadedB, F_estimatedDownloadSizeB, 1, 3, 3333,
          -1 },
        { OP_SYNC, F_sizeUploadedB, F_estimatedUploadSizeB, 0, 3, 0, -1 },
        { OP_VERIFY, F_processedObjects, F_totalObjects, 3, 3, 10000, -1 },
        { OP_VERIFY, F_processedObjects, F_totalObjects, 6, 3, 10000, 20000 },
        { OP_VERIFY, F_processedObjects, F_totalObjects, 6, 0, -1, -1 },
        { OP_VERIFY, F_processedObjects, F_totalObjects, -1, 3, -1, -1 },
        { OP_VERIFY, F_processedObjects, F_totalObjects, INT64_MAX, 1, 10000,
          INT64_MAX },
        { OP_SNAPSHOT, F_hashedB, F_estimatedUploadSizeB, 1, 2, -1, -1 },
        { OP_ESTIMATE, F_files, F_bytes, 1, 2, -1, -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct progress p = { .operation = rows[i].operation };
        struct values v = { .tera = false };

        if (rows[i].is >= 0)
            values_set(&v, rows[i].done, rows[i].is);
        values_set(&v, rows[i].total, rows[i].of);
        progress_settle(&p, &v);
        if (p.percent != rows[i].percent || p.raw_percent != rows[i].raw)
            fail_msg("row %zu: %lld %lld", i, (long long)p.percent,
                     (long long)p.raw_percent);
        assert_int_equal(p.basis != NULL, p.percent >= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_that_falls_by_a_thousand_has_not_fallen),
        cmocka_unit_test(a_counter_below_a_terabyte_begins_anew),
        cmocka_unit_test(the_percent_tells_what_the_total_is),
        cmocka_unit_test(the_answer_stands_still_with_the_total),
        cmocka_unit_test(a_percent_is_what_the_counters_make_of_it),
    };

    return cmocka_run_group_tests_name("tera", tests, NULL, NULL);
}
