#include "base/timed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

#include "unit.h"

enum { MOST = 200 * 1000 };

static char path[] = "/tmp/phasepipe-timed.XXXXXX";

/* What the recording at PATH says. */
static size_t read_recording(char *text, size_t room)
{
    return take_file(open(path, O_RDONLY | O_CLOEXEC), text, room);
}

/* Plays TEXT at once, in reads of at most PIECE bytes, into B. */
static bool play(const char *text, size_t piece, struct buf *b)
{
    struct clock clock = { 0 };
    struct timed_reader r;
    int fd = file_of(text, strlen(text));
    char *bytes = malloc(piece);
    ssize_t n;

    assert_true(timed_open(&r, fd, 0, &clock));
    while ((n = timed_read(&r, bytes, piece)) > 0)
        buf_add(b, bytes, (size_t)n);
    if (n < 0)
        assert_int_equal(errno, EBADMSG);
    timed_close(&r);
    close(fd);
    free(bytes);
    return n == 0;
}

static void each_read_is_a_line_with_its_time(void **state)
{
    struct clock clock;
    struct timed_writer w;
    char text[200];

    (void)state;
    assert_true(clock_open(&clock, "2023-02-20T12:49:55Z+1.23456s"));
    assert_true(timed_create(&w, path, &clock));
    timed_add(&w, "f", 1);
    timed_add(&w, "foo\r\n", 5);
    timed_add(&w, "\0\xFF\xFE!~\n", 6);
    timed_add(&w, "", 0);
    assert_true(timed_finish(&w));
    read_recording(text, sizeof text);
    assert_string_equal(text, "1.2345\tZg==\n"
                              "2.4691\tZm9vDQo=\n"
                              "3.7036\tAP/+IX4K\n");
}

static void what_is_recorded_is_played_again(void **state)
{
    static char bytes[MOST], text[2 * MOST];
    static const size_t sizes[] = { 1, 2, 3, 4, 65536, 32768, 32769, 7 };
    struct clock clock = { 0 };
    struct timed_writer w;
    size_t at = 0;

    (void)state;
    srand(5);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)rand();
    assert_true(timed_create(&w, path, &clock));
    for (size_t i = 0; i < COUNT(sizes); at += sizes[i++])
        timed_add(&w, bytes + at, sizes[i]);
    assert_true(timed_finish(&w));
    read_recording(text, sizeof text);
    for (size_t piece = 100; piece <= 1000 * 1000; piece *= 100) {
        struct buf back = BUF_INIT(MOST);

        assert_true(play(text, piece, &back));
        assert_int_equal(back.len, at);
        assert_memory_equal(back.bytes, bytes, at);
        buf_free(&back);
    }
}

static void plays_byte_by_byte_too(void **state)
{
    struct buf back = BUF_INIT(100);

    (void)state;
    assert_true(play("0.0000\tZm9v\n0.5\t\n1\tYmFyIQ==\n", 1, &back));
    assert_int_equal(back.len, 7);
    assert_memory_equal(back.bytes, "foobar!", 7);
    buf_free(&back);
}

/* With a clock that goes: what is due already comes at once. */
static void a_recording_is_played_in_its_time(void **state)
{
    static const char text[] = "0.0\tZg==\n0.1\tZm8=\n0.1\tbw==\n";
    struct clock clock = { 0 };
    struct timed_reader r;
    int fd = file_of(text, sizeof text - 1);
    int64_t begun = clock_steady(&clock);
    char bytes[16];

    (void)state;
    assert_true(timed_open(&r, fd, 1, &clock));
    assert_int_equal(timed_read(&r, bytes, sizeof bytes), 1);
    assert_int_equal(timed_read(&r, bytes, sizeof bytes), 2);
    assert_true(clock_steady(&clock) - begun >= CLOCK_SECOND / 10);
    assert_int_equal(timed_read(&r, bytes, sizeof bytes), 1);
    assert_int_equal(timed_read(&r, bytes, sizeof bytes), 0);
    timed_close(&r);
    close(fd);
}

/* A line that is longer than any that is written is none. */
static void a_line_has_a_ceiling(void **state)
{
    struct buf text = BUF_INIT(1 << 20), back = BUF_INIT(1 << 20);

    (void)state;
    buf_str(&text, "0.0\t");
    for (int i = 0; i < 200000; i++)
        buf_str(&text, "Zm9v");
    buf_str(&text, "\n");
    buf_char(&text, '\0');
    assert_false(text.failed);
    assert_false(play(text.bytes, 100000, &back));
    buf_free(&text);
    buf_free(&back);
}

static void what_is_no_recording_is_refused(void **state)
{
    static const char *const bad[] = {
        "Snapshotting app@host:/data ...\n",
        "1.0 Zm9v\n",
        "\tZm9v\n",
        "-1\tZm9v\n",
        "1.0s\tZm9v\n",
        "1.0\tZm9\n",
        "1.0\tZm9*\n",
        "1.0\tZm9v \n",
        "1.0\tZg==Zg==\n",
        "1.0\tZ===\n",
        "1.0\t====\n",
        "\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct buf back = BUF_INIT(100);

        assert_row(!play(bad[i], 100, &back), bad[i]);
        assert_int_equal(back.len, 0);
        buf_free(&back);
    }
}

