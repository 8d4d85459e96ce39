#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include "base/rec.h"
#include "unit.h"

enum { PATIENCE_MS = 60 * 1000, BIG = 1000 * 1000 };

static int poll_errors[4]; /* of the next calls, the last one first */
static size_t polls_fail;

/* Stands in front of the C library's. */
int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    struct timespec left = { .tv_sec = timeout_ms / 1000,
                             .tv_nsec = timeout_ms % 1000 * 1000000L };

    if (polls_fail > 0) {
        errno = poll_errors[--polls_fail];
        return -1;
    }
    return (int)syscall(SYS_ppoll, fds, count, timeout_ms < 0 ? NULL : &left,
                        NULL, 0);
}

static bool readable(int fd, int within_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };

    return poll(&p, 1, within_ms) == 1;
}

static void nothing_is_written_while_more_input_is_there(void **state)
{
    static char line[] = "0123456789abcde\n"; /* 16 bytes */
    struct out out;
    struct rec reader;
    struct record record;
    int ends[2], input, lines = 0;

    (void)state;
    /* more than the reader takes in one read, less than the output holds */
    input = memfd_create("input", MFD_CLOEXEC);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(write(input, line, 16), 16);
    lseek(input, 0, SEEK_SET);
    assert_int_equal(pipe(ends), 0);
    assert_true(out_open(&out, ends[1], NULL));
    assert_true(rec_open(&reader, input, CUT_LF));
    reader.out = &out;
    while (rec_next(&reader, &record, -1) == REC_OK) {
        out_write(&out, "x", 1);
        lines++;
    }
    assert_int_equal(lines, 20000);
    assert_false(readable(ends[0], 0));
    assert_true(out_close(&out));
    assert_true(readable(ends[0], 0));
    rec_close(&reader);
    close(input);
    close(ends[0]);
    close(ends[1]);
}

static void all_is_written_before_the_reader_waits(void **state)
{
    struct out out;
    struct rec reader;
    struct record record;
    int in[2], ends[2];
    char seen[10];

    (void)state;
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(ends), 0);
    assert_true(out_open(&out, ends[1], NULL));
    assert_true(rec_open(&reader, in[0], CUT_LF));
    reader.out = &out;
    assert_int_equal(write(in[1], "a\nb\n", 4), 4);
    assert_int_equal(rec_next(&reader, &record, -1), REC_OK);
    out_write(&out, "A\n", 2);
    assert_int_equal(rec_next(&reader, &record, -1), REC_OK);
    out_write(&out, "B\n", 2);
    assert_false(readable(ends[0], 0));
    assert_int_equal(rec_next(&reader, &record, 0), REC_TIMEOUT);
    assert_true(readable(ends[0], 0));
    assert_int_equal(read(ends[0], seen, sizeof seen), 4);
    assert_memory_equal(seen, "A\nB\n", 4);
    assert_true(out_close(&out));
    rec_close(&reader);
    close(in[0]);
    close(in[1]);
    close(ends[0]);
    close(ends[1]);
}

/* A filter that answers each record with the same record. */
static int echo(int from, int to)
{
    struct out out;
    struct rec reader;
    struct record record;

    if (!out_open(&out, to, NULL) || !rec_open(&reader, from, CUT_LF))
        return 1;
    reader.out = &out;
    while (rec_next(&reader, &record, -1) == REC_OK) {
        out_write(&out, record.text, record.len);
        out_write(&out, "\n", 1);
    }
    rec_close(&reader);
    return out_close(&out) ? 0 : 1;
}

