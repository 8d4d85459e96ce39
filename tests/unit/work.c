#include "phase/work.h"

#include <stdio.h>

#include "unit.h"

/* The measure of a stats record, given as its members. */
static struct measure measure_of(const char *members, int64_t overall)
{
    struct progress progress = progress_unknown;
    struct work work = work_unknown;
    struct scan_value key, value;
    struct scan s;

    assert_true(scan_begin(&s, members, strlen(members)));
    while (scan_next(&s, &key, &value) == SCAN_MEMBER)
        (void)(progress_set(&progress, &key, &value) ||
               work_set(&work, &key, &value));
    return work_measure(&work, &progress, overall);
}

static const struct row {
    const char *members;
    int64_t overall;
    enum measure_unit unit;
    int64_t done, total;
} rows[] = {
    { "{}", -1, MEASURE_NOTHING, 0, 0 },
    { "{\"progressPercent\":30}", -1, MEASURE_PERCENT, 3000, 10000 },
    { "{\"progressPercent\":340}", -1, MEASURE_PERCENT, 10000, 10000 },
    { "{\"hashedB\":40,\"cachedB\":2}", -1, MEASURE_HASHED, 42, 0 },
    { "{\"hashedB\":40,\"cachedB\":2,\"estimatedUploadSizeB\":100}", -1,
      MEASURE_HASHED, 42, 100 },
    /* found in the cache counts, uploaded does not */
    { "{\"hashedB\":0,\"cachedB\":7,\"sizeUploadedB\":9,"
      "\"estimatedUploadSizeB\":100}",
      -1, MEASURE_HASHED, 7, 100 },
    /* more than was estimated */
    { "{\"hashedB\":140,\"cachedB\":2,\"estimatedUploadSizeB\":100}", -1,
      MEASURE_HASHED, 100, 100 },
    /* 0.9 GB of 1 GB, and 93.4% to 93.6% */
    { "{\"hashedB\":900000000,\"estimatedUploadSizeB\":1000000000,"
      "\"progressPercent\":93.5}",
      -1, MEASURE_HASHED, 934000000, 1000000000 },
    { "{\"hashedB\":950000000,\"estimatedUploadSizeB\":1000000000,"
      "\"progressPercent\":93.5}",
      -1, MEASURE_HASHED, 936000000, 1000000000 },
    { "{\"hashedB\":935500001,\"estimatedUploadSizeB\":1000000000,"
      "\"progressPercent\":93.5}",
      -1, MEASURE_HASHED, 935500001, 1000000000 },
    { "{\"hashedB\":1,\"estimatedUploadSizeB\":1000000000,"
      "\"progressPercent\":0}",
      -1, MEASURE_HASHED, 1, 1000000000 },
    /* bytes without a total, and a percent: the percent */
    { "{\"hashedB\":40,\"progressPercent\":30}", -1, MEASURE_PERCENT, 3000,
      10000 },
    { "{\"sizeDownloadedB\":40,\"estimatedDownloadSizeB\":100,"
      "\"processedItems\":1,\"totalItems\":2}",
      -1, MEASURE_DOWNLOADED, 40, 100 },
    { "{\"sizeUploadedB\":40,\"estimatedUploadSizeB\":100,"
      "\"processedBlobs\":1,\"totalBlobs\":2}",
      -1, MEASURE_UPLOADED, 40, 100 },
    { "{\"processedObjects\":40,\"totalObjects\":100}", -1, MEASURE_OBJECTS, 40,
      100 },
    { "{\"processedBlobs\":40,\"totalBlobs\":100}", -1, MEASURE_BLOBS, 40,
      100 },
    { "{\"processedItems\":40,\"totalItems\":null}", -1, MEASURE_ITEMS, 40, 0 },
    /* of several sources only the percent of all of them */
    { "{\"hashedB\":40,\"estimatedUploadSizeB\":100,\"progressPercent\":40}",
      2000, MEASURE_PERCENT, 2000, 10000 },
    /* the largest numbers that there are */
    { "{\"hashedB\":900000000000000,\"cachedB\":900000000000000,"
      "\"estimatedUploadSizeB\":900000000000000,\"progressPercent\":99.9}",
      -1, MEASURE_HASHED, 900000000000000, 900000000000000 },
};

