#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include "base/buf.h"
#include "base/rec.h"
#include "unit.h"

enum { INPUT = 5 * REC_CEILING };

static void a_timeout_keeps_what_came(void **state)
{
    struct rec reader;
    struct record record;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_true(rec_open(&reader, ends[0], CUT_LF));
    assert_int_equal(rec_next(&reader, &record, 20), REC_TIMEOUT);
    assert_int_equal(write(ends[1], "ab", 2), 2);
    /* one read, no record: back to the caller before the minute is over */
    assert_int_equal(rec_next(&reader, &record, 60 * 1000), REC_TIMEOUT);
    assert_int_equal(write(ends[1], "cd\nef", 5), 5);
    assert_int_equal(rec_next(&reader, &record, 0), REC_OK);
    assert_int_equal(record.len, 4);
    assert_memory_equal(record.text, "abcd", 4);
    assert_int_equal(rec_next(&reader, &record, 0), REC_TIMEOUT);
    close(ends[1]);
    assert_int_equal(rec_next(&reader, &record, 0), REC_OK);
    assert_memory_equal(record.text, "ef", 2);
    assert_int_equal(rec_next(&reader, &record, 0), REC_EOF);
    assert_int_equal(rec_next(&reader, &record, 0), REC_EOF);
    rec_close(&reader);
    close(ends[0]);
}

struct order {
    const struct out *out;
    int calls;
    size_t queued; /* when it was called last */
};

static void note_order(void *arg)
{
    struct order *order = arg;

    order->calls++;
    order->queued = order->out->len;
}

static void idle_comes_before_the_output_goes(void **state)
{
    struct rec reader;
    struct record record;
    struct order order = { 0 };
    struct out out;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_true(rec_open(&reader, ends[0], CUT_LF));
    assert_true(out_open(&out, ends[1], NULL));
    order.out = &out;
    reader.out = &out;
    reader.idle = note_order;
    reader.idle_arg = &order;
    out_write(&out, "a\nb\n", 4);
    assert_int_equal(rec_next(&reader, &record, 60 * 1000), REC_OK);
    assert_int_equal(order.calls, 1);
    assert_int_equal(order.queued, 4);
    assert_int_equal(rec_next(&reader, &record, 0), REC_OK);
    assert_int_equal(order.calls, 1); /* there was no need to wait */
    assert_int_equal(rec_next(&reader, &record, 0), REC_TIMEOUT);
    assert_int_equal(order.calls, 2);
    assert_true(out_close(&out));
    rec_close(&reader);
    close(ends[0]);
    close(ends[1]);
}

static void a_read_that_fails_is_an_error(void **state)
{
    int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct rec reader;
    struct record record;

    (void)state;
    assert_true(rec_open(&reader, directory, CUT_LF));
    assert_int_equal(rec_next(&reader, &record, -1), REC_ERROR);
    assert_int_equal(errno, EISDIR);
    close(directory);
    assert_int_equal(rec_next(&reader, &record, -1), REC_ERROR);
    assert_int_equal(errno, EBADF);
    rec_close(&reader);
}

static volatile sig_atomic_t signals;

static void count_signal(int signum)
{
    (void)signum;
    signals++;
}

static void a_signal_interrupts_the_wait(void **state)
{
    /* it rings until the reader waits */
    const struct itimerval ring = { { 0, 20000 }, { 0, 20000 } };
    const struct itimerval silence = { { 0, 0 }, { 0, 0 } };
    struct sigaction action = { .sa_handler = count_signal }, old_action;
    struct rec reader;
    struct record record;
    int ends[2];

    (void)state;
    assert_int_equal(sigaction(SIGALRM, &action, &old_action), 0);
    assert_int_equal(pipe(ends), 0);
    assert_true(rec_open(&reader, ends[0], CUT_LF));

    assert_int_equal(setitimer(ITIMER_REAL, &ring, NULL), 0);
    assert_int_equal(rec_next(&reader, &record, -1), REC_INTERRUPTED);
    assert_int_equal(setitimer(ITIMER_REAL, &silence, NULL), 0);
    assert_true(signals > 0);
    assert_int_equal(write(ends[1], "a\n", 2), 2);
    assert_int_equal(rec_next(&reader, &record, -1), REC_OK);

    rec_close(&reader);
    close(ends[0]);
    close(ends[1]);
    sigaction(SIGALRM, &old_action, NULL);
}

static void keep(void *arg, const char *bytes, size_t n)
{
    buf_add(arg, bytes, n);
}

static void the_tap_sees_every_byte_once(void **state)
{
    static char bytes[INPUT];
    struct buf tapped = BUF_INIT(INPUT);
    struct rec reader;
    struct record record;
    int fd;

    (void)state;
    srand(7);
    for (size_t i = 0; i < sizeof bytes; i++) /* some records are cut */
        bytes[i] = rand() % 50000 == 0 ? '\n' : (char)rand();
    memset(bytes + REC_CEILING, 'x', 3 * REC_CEILING);
    fd = file_of(bytes, sizeof bytes);
    assert_true(rec_open(&reader, fd, CUT_CR_LF));
    reader.tap = keep;
    reader.tap_arg = &tapped;
    while (rec_next(&reader, &record, -1) == REC_OK)
        if (record.len > 0) /* it may be changed in place */
            memset(record.text, '!', record.len);
    assert_true(reader.cut_records > 0);
    assert_int_equal(tapped.len, sizeof bytes);
    assert_memory_equal(tapped.bytes, bytes, sizeof bytes);
    rec_close(&reader);
    close(fd);
    buf_free(&tapped);
}

/* Gives two pieces, then an error. */
static ssize_t three_times(void *arg, char *bytes, size_t n)
{
    static const char *const pieces[] = { "ab", "c\nd\n" };
    size_t *times = arg;

    assert_true(n > 4);
    if (*times == COUNT(pieces)) {
        errno = EBADMSG;
        return -1;
    }
    memcpy(bytes, pieces[*times], strlen(pieces[*times]));
    return (ssize_t)strlen(pieces[(*times)++]);
}

static void something_else_may_read(void **state)
{
    struct buf tapped = BUF_INIT(INPUT);
    size_t times = 0;
    struct rec reader;
    struct record record;

    (void)state;
    assert_true(rec_open(&reader, -1, CUT_LF));
    reader.read = three_times;
    reader.read_arg = &times;
    reader.tap = keep;
    reader.tap_arg = &tapped;
    assert_int_equal(rec_next(&reader, &record, -1), REC_OK);
    assert_int_equal(record.len, 3);
    assert_memory_equal(record.text, "abc", 3);
    assert_int_equal(rec_next(&reader, &record, -1), REC_OK);
    assert_int_equal(rec_next(&reader, &record, -1), REC_ERROR);
    assert_int_equal(errno, EBADMSG);
    assert_int_equal(tapped.len, 6);
    assert_memory_equal(tapped.bytes, "abc\nd\n", 6);
    rec_close(&reader);
    buf_free(&tapped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timeout_keeps_what_came),
        cmocka_unit_test(idle_comes_before_the_output_goes),
        cmocka_unit_test(a_read_that_fails_is_an_error),
        cmocka_unit_test(a_signal_interrupts_the_wait),
        cmocka_unit_test(the_tap_sees_every_byte_once),
        cmocka_unit_test(something_else_may_read),
    };

    return cmocka_run_group_tests_name("rec_wait", tests, NULL, NULL);
}
