/*
 * file.h where system calls fail: this program's fsync() and others stand in
 * front of the C library's, and fail when the test says so.
 */
#include "scratch.h"

#include <sys/random.h>
#include <sys/syscall.h>

static struct {
    const char *call; /* which fails; NULL: none */
    int nth;          /* at its nth call */
    int error;        /* with this errno */
    bool and_close;   /* and the next close() with EDQUOT */
} plan;

static uint32_t random_next; /* what getentropy() says */
static bool random_stands;   /* ... each time */

static void fail_at(const char *call, int nth, int error)
{
    plan.call = call;
    plan.nth = nth;
    plan.error = error;
}

static bool fails(const char *call)
{
    if (plan.call == NULL && plan.and_close && strcmp(call, "close") == 0) {
        plan.and_close = false;
        errno = EDQUOT;
        return true;
    }
    if (plan.call == NULL || strcmp(plan.call, call) != 0 || --plan.nth != 0)
        return false;
    plan.call = NULL;
    errno = plan.error;
    return true;
}

int fsync(int fd)
{
    return fails("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

int fchmod(int fd, mode_t mode)
{
    return fails("fchmod") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int fchown(int fd, uid_t owner, gid_t group)
{
    return fails("fchown") ? -1 : (int)syscall(SYS_fchown, fd, owner, group);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (fails("renameat"))
        return -1;
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

/* As with the real one, the descriptor is gone in any case. */
int close(int fd)
{
    bool failed = fails("close");
    int kept = errno;
    int result = (int)syscall(SYS_close, fd);

    if (!failed)
        return result;
    errno = kept;
    return -1;
}

/* Writes one byte less than it should, as a file system does that is full
 * soon. */
ssize_t write(int fd, const void *bytes, size_t n)
{
    if (fails("write"))
        return -1;
    return syscall(SYS_write, fd, bytes, n > 1 ? n - 1 : n);
}

int getentropy(void *bytes, size_t n)
{
    if (fails("getentropy"))
        return -1;
    memcpy(bytes, &random_next, n);
    random_next += !random_stands;
    return 0;
}

/* Whichever step fails, the old file is what it was, and alone. */
static void a_step_that_fails_changes_nothing(void **state)
{
    static const struct {
        const char *call;
        int nth, error;
    } steps[] = {
        { "getentropy", 1, ENOSYS }, { "fchmod", 1, EPERM },
        { "write", 1, ENOSPC },      { "write", 2, EDQUOT },
        { "fsync", 1, EIO },         { "renameat", 1, EBUSY },
    };

    (void)state;
    umask(0);
    put("f", "old\n", 0604);
    umask(077);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        fail_at(steps[i].call, steps[i].nth, steps[i].error);
        assert_refused("f", steps[i].error);
        assert_null(plan.call);
        assert_holds("f", "old\n");
        assert_mode("f", 0604);
        assert_int_equal(count_names("."), 1);
    }
}

static void a_failed_close_changes_nothing(void **state)
{
    (void)state;
    put("f", "old\n", 0644);
    fail_at("close", 1, EDQUOT);
    assert_refused("f", EDQUOT);
    assert_holds("f", "old\n");
    assert_int_equal(count_names("."), 1);
}

static void of_two_failures_the_first_is_told(void **state)
{
    (void)state;
    put("f", "old\n", 0644);
    fail_at("write", 1, ENOSPC);
    plan.and_close = true;
    assert_refused("f", ENOSPC);
    assert_false(plan.and_close);
    assert_holds("f", "old\n");
    assert_int_equal(count_names("."), 1);
}

static void what_is_written_in_place_fails_too(void **state)
{
    (void)state;
    fail_at("close", 1, EDQUOT);
    assert_false(file_write("f", "new\n", 4));
    assert_int_equal(errno, EDQUOT);
    fail_at("write", 1, ENOSPC);
    plan.and_close = true;
    assert_false(file_write("f", "new\n", 4));
    assert_int_equal(errno, ENOSPC);
    assert_false(plan.and_close);
    assert_true(file_write("f", "new\n", 4));
    assert_holds("f", "new\n");
}

static void a_new_file_that_fails_is_not_there(void **state)
{
    (void)state;
    fail_at("fsync", 1, ENOSPC);
    assert_refused("f", ENOSPC);
    assert_int_equal(count_names("."), 0);
}

static void a_directory_that_is_not_synced_is_told(void **state)
{
    (void)state;
    put("f", "old\n", 0644);
    fail_at("fsync", 2, EIO);
    assert_refused("f", EIO);
    assert_holds("f", "new\n");
    assert_int_equal(count_names("."), 1);
}

static void a_directory_that_knows_no_fsync_is_good(void **state)
{
    static const int unknown[] = { EINVAL, ENOTSUP };

    (void)state;
    for (size_t i = 0; i < COUNT(unknown); i++) {
        fail_at("fsync", 2, unknown[i]);
        assert_true(replace("f", "new\n"));
        assert_null(plan.call);
    }
}

static void an_interrupted_write_goes_on(void **state)
{
    (void)state;
    fail_at("write", 2, EINTR);
    assert_true(replace("f", "new\n"));
    assert_null(plan.call);
    assert_holds("f", "new\n");
}

static void a_name_that_another_has_is_not_taken(void **state)
{
    (void)state;
    put(".f.0000002a", "another's\n", 0644);
    random_next = 42; /* 0x2a */
    assert_true(replace("f", "new\n"));
    assert_int_equal(random_next, 44);
    assert_holds("f", "new\n");
    assert_holds(".f.0000002a", "another's\n");
    assert_int_equal(count_names("."), 2);
}

/* Nor is it looked for in vain for ever. */
static void where_all_names_are_anothers_it_is_told(void **state)
{
    (void)state;
    put(".f.0000002a", "another's\n", 0644);
    random_next = 42;
    random_stands = true;
    assert_refused("f", EEXIST);
    random_stands = false;
    assert_holds(".f.0000002a", "another's\n");
    assert_int_equal(count_names("."), 1);
}

/* Where nobody may give a file away the owner is ours, and stays. */
static void an_owner_that_cannot_be_kept_is_no_failure(void **state)
{
    (void)state;
    put("f", "old\n", 0640);
    if (geteuid() == 0)
        assert_int_equal(chown("f", 12345, 54321), 0);
    fail_at("fchown", 1, EPERM);
    assert_true(replace("f", "new\n"));
    assert_holds("f", "new\n");
}

static void what_may_be_lost_in_a_crash_is_not_synced(void **state)
{
    (void)state;
    fail_at("fsync", 1, EIO);
    assert_true(file_replace_soon("f", "new\n", 4));
    assert_non_null(plan.call); /* it was not called */
    assert_holds("f", "new\n");
}

#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_step_that_fails_changes_nothing),
        TEST(a_failed_close_changes_nothing),
        TEST(of_two_failures_the_first_is_told),
        TEST(what_is_written_in_place_fails_too),
        TEST(a_new_file_that_fails_is_not_there),
        TEST(a_directory_that_is_not_synced_is_told),
        TEST(a_directory_that_knows_no_fsync_is_good),
        TEST(what_may_be_lost_in_a_crash_is_not_synced),
        TEST(an_interrupted_write_goes_on),
        TEST(a_name_that_another_has_is_not_taken),
        TEST(where_all_names_are_anothers_it_is_told),
        TEST(an_owner_that_cannot_be_kept_is_no_failure),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
