#include "base/clock.h"

#include <limits.h>
#include <time.h>

#include "unit.h"

/* seconds since 1970 of 2023-02-20T12:49:55Z */
#define EXAMPLE INT64_C(1676897395)

static void reads_the_times_that_kubernetes_writes(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds, ns;
    } good[] = {
        { "1970-01-01T00:00:00Z", 0, 0 },
        { "2023-02-20T12:49:55Z", EXAMPLE, 0 },
        { "2023-02-20T12:49:55.5Z", EXAMPLE, 500000000 },
        { "2023-02-20T12:49:55.000000001Z", EXAMPLE, 1 },
        { "2023-02-20T12:49:55.1234567899999Z", EXAMPLE, 123456789 },
        { "2023-02-20T13:49:55+01:00", EXAMPLE, 0 },
        { "2023-02-20T07:19:55-05:30", EXAMPLE, 0 },
        { "2023-02-21T12:48:55.25+23:59", EXAMPLE, 250000000 },
        { "2024-02-29T00:00:00Z", INT64_C(1709164800), 0 },
        { "2000-02-29T23:59:59Z", INT64_C(951868799), 0 },
        { "2261-12-31T23:59:59.999999999Z", INT64_C(9214646399), 999999999 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *text = good[i].text;
        int64_t wall = -1;

        assert_row(clock_parse(text, strlen(text), &wall), text);
        assert_row(wall == good[i].seconds * CLOCK_SECOND + good[i].ns, text);
    }
}

static void refuses_what_is_no_time(void **state)
{
    static const char *const bad[] = {
        "",
        "2023-02-20",
        "2023-02-20T12:49:55",
        "2023-02-20 12:49:55Z",
        "2023-02-20t12:49:55Z",
        "2023-02-20T12:49:55z",
        "2023-02-20T12:49:55",
        "2023-02-20T12:49:55ZZ",
        "2023-02-20T12:49:55.Z",
        "2023-02-20T12:49:55,5Z",
        "2023-02-20T12:49:55+0100",
        "2023-02-20T12:49:55+01",
        "2023-02-20T12:49:55+24:00",
        "2023-02-20T12:49:55+01:60",
        "2023-02-20T12:49:60Z",
        "2023-02-20T12:60:55Z",
        "2023-02-20T24:00:00Z",
        "2023-00-20T12:49:55Z",
        "2023-13-20T12:49:55Z",
        "2023-02-00T12:49:55Z",
        "2023-02-29T00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2023-04-31T00:00:00Z",
        "2023-2-20T12:49:55Z",
        "+023-02-20T12:49:55Z",
        "2023-02-20T-1:49:55Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "2262-01-01T00:00:00Z",
        "20230-02-20T12:49:55Z",
        " 2023-02-20T12:49:55Z",
        "2023-02-20T12:49:55Z ",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t wall = -1;

        assert_row(!clock_parse(bad[i], strlen(bad[i]), &wall), bad[i]);
        assert_row(wall == -1, bad[i]);
    }
}

static void writes_whole_seconds_in_utc(void **state)
{
    static const struct {
        int64_t wall;
        const char *text;
    } rows[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { -1, "1970-01-01T00:00:00Z" },
        { INT64_MIN, "1970-01-01T00:00:00Z" },
        { EXAMPLE * CLOCK_SECOND, "2023-02-20T12:49:55Z" },
        { EXAMPLE * CLOCK_SECOND + 999999999, "2023-02-20T12:49:55Z" },
        { INT64_MAX, "2262-04-11T23:47:16Z" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[CLOCK_TEXT];

        assert_int_equal(clock_format(rows[i].wall, text), CLOCK_TEXT - 1);
        assert_string_equal(text, rows[i].text);
    }
}

static void reads_back_what_it_writes(void **state)
{
    const int64_t step = INT64_C(12345678) * CLOCK_SECOND; /* 143 days */

    (void)state;
    for (int64_t t = 0; t < INT64_C(9214646400) * CLOCK_SECOND; t += step) {
        char text[CLOCK_TEXT];
        int64_t back = -1;

        assert_true(clock_parse(text, clock_format(t, text), &back));
        assert_int_equal(back, t);
    }
}

static void a_fixed_clock_stands_still(void **state)
{
    struct clock c;

    (void)state;
    assert_true(clock_open(&c, "2023-02-20T12:49:55Z"));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(clock_wall(&c), EXAMPLE * CLOCK_SECOND);
        assert_int_equal(clock_steady(&c), EXAMPLE * CLOCK_SECOND);
    }
}

