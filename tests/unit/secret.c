#include "base/secret.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "unit.h"
#include "wiped.h"

static bool all_zero(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static void a_buffer_has_all_its_room_from_the_start(void **state)
{
    struct buf b = BUF_INIT(1000);
    const char *bytes;

    (void)state;
    assert_true(secret_reserve(&b));
    bytes = b.bytes;
    for (int i = 0; i < 1000; i++)
        buf_char(&b, 'x');
    assert_false(b.failed);
    assert_ptr_equal(b.bytes, bytes);
    buf_char(&b, 'x');
    assert_true(b.failed);
    secret_free(&b);
}

static void what_grows_leaves_nothing_behind(void **state)
{
    struct buf b = BUF_INIT(1000);

    (void)state;
    buf_str(&b, "hunter2");
    wiped_needle = "hunter2";
    wiped_count = 0;
    assert_true(secret_reserve(&b));
    assert_int_equal(wiped_count, 1);
    assert_int_equal(b.len, 7);
    assert_memory_equal(b.bytes, "hunter2", 7);
    assert_int_equal(b.room, 1000);
    secret_free(&b);
    assert_int_equal(wiped_count, 2);
}

static void clearing_zeroes_and_keeps_the_memory(void **state)
{
    struct buf b = BUF_INIT(1000);
    const char *bytes;

    (void)state;
    assert_true(secret_reserve(&b));
    buf_str(&b, "hunter2");
    bytes = b.bytes;
    b.failed = true;
    secret_clear(&b);
    assert_int_equal(b.len, 0);
    assert_false(b.failed);
    assert_ptr_equal(b.bytes, bytes);
    assert_true(all_zero(bytes, 7));
    secret_free(&b);
}

/* Also what was behind the end, where something was taken from the front. */
static void freeing_zeroes_all_the_room(void **state)
{
    struct buf b = BUF_INIT(1000);

    (void)state;
    assert_true(secret_reserve(&b));
    buf_str(&b, "shhh: hunter2");
    b.len = 2;
    wiped_needle = "hunter2";
    wiped_count = 0;
    secret_free(&b);
    assert_int_equal(wiped_count, 1);
    assert_null(b.bytes);
    assert_int_equal(b.room, 0);
    assert_int_equal(b.ceiling, 1000);
}

static void nothing_is_freed_well(void **state)
{
    struct buf b = BUF_INIT(1000), none = { 0 };

    (void)state;
    secret_clear(&b);
    secret_free(&b);
    assert_true(secret_reserve(&none));
    secret_free(&none);
}

static int process(const void *arg)
{
    struct rlimit limit;

    (void)arg;
    return !secret_process() || getrlimit(RLIMIT_CORE, &limit) != 0 ||
           limit.rlim_cur != 0 || limit.rlim_max != 0 ||
           prctl(PR_GET_DUMPABLE) != 0;
}

static void a_process_leaves_no_core(void **state)
{
    struct child c;

    (void)state;
    run_child(&c, process, NULL);
    assert_int_equal(c.status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_has_all_its_room_from_the_start),
        cmocka_unit_test(what_grows_leaves_nothing_behind),
        cmocka_unit_test(clearing_zeroes_and_keeps_the_memory),
        cmocka_unit_test(freeing_zeroes_all_the_room),
        cmocka_unit_test(nothing_is_freed_well),
        cmocka_unit_test(a_process_leaves_no_core),
    };

    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
