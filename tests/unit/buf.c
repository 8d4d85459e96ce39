#include "base/buf.h"

#include "unit.h"

static void holds_what_was_added(void **state)
{
    struct buf b = BUF_INIT(1000);

    (void)state;
    buf_str(&b, "phase");
    buf_char(&b, '\0');
    buf_add(&b, "dump", 4);
    buf_add(&b, NULL, 0);
    assert_false(b.failed);
    assert_int_equal(b.len, 10);
    assert_memory_equal(b.bytes, "phase\0dump", 10);
    buf_free(&b);
    assert_null(b.bytes);
    assert_int_equal(b.len, 0);
}

static void fills_up_to_its_ceiling_and_not_further(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    for (int i = 0; i < 100; i++)
        buf_char(&b, 'x');
    assert_false(b.failed);
    assert_int_equal(b.len, 100);
    assert_true(b.room <= 100);
    buf_char(&b, 'y');
    assert_true(b.failed);
    assert_int_equal(b.len, 100);
    buf_free(&b);
}

static void an_append_that_is_too_long_adds_nothing(void **state)
{
    struct buf b = BUF_INIT(100);
    char long_text[101];

    (void)state;
    memset(long_text, 'x', sizeof long_text);
    buf_str(&b, "ab");
    buf_add(&b, long_text, 99);
    assert_true(b.failed);
    assert_int_equal(b.len, 2);
    assert_memory_equal(b.bytes, "ab", 2);
    assert_false(buf_reserve(&b, SIZE_MAX));
    buf_free(&b);
}

static void a_failure_stays_until_the_buffer_is_cleared(void **state)
{
    struct buf b = BUF_INIT(4);

    (void)state;
    buf_str(&b, "12345");
    assert_false(buf_reserve(&b, 1));
    assert_true(b.failed);
    buf_clear(&b);
    assert_false(b.failed);
    assert_int_equal(b.len, 0);
    buf_str(&b, "1234");
    assert_false(b.failed);
    assert_memory_equal(b.bytes, "1234", 4);
    buf_free(&b);
}

static void consumes_from_its_front(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    buf_str(&b, "abcdef");
    buf_consume(&b, 2);
    assert_int_equal(b.len, 4);
    assert_memory_equal(b.bytes, "cdef", 4);
    buf_consume(&b, 4);
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_what_was_added),
        cmocka_unit_test(fills_up_to_its_ceiling_and_not_further),
        cmocka_unit_test(an_append_that_is_too_long_adds_nothing),
        cmocka_unit_test(a_failure_stays_until_the_buffer_is_cleared),
        cmocka_unit_test(consumes_from_its_front),
    };

    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
