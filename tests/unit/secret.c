#include "base/secret.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "scratch.h"
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

static void a_file_takes_the_place_of_what_was_there(void **state)
{
    struct buf b = BUF_INIT(100000);

    (void)state;
    put("f", "hunter2", 0600);
    buf_str(&b, "something longer");
    assert_true(secret_read("f", &b));
    assert_int_equal(b.len, 7);
    assert_memory_equal(b.bytes, "hunter2", 7);
    assert_true(b.room < 10000); /* as much as it needs */
    assert_int_equal(b.ceiling, 100000);
    put("f", "", 0600);
    assert_true(secret_read("f", &b));
    assert_int_equal(b.len, 0);
    secret_free(&b);
}

static void a_file_of_any_length_is_read_or_told(void **state)
{
    static char text[50001];
    struct buf b = BUF_INIT(50000);
    int fd;

    (void)state;
    for (size_t len = 49990; len <= 50000; len++) {
        memset(text, 'x', len);
        put("f", text, 0600);
        assert_true(secret_read("f", &b));
        assert_int_equal(b.len, len);
        secret_free(&b);
    }
    fd = open("f", O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    errno = 0;
    assert_false(secret_read("f", &b));
    assert_int_equal(errno, EFBIG);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.ceiling, 50000);
    secret_free(&b);
}

/* One whose size is not known before, and is more than is thought. */
static void what_is_no_regular_file_is_read_whole(void **state)
{
    static char text[30001];
    struct buf b = BUF_INIT(4 * 1024 * 1024);
    int ends[2];
    char path[64];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], text, sizeof text - 1), sizeof text - 1);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_true(secret_read(path, &b));
    assert_int_equal(b.len, sizeof text - 1);
    secret_free(&b);
    close(ends[0]);
    assert_true(secret_read("/proc/self/maps", &b)); /* regular, of size 0 */
    assert_true(b.len > 0);
    secret_free(&b);
    assert_true(secret_read("/proc/self/smaps", &b)); /* above 4096 */
    assert_true(b.len > 4096);
    secret_free(&b);
    b = BUF_INIT(5000);
    errno = 0;
    assert_false(secret_read("/proc/self/smaps", &b));
    assert_int_equal(errno, EFBIG);
    assert_int_equal(b.len, 0);
    secret_free(&b);
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    buf_str(&b, "something");
    assert_false(secret_read("nothing", &b));
    assert_int_equal(errno, ENOENT);
    assert_int_equal(b.len, 0);
    assert_false(secret_read(".", &b));
    assert_int_equal(errno, EISDIR);
    put("-", "minus", 0600);
    assert_true(secret_read("-", &b));
    assert_int_equal(b.len, 5);
    secret_free(&b);
}

static void a_room_is_within_the_ceiling(void **state)
{
    struct buf b = BUF_INIT(100);

    (void)state;
    assert_true(secret_room(&b, 10));
    assert_int_equal(b.room, 10);
    assert_true(secret_room(&b, 5));
    assert_int_equal(b.room, 10);
    assert_false(secret_room(&b, 101));
    assert_int_equal(errno, EFBIG);
    assert_true(b.failed);
    secret_free(&b);
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

#define FILES(t)                                                               \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_has_all_its_room_from_the_start),
        cmocka_unit_test(what_grows_leaves_nothing_behind),
        cmocka_unit_test(clearing_zeroes_and_keeps_the_memory),
        cmocka_unit_test(freeing_zeroes_all_the_room),
        cmocka_unit_test(nothing_is_freed_well),
        cmocka_unit_test(a_process_leaves_no_core),
        cmocka_unit_test(a_room_is_within_the_ceiling),
        FILES(a_file_takes_the_place_of_what_was_there),
        FILES(a_file_of_any_length_is_read_or_told),
        FILES(what_is_no_regular_file_is_read_whole),
        FILES(a_file_that_cannot_be_read_is_told),
    };

    return cmocka_run_group_tests_name("secret", tests, scratch_open,
                                       scratch_close);
}