/* Its writer was killed: the line may lack more than its newline. */
static void a_line_without_an_end_is_passed_over(void **state)
{
    static const char text[] = "0.5\tZm9v\n1.25\tYmFyIQ==\n";
    static const char *const bad[] = { "0.5\tZm9v\nx", "0.5\tZm9v\n1s",
                                       "0.5\tZm9v\n.", "0.5\tZm9v\n1\tYm*v" };

    (void)state;
    for (size_t len = sizeof "0.5\tZm9v\n"; len < sizeof text - 1; len++) {
        struct clock clock = { 0 };
        struct timed_reader r;
        int fd = file_of(text, len);
        char bytes[16];

        assert_true(timed_open(&r, fd, 0, &clock));
        assert_int_equal(timed_read(&r, bytes, sizeof bytes), 3);
        assert_false(r.cut_off);
        assert_int_equal(timed_read(&r, bytes, sizeof bytes), 0);
        assert_true(r.cut_off && !r.bad);
        assert_int_equal(r.came, CLOCK_SECOND / 2);
        assert_int_equal(r.line, 2);
        timed_close(&r);
        close(fd);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct buf back = BUF_INIT(100);

        assert_row(!play(bad[i], 100, &back), bad[i]);
        assert_int_equal(back.len, 3);
        buf_free(&back);
    }
}

static void waits_until_each_read_is_due(void **state)
{
    static const char text[] = "0.2000\tYQ==\n0.4000\tYg==\n";
    struct clock clock = { 0 };
    struct timed_reader r;
    int64_t begin = clock_steady(&clock);
    int fd = file_of(text, sizeof text - 1);
    char byte;

    (void)state;
    assert_true(timed_open(&r, fd, 2, &clock)); /* twice as fast */
    assert_int_equal(timed_read(&r, &byte, 1), 1);
    assert_true(clock_steady(&clock) - begin >= CLOCK_SECOND / 10);
    assert_int_equal(timed_read(&r, &byte, 1), 1);
    assert_true(clock_steady(&clock) - begin >= CLOCK_SECOND / 5);
    assert_int_equal(timed_read(&r, &byte, 1), 0);
    timed_close(&r);
    close(fd);
}

static void a_set_clock_makes_no_pause(void **state)
{
    static const char text[] = "1000000.0\tYQ==\n";
    struct clock clock;
    struct timed_reader r;
    int fd = file_of(text, sizeof text - 1);
    char byte;

    (void)state;
    assert_true(clock_open(&clock, "2023-02-20T12:49:55Z"));
    assert_true(timed_open(&r, fd, 1, &clock));
    assert_int_equal(timed_read(&r, &byte, 1), 1);
    assert_int_equal(byte, 'a');
    timed_close(&r);
    close(fd);
}

static void a_recording_that_is_lost_is_a_failure(void **state)
{
    struct clock clock = { 0 };
    struct timed_writer w;

    (void)state;
    assert_true(timed_create(&w, "/dev/full", &clock));
    timed_add(&w, "a", 1);
    timed_add(&w, "b", 1);
    assert_false(timed_finish(&w));
    assert_int_equal(errno, ENOSPC);
    assert_false(timed_create(&w, "/nowhere/at/all", &clock));
    assert_int_equal(errno, ENOENT);
}

static bool closes_badly, sleeps_badly;

/* These stand in front of the C library's. */
int close(int fd)
{
    int result = (int)syscall(SYS_close, fd);

    if (!closes_badly)
        return result;
    closes_badly = false;
    errno = EIO;
    return -1;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    if (!sleeps_badly)
        return (int)syscall(SYS_nanosleep, wanted, left);
    sleeps_badly = false;
    *left = (struct timespec){ .tv_nsec = CLOCK_SECOND / 10 };
    errno = EINTR;
    return -1;
}

static void of_two_failures_the_first_is_told(void **state)
{
    struct clock clock = { 0 };
    struct timed_writer w;

    (void)state;
    assert_true(timed_create(&w, path, &clock));
    closes_badly = true;
    assert_false(timed_finish(&w));
    assert_int_equal(errno, EIO);
    assert_true(timed_create(&w, "/dev/full", &clock));
    timed_add(&w, "a", 1);
    closes_badly = true;
    assert_false(timed_finish(&w));
    assert_int_equal(errno, ENOSPC);
}

/* A signal does not cut what is left of a pause. */
static void a_pause_outlasts_signals(void **state)
{
    static const char text[] = "1000.0\tYQ==\n";
    struct clock clock = { 0 };
    struct timed_reader r;
    int64_t begin = clock_steady(&clock);
    int fd = file_of(text, sizeof text - 1);
    char byte;

    (void)state;
    sleeps_badly = true;
    assert_true(timed_open(&r, fd, 1, &clock));
    assert_int_equal(timed_read(&r, &byte, 1), 1);
    assert_false(sleeps_badly);
    assert_true(clock_steady(&clock) - begin >= CLOCK_SECOND / 10);
    timed_close(&r);
    close(fd);
}

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_read_is_a_line_with_its_time),
        cmocka_unit_test(what_is_recorded_is_played_again),
        cmocka_unit_test(plays_byte_by_byte_too),
        cmocka_unit_test(a_recording_is_played_in_its_time),
        cmocka_unit_test(a_line_has_a_ceiling),
        cmocka_unit_test(what_is_no_recording_is_refused),
        cmocka_unit_test(a_line_without_an_end_is_passed_over),
        cmocka_unit_test(waits_until_each_read_is_due),
        cmocka_unit_test(a_set_clock_makes_no_pause),
        cmocka_unit_test(a_recording_that_is_lost_is_a_failure),
        cmocka_unit_test(of_two_failures_the_first_is_told),
        cmocka_unit_test(a_pause_outlasts_signals),
    };

    return cmocka_run_group_tests_name("timed", tests, make_file, remove_file);
}
