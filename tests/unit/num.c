#include "base/num.h"

#include "unit.h"

#define LARGEST "9223372036854775807" /* 2^63 - 1 */

enum { UNTOUCHED = -77 };

static void reads_whole_numbers_strictly(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {
        { "0", 0 },
        { "007", 7 },
        { "1234567890", 1234567890 },
        { LARGEST, INT64_MAX },
        { "0000000000000000000000" LARGEST, INT64_MAX },
    };
    static const char *const bad[] = {
        "",         "-1",
        "+1",       " 1",
        "1 ",       "1.0",
        "0x10",     "1e3",
        "ten",      "9223372036854775808",
        "1,0",      "1\n",
        "\xD9\xA1", "99999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *text = good[i].text;
        int64_t value = UNTOUCHED;

        assert_row(num_int(text, strlen(text), &value), text);
        assert_row(value == good[i].value, text);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t value = UNTOUCHED;

        assert_row(!num_int(bad[i], strlen(bad[i]), &value), bad[i]);
        assert_row(value == UNTOUCHED, bad[i]);
    }
}

static void reads_no_further_than_it_is_told(void **state)
{
    int64_t value = UNTOUCHED;

    (void)state;
    assert_true(num_int("123456", 3, &value));
    assert_int_equal(value, 123);
    assert_true(num_decimal("1.2599", 4, 1000, &value));
    assert_int_equal(value, 1250);
    assert_true(num_duration("15sx", 3, &value));
    assert_int_equal(value, INT64_C(15000000000));
    assert_false(num_int("1\0002", 3, &value));
}

static void cuts_decimals_and_never_rounds(void **state)
{
    static const struct {
        const char *text;
        int64_t scale, value;
    } good[] = {
        { "12.349", 100, 1234 },
        { "12.999", 100, 1299 },
        { "12.3", 100, 1230 },
        { "12", 100, 1200 },
        { "0.07", 100, 7 },
        { "0.0", 100, 0 },
        { "99.9999999999999999999999", 100, 9999 },
        { "7.9", 1, 7 },
        { "1.000000001", 1000000000, 1000000001 },
        { "92233720368547758.07", 100, INT64_MAX },
        { LARGEST ".9", 1, INT64_MAX },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *text = good[i].text;
        int64_t value = UNTOUCHED;

        assert_row(num_decimal(text, strlen(text), good[i].scale, &value),
                   text);
        assert_row(value == good[i].value, text);
    }
}

static void refuses_what_is_no_decimal(void **state)
{
    static const char *const bad[] = {
        "",
        ".",
        ".5",
        "5.",
        "1.2.3",
        "-1.5",
        "1.-5",
        "1.5 ",
        "1,5",
        "1.5e3",
        "NaN",
        "92233720368547758.08",
        "92233720368547759",
        LARGEST,
        "9223372036854775808",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t value = UNTOUCHED;

        assert_row(!num_decimal(bad[i], strlen(bad[i]), 100, &value), bad[i]);
        assert_row(value == UNTOUCHED, bad[i]);
    }
}

static void reads_durations_as_go_writes_them(void **state)
{
    static const struct {
        const char *text;
        int64_t ns;
    } good[] = {
        { "0", 0 },
        { "0s", 0 },
        { "1ns", 1 },
        { "1.9ns", 1 },
        { "7us", 7000 },
        { "7\xC2\xB5s", 7000 },
        { "7\xCE\xBCs", 7000 },
        { "250ms", INT64_C(250000000) },
        { "15s", INT64_C(15000000000) },
        { "1.5s", INT64_C(1500000000) },
        { "2m30s", INT64_C(150000000000) },
        { "0.1m", INT64_C(6000000000) },
        { "1.5h", INT64_C(5400000000000) },
        { "1h0m0.5s", INT64_C(3600500000000) },
        { "1s1s", INT64_C(2000000000) },
        { "10000000000ns", INT64_C(10000000000) },
        { "2562047h47m16.854775807s", INT64_MAX },
        { LARGEST "ns", INT64_MAX },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        const char *text = good[i].text;
        int64_t ns = UNTOUCHED;

        assert_row(num_duration(text, strlen(text), &ns), text);
        assert_row(ns == good[i].ns, text);
    }
}

static void refuses_what_is_no_duration(void **state)
{
    static const char *const bad[] = {
        "",          "15",
        "00",        "s",
        "-1s",       "+1s",
        "1 s",       " 1s",
        "1s ",       "1S",
        "1d",        "1w",
        "1sec",      "1.2.3s",
        "1m30",      "1s,1s",
        "1\xC2s",    ".s",
        "1hour",     "2562047h47m16.854775808s",
        LARGEST "h", "9223372036854775808ns",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t ns = UNTOUCHED;

        assert_row(!num_duration(bad[i], strlen(bad[i]), &ns), bad[i]);
        assert_row(ns == UNTOUCHED, bad[i]);
    }
}

static void formats_every_size_of_number(void **state)
{
    static const struct {
        uint64_t value;
        const char *text;
    } rows[] = {
        { 0, "0" },
        { 9, "9" },
        { 10, "10" },
        { 99, "99" },
        { 100, "100" },
        { 101, "101" },
        { 65536, "65536" },
        { UINT64_C(10000000000), "10000000000" },
        { INT64_MAX, LARGEST },
        { UINT64_MAX, "18446744073709551615" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[21] = { 0 };

        assert_row(num_format(rows[i].value, text) == strlen(rows[i].text),
                   rows[i].text);
        assert_string_equal(text, rows[i].text);
    }
}

static void reads_back_what_it_formats(void **state)
{
    (void)state;
    for (int64_t n = 1; n < INT64_MAX / 7; n = n * 7 + 3) {
        char text[20];
        int64_t back = UNTOUCHED;

        assert_true(num_int(text, num_format((uint64_t)n, text), &back));
        assert_int_equal(back, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_numbers_strictly),
        cmocka_unit_test(reads_no_further_than_it_is_told),
        cmocka_unit_test(cuts_decimals_and_never_rounds),
        cmocka_unit_test(refuses_what_is_no_decimal),
        cmocka_unit_test(reads_durations_as_go_writes_them),
        cmocka_unit_test(refuses_what_is_no_duration),
        cmocka_unit_test(formats_every_size_of_number),
        cmocka_unit_test(reads_back_what_it_formats),
    };

    return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