static void a_stepping_clock_moves_at_each_look(void **state)
{
    struct clock c;

    (void)state;
    assert_true(clock_open(&c, "2023-02-20T12:49:55Z+1m0.5s"));
    assert_int_equal(clock_wall(&c), EXAMPLE * CLOCK_SECOND);
    assert_int_equal(clock_steady(&c),
                     EXAMPLE * CLOCK_SECOND + INT64_C(60500000000));
    assert_int_equal(clock_wall(&c),
                     EXAMPLE * CLOCK_SECOND + INT64_C(121000000000));
}

static void both_clocks_take_one_look(void **state)
{
    struct clock c;
    struct instant first, second;

    (void)state;
    assert_true(clock_open(&c, "2023-02-20T12:49:55Z+250ms"));
    first = clock_now(&c);
    second = clock_now(&c);
    assert_int_equal(first.wall, first.steady);
    assert_int_equal(second.wall - first.wall, CLOCK_SECOND / 4);
    assert_int_equal(second.steady - first.steady, CLOCK_SECOND / 4);
    assert_true(clock_open(&c, NULL));
    first = clock_now(&c);
    second = clock_now(&c);
    assert_true(second.steady >= first.steady);
    assert_true(first.wall > INT64_C(1500000000) * CLOCK_SECOND);
}

static void refuses_a_clock_that_it_cannot_set(void **state)
{
    static const char *const bad[] = {
        "",
        "now",
        "2023-02-20",
        "+1s",
        "2023-02-20T12:49:55Z+",
        "2023-02-20T12:49:55Z+1",
        "2023-02-20T12:49:55Z+-1s",
        "2023-02-20T12:49:55Z 1s",
    };
    struct clock c;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_row(!clock_open(&c, bad[i]), bad[i]);
}

static void a_set_clock_has_an_end(void **state)
{
    struct clock c;
    int64_t last;

    (void)state;
    assert_true(clock_open(&c, "2100-01-01T00:00:00Z+2562047h"));
    (void)clock_wall(&c);
    last = clock_wall(&c);
    assert_true(last > INT64_C(291) * 366 * 24 * 3600 * CLOCK_SECOND);
    assert_int_equal(clock_wall(&c), last);
    assert_true(clock_open(&c, "2261-12-31T23:59:59Z+1h"));
    last = clock_wall(&c);
    assert_true(clock_wall(&c) >= last);
    assert_true(clock_open(&c, "2261-12-31T23:59:59-23:59"));
    last = clock_wall(&c);
    assert_true(clock_wall(&c) >= last);
}

static void without_a_setting_it_is_the_machines_clock(void **state)
{
    struct clock c;
    int64_t before = (int64_t)time(NULL) * CLOCK_SECOND, wall, first, second;

    (void)state;
    assert_true(clock_open(&c, NULL));
    wall = clock_wall(&c);
    assert_true(wall >= before);
    assert_true(wall <= ((int64_t)time(NULL) + 2) * CLOCK_SECOND);
    first = clock_steady(&c);
    second = clock_steady(&c);
    assert_true(first > 0 && second >= first);
    assert_true(second - first < 60 * CLOCK_SECOND);
}

static void poll_waits_no_shorter_and_has_an_end(void **state)
{
    (void)state;
    assert_int_equal(clock_poll(INT64_MIN), 0);
    assert_int_equal(clock_poll(0), 0);
    assert_int_equal(clock_poll(1), 1);
    assert_int_equal(clock_poll(1000000), 1);
    assert_int_equal(clock_poll(1000001), 2);
    assert_int_equal(clock_poll(INT_MAX * INT64_C(1000000)), INT_MAX);
    assert_int_equal(clock_poll(INT64_MAX), INT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_times_that_kubernetes_writes),
        cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(writes_whole_seconds_in_utc),
        cmocka_unit_test(reads_back_what_it_writes),
        cmocka_unit_test(a_fixed_clock_stands_still),
        cmocka_unit_test(a_stepping_clock_moves_at_each_look),
        cmocka_unit_test(both_clocks_take_one_look),
        cmocka_unit_test(refuses_a_clock_that_it_cannot_set),
        cmocka_unit_test(poll_waits_no_shorter_and_has_an_end),
        cmocka_unit_test(a_set_clock_has_an_end),
        cmocka_unit_test(without_a_setting_it_is_the_machines_clock),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
