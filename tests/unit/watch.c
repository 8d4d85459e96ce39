#include "base/watch.h"

#include <poll.h>

#include "scratch.h"

/* Writes TEXT into the file as it is. */
static void write_into(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_TRUNC);

    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void set_time(const char *path, long nanoseconds)
{
    struct timespec times[2] = { { 1, 0 }, { 1, nanoseconds } };

    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void a_file_is_new_once(void **state)
{
    struct watch w = { 0 };

    (void)state;
    put("f", "one\n", 0644);
    assert_true(watch_changed(&w, "f"));
    assert_false(watch_changed(&w, "f"));
    assert_false(watch_changed(&w, "f"));
    w = (struct watch){ 0 };
    assert_true(watch_changed(&w, "f"));
}

static void every_change_is_seen_once(void **state)
{
    struct watch w = { 0 };

    (void)state;
    put("f", "one\n", 0644);
    set_time("f", 1);
    assert_true(watch_changed(&w, "f"));
    write_into("f", "three\n"); /* its size */
    assert_true(watch_changed(&w, "f"));
    assert_false(watch_changed(&w, "f"));
    set_time("f", 2); /* a nanosecond */
    assert_true(watch_changed(&w, "f"));
    set_time("f", 3);
    assert_true(watch_changed(&w, "f"));
    assert_false(watch_changed(&w, "f"));
}

/* What a link leads to, in another file system; and what says no more than that
 * it was touched. */
static void what_is_not_seen_in_its_size_is_seen(void **state)
{
    struct watch w = { 0 };

    (void)state;
    put("f", "one\n", 0644);
    assert_int_equal(symlink("f", "link"), 0);
    assert_true(watch_changed(&w, "link"));
    assert_int_equal(unlink("link"), 0);
    assert_int_equal(symlink("/proc/version", "link"), 0);
    assert_true(watch_changed(&w, "link"));
    w = (struct watch){ 0 };
    set_time("f", 1);
    assert_true(watch_changed(&w, "f"));
    (void)poll(NULL, 0, 50); /* the clock of the file system is coarse */
    set_time("f", 1);
    assert_true(watch_changed(&w, "f"));
    assert_false(watch_changed(&w, "f"));
}

/* As kubectl get ... >new && mv new f, and as status-patch does. */
static void another_file_in_its_place_is_seen(void **state)
{
    struct watch w = { 0 };

    (void)state;
    put("f", "one\n", 0644);
    set_time("f", 1);
    assert_true(watch_changed(&w, "f"));
    put("g", "two\n", 0644);
    set_time("g", 1);
    assert_int_equal(rename("g", "f"), 0);
    assert_true(watch_changed(&w, "f"));
    assert_false(watch_changed(&w, "f"));
}

/* As a mounted ConfigMap is brought up to date. */
static void a_link_to_another_file_is_seen(void **state)
{
    struct watch w = { 0 };

    (void)state;
    put("a", "one\n", 0644);
    put("b", "two\n", 0644);
    assert_int_equal(symlink("a", "f"), 0);
    assert_true(watch_changed(&w, "f"));
    assert_int_equal(symlink("b", "g"), 0);
    assert_int_equal(rename("g", "f"), 0);
    assert_true(watch_changed(&w, "f"));
    assert_false(watch_changed(&w, "f"));
}

static void a_file_that_is_away_is_to_be_read(void **state)
{
    struct watch w = { 0 };

    (void)state;
    assert_true(watch_changed(&w, "f"));
    assert_true(watch_changed(&w, "f"));
    put("f", "one\n", 0644);
    assert_true(watch_changed(&w, "f"));
    assert_int_equal(rename("f", "g"), 0);
    assert_true(watch_changed(&w, "f"));
    assert_int_equal(rename("g", "f"), 0); /* as it was */
    assert_true(watch_changed(&w, "f"));
    assert_false(watch_changed(&w, "f"));
}

#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_new_once),
        TEST(every_change_is_seen_once),
        TEST(what_is_not_seen_in_its_size_is_seen),
        TEST(another_file_in_its_place_is_seen),
        TEST(a_link_to_another_file_is_seen),
        TEST(a_file_that_is_away_is_to_be_read),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
