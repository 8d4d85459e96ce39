#include "mover/quantity.h"

#include "mover/units.h"
#include "unit.h"

static const struct {
    const char *unit, *text;
    int64_t value; /* -1: it is no such number */
} rows[] = {
    { "count", "0", 0 },
    { "count", "1234567", 1234567 },
    { "bytes", "1,234,567", 1234567 },
    { "bytes", "1.234.567", 1234567 },
    { "bytes", "12'345", 12345 },
    { "bytes", "123,456", 123456 },
    { "bytes", "9,223,372,036,854,775,807", INT64_MAX },
    { "bytes", "9,223,372,036,854,775,808", -1 },
    { "bytes", "99,999,999,999,999,999,999,999", -1 },
    { "bytes", "1,23,567", -1 },
    { "bytes", "1,234.567", -1 },
    { "bytes", ",234,567", -1 },
    { "bytes", "1234,567", -1 },
    { "bytes", "12,34", -1 },
    { "bytes", "1 234", -1 },
    { "count", "", -1 },
    { "percent", "", -1 },
    { "count", "-1", -1 },
    { "count", "1.5", -1 },
    { "iec", "8.00MiB", 8388608 },
    { "iec", "29.2MiB/s", 30618419 },
    { "iec", "21.99MB/s", 23058186 },
    { "iec", "0.00kB/s", 0 },
    { "iec", "512 KiB", 524288 },
    { "iec", "12", 12 },
    { "iec", "12 B", 12 },
    { "iec", "0   B", 0 },
    { "iec", "1K", 1024 },
    { "iec", "7E", 8070450532247928832 },
    { "iec", "8E", -1 },
    { "iec", "1.2 XB", -1 },
    { "iec", "MiB", -1 },
    { "iec", "1.2.3M", -1 },
    { "iec", "5MiBs", -1 },
    { "si", "4.8 GB/s", 4800000000 },
    { "si", "0.0 kB/s", 0 },
    { "si", "1.5 KiB", 1536 },
    { "si", "2k", 2000 },
    { "seconds", "12.9", 12 },
    { "seconds", "0", 0 },
    { "seconds", "1:00", -1 },
    { "hms", "0:02:03", 123 },
    { "hms", "02:03", 123 },
    { "hms", "1:00:00:01", 86401 },
    { "hms", "0:00:01.75", 1 },
    { "hms", "2m3s", 123 },
    { "hms", "1d2h", 93600 },
    { "hms", "1w", 604800 },
    { "hms", "0.9s", 0 },
    { "hms", "1:2:3:4:5", -1 },
    { "hms", "1::3", -1 },
    { "hms", "12", -1 },
    { "hms", "1x", -1 },
    { "hms", "??:??:??", -1 },
    { "hms", "9999999999:00", -1 },
    { "hms", "", -1 },
    { "percent", "12.1", 1210 },
    { "percent", "12%", 1200 },
    { "percent", "33.339", 3333 },
    { "percent", "%", -1 },
    { "percent", "-1", -1 },
    { "ratio", "0.8793436", 8793 },
    { "ratio", "1", 10000 },
    { "x512", "3", 1536 },
    { "x10240", "1,000", 10240000 },
    { "x512", "18014398509481984", -1 },
    { "text", "12", -1 },
};

static void reads_what_is_such_a_number_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct quantity q;
        int64_t value = -2;
        bool read;

        assert_row(quantity_find(&q, rows[i].unit, strlen(rows[i].unit)),
                   rows[i].unit);
        read = quantity_read(q, rows[i].text, strlen(rows[i].text), &value);
        assert_row(read == (rows[i].value >= 0), rows[i].text);
        assert_row(!read || value == rows[i].value, rows[i].text);
    }
}

static void knows_its_units(void **state)
{
    static const char *const wrong[] = { "", "x", "x0", "byte", "iecs", "x-1" };
    struct quantity q;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_row(!quantity_find(&q, wrong[i], strlen(wrong[i])), wrong[i]);
    assert_true(quantity_find(&q, "x10", 3));
    assert_int_equal(q.times, 10);
}

/* What a record can have as it is printed is a size and nothing near it. */
static void a_plain_size_is_one(void **state)
{
    static const struct {
        const char *text;
        bool plain;
    } plain_rows[] = {
        { "1 B", true },     { "1.5 KB", true },  { "0.9 KB", true },
        { "1.: KB", false }, { "1./ KB", false }, { "0.0 KB", false },
        { "01 KB", false },  { "1KB", false },    { "1.5 B", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(plain_rows); i++)
        assert_row(units_is_plain_size(plain_rows[i].text,
                                       strlen(plain_rows[i].text)) ==
                       plain_rows[i].plain,
                   plain_rows[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_size_is_one),
        cmocka_unit_test(reads_what_is_such_a_number_and_nothing_else),
        cmocka_unit_test(knows_its_units),
    };

    return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