static void a_question_is_answered_before_the_next_is_asked(void **state)
{
    int to[2], from[2], status;
    char answer[10];
    pid_t pid;

    (void)state;
    assert_int_equal(pipe2(to, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from, O_CLOEXEC), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(to[1]);
        _exit(echo(to[0], from[1]));
    }
    close(to[0]);
    close(from[1]);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(write(to[1], "why\n", 4), 4);
        assert_true(readable(from[0], PATIENCE_MS));
        assert_int_equal(read(from[0], answer, sizeof answer), 4);
        assert_memory_equal(answer, "why\n", 4);
    }
    close(to[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(from[0]);
}

static void bytes_stay_in_order_whatever_their_number(void **state)
{
    static const size_t sizes[] = { 1,     65535, 1, 1,      65536, 65537,
                                    65536, 0,     7, 200000, 3,     40000 };
    static char bytes[200000], back[700000];
    struct out out;
    size_t total = 0, at = 0;
    int fd = memfd_create("output", MFD_CLOEXEC);

    (void)state;
    assert_true(out_open(&out, fd, NULL));
    for (size_t i = 0; i < COUNT(sizes); i++) {
        memset(bytes, 'a' + (int)i, sizes[i]);
        out_write(&out, bytes, sizes[i]);
        total += sizes[i];
    }
    assert_true(out_close(&out));
    assert_int_equal(pread(fd, back, sizeof back, 0), total);
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(back[at++], 'a' + (int)i);
    close(fd);
}

static void flushing_writes_what_is_queued(void **state)
{
    struct out out;
    int fd = memfd_create("output", MFD_CLOEXEC);
    char back[10];

    (void)state;
    assert_true(out_open(&out, fd, NULL));
    out_write(&out, "abc", 3);
    assert_int_equal(pread(fd, back, sizeof back, 0), 0);
    out_flush(&out);
    assert_int_equal(pread(fd, back, sizeof back, 0), 3);
    out_flush(&out);
    assert_true(out_close(&out));
    assert_int_equal(pread(fd, back, sizeof back, 0), 3);
    close(fd);
}

static int losses, loss_errno;

static void on_loss(int errnum)
{
    losses++;
    loss_errno = errnum;
}

/* Writes to FD until it has surely failed. */
static void lose(int fd, int expected_errno)
{
    static const char page[70000];
    struct out out;

    losses = loss_errno = 0;
    assert_true(out_open(&out, fd, on_loss));
    out_write(&out, "a", 1);
    assert_int_equal(losses, 0);
    out_flush(&out);
    assert_int_equal(losses, 1);
    assert_int_equal(loss_errno, expected_errno);
    assert_int_equal(out.error, expected_errno);
    for (int i = 0; i < 100; i++)
        out_write(&out, page, sizeof page);
    assert_false(out_close(&out));
    assert_int_equal(losses, 1);
}

static void a_reader_that_went_away_is_reported_once(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    lose(ends[1], EPIPE);
    close(ends[1]);
}

static void a_full_disk_is_reported_once(void **state)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

    (void)state;
    lose(fd, ENOSPC);
    close(fd);
}

static void a_loss_at_the_very_end_is_seen_too(void **state)
{
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct out out;

    (void)state;
    assert_true(out_open(&out, fd, NULL)); /* nobody to tell */
    out_write(&out, "a", 1);
    assert_false(out_close(&out));
    assert_true(out_open(&out, fd, NULL)); /* nothing written, nothing lost */
    assert_true(out_close(&out));
    close(fd);
}

/* The number of bytes that come out of FD until its end, modulo 251. */
static int count_bytes(int fd)
{
    char bytes[5000];
    size_t sum = 0;
    ssize_t n;

    while ((n = read(fd, bytes, sizeof bytes)) > 0)
        sum += (size_t)n;
    return (int)(sum % 251);
}

static void writes_all_to_a_descriptor_that_does_not_block(void **state)
{
    static const char bytes[BIG];
    int ends[2], status;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[1]);
        fcntl(ends[0], F_SETFL, 0);
        _exit(count_bytes(ends[0]));
    }
    close(ends[0]);
    assert_true(write_all(ends[1], bytes, BIG));
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), BIG % 251);
}

/* A signal does not end the wait for room, and a failure does. */
static void a_wait_for_room_outlasts_signals(void **state)
{
    static const char bytes[BIG];
    int ends[2], status;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    poll_errors[0] = ENOMEM;
    poll_errors[1] = poll_errors[2] = EINTR;
    polls_fail = 3;
    assert_false(write_all(ends[1], bytes, BIG)); /* nobody reads */
    assert_int_equal(errno, ENOMEM);
    assert_int_equal(polls_fail, 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[1]);
        fcntl(ends[0], F_SETFL, 0);
        _exit(count_bytes(ends[0]));
    }
    close(ends[0]);
    poll_errors[0] = EINTR;
    polls_fail = 1;
    assert_true(write_all(ends[1], bytes, 10));
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    polls_fail = 0;
}

static int ignore_sigpipe(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_written_while_more_input_is_there),
        cmocka_unit_test(all_is_written_before_the_reader_waits),
        cmocka_unit_test(a_question_is_answered_before_the_next_is_asked),
        cmocka_unit_test(bytes_stay_in_order_whatever_their_number),
        cmocka_unit_test(flushing_writes_what_is_queued),
        cmocka_unit_test(a_reader_that_went_away_is_reported_once),
        cmocka_unit_test(a_full_disk_is_reported_once),
        cmocka_unit_test(a_loss_at_the_very_end_is_seen_too),
        cmocka_unit_test(writes_all_to_a_descriptor_that_does_not_block),
        cmocka_unit_test(a_wait_for_room_outlasts_signals),
    };

    return cmocka_run_group_tests_name("out", tests, ignore_sigpipe, NULL);
}