static void a_record_shows_what_is_done_and_of_how_much(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct measure m = measure_of(row->members, row->overall);

        assert_row(m.unit == row->unit, row->members);
        assert_row(m.done == row->done, row->members);
        assert_row(m.total == row->total, row->members);
    }
}

static void what_took_time_is_told_from_what_was_passed_over(void **state)
{
    struct measure m;

    (void)state;
    m = measure_of("{\"hashedB\":40,\"cachedB\":7,\"sizeUploadedB\":9}", -1);
    assert_int_equal(m.moved, 49);
    assert_int_equal(m.passed, 7);
    m = measure_of("{\"sizeDownloadedB\":40,\"skippedB\":7}", -1);
    assert_int_equal(m.moved, 40);
    assert_int_equal(m.passed, 7);
    m = measure_of("{\"processedB\":40,\"readB\":7}", -1);
    assert_int_equal(m.moved, 47);
    m = measure_of("{\"processedObjects\":40,\"totalObjects\":100}", -1);
    assert_int_equal(m.moved, 40);
    m = measure_of("{\"estimatedTimeSeconds\":310}", -1);
    assert_int_equal(m.left, 310);
    m = measure_of("{\"progressPercent\":12.34}", -1);
    assert_int_equal(m.left, COUNT_UNKNOWN);
    assert_int_equal(m.moved, 1234);
    assert_int_equal(m.passed, 0);
}

static void any_counter_is_a_sign_of_life(void **state)
{
    static const char *const alive[] = {
        "hashedB",          "cachedB",       "processedB",
        "skippedB",         "hashedFiles",   "cachedFiles",
        "processedObjects", "totalObjects",  "processedBlobs",
        "totalBlobs",       "sizeUploadedB", "estimatedUploadSizeB",
        "processedItems",   "totalItems",    "progressPercent",
        "sizeDownloadedB",  "readB",         "estimatedDownloadSizeB",
        "readFiles",        "totalB",        "uploadedBlobs",
        "skippedItems",     "errors",        "fatalErrors",
        "ignoredErrors",
    };
    static const char *const idle[] = { "estimatedTimeSeconds", "speedBps",
                                        "hashingFiles" };

    (void)state;
    for (size_t i = 0; i < COUNT(alive); i++) {
        char one[64], two[64];

        snprintf(one, sizeof one, "{\"%s\":1}", alive[i]);
        snprintf(two, sizeof two, "{\"%s\":2}", alive[i]);
        assert_row(measure_of(one, -1).signs != measure_of(two, -1).signs, one);
    }
    for (size_t i = 0; i < COUNT(idle); i++) {
        char one[64], two[64];

        snprintf(one, sizeof one, "{\"%s\":1}", idle[i]);
        snprintf(two, sizeof two, "{\"%s\":2}", idle[i]);
        assert_row(measure_of(one, -1).signs == measure_of(two, -1).signs, one);
    }
}

/* One that grows by what another one falls. */
static void no_two_counters_make_up_for_one_another(void **state)
{
    struct measure one, two;

    (void)state;
    one = measure_of("{\"hashedB\":10,\"sizeUploadedB\":5}", -1);
    two = measure_of("{\"hashedB\":9,\"sizeUploadedB\":6}", -1);
    assert_int_not_equal(one.signs, two.signs);
    two = measure_of("{\"hashedB\":5,\"sizeUploadedB\":10}", -1);
    assert_int_not_equal(one.signs, two.signs);
    two = measure_of("{\"hashedB\":9007199254740992,"
                     "\"readB\":9007199254740992}",
                     -1);
    assert_in_range(two.signs, 0, COUNT_LARGEST - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_shows_what_is_done_and_of_how_much),
        cmocka_unit_test(what_took_time_is_told_from_what_was_passed_over),
        cmocka_unit_test(any_counter_is_a_sign_of_life),
        cmocka_unit_test(no_two_counters_make_up_for_one_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
