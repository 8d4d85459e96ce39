/* human.h: numbers as people read them. */
#include "base/human.h"
#include "unit.h"

static bool is(const struct buf *b, const char *text)
{
    return b->len == strlen(text) && memcmp(b->bytes, text, b->len) == 0;
}

static void bytes_are_cut_to_a_tenth(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } rows[] = {
        { 0, "0 B" },
        { 999, "999 B" },
        { 1000, "1.0 kB" },
        { 1999, "1.9 kB" },
        { 999999, "999.9 kB" },
        { 1000000, "1.0 MB" },
        { 546900000, "546.9 MB" },
        { 4500000000, "4.5 GB" },
        { 1000000000000, "1.0 TB" },
        { INT64_C(1) << 53, "9.0 PB" },
        { INT64_MAX, "9223.3 PB" },
    };
    struct buf b = BUF_INIT(64);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_clear(&b);
        human_put_bytes(&b, rows[i].bytes);
        assert_row(is(&b, rows[i].text), rows[i].text);
    }
    buf_free(&b);
}

static void a_duration_has_two_units(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        { 0, "0s" },        { 59, "59s" },       { 60, "1m0s" },
        { 120, "2m0s" },    { 3599, "59m59s" },  { 3600, "1h0m" },
        { 7559, "2h5m" },   { 86399, "23h59m" }, { 86400, "1d0h" },
        { 273600, "3d4h" },
    };
    struct buf b = BUF_INIT(64);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_clear(&b);
        human_put_seconds(&b, rows[i].seconds);
        assert_row(is(&b, rows[i].text), rows[i].text);
    }
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_cut_to_a_tenth),
        cmocka_unit_test(a_duration_has_two_units),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
