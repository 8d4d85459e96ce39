#include "base/first.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/rec.h"
#include "unit.h"

#define RECORD "{\"type\":\"progress\"}\n"

/* A stream, its first document, and what is left of it. */
static const struct {
    const char *stream, *document, *rest;
} rows[] = {
    { "", "", "" },
    { "{}", "{}", "" },
    { "{}\n", "{}\n", "" },
    { "{} \r\n" RECORD, "{} \r\n", RECORD },
    { "{}" RECORD, "{}", RECORD },
    { "{}x\n", "{}", "x\n" },
    { "\xEF\xBB\xBF \n{\n\"a\": [{}]\n}\n" RECORD,
      "\xEF\xBB\xBF \n{\n\"a\": [{}]\n}\n", RECORD },
    { "{\"a\":\"}\\\"}\\\\\",\"b\":\"[\"}\nx",
      "{\"a\":\"}\\\"}\\\\\",\"b\":"
      "\"[\"}\n",
      "x" },
    { "{\"a\":", "{\"a\":", "" },
    { "a: 1\n", "a: 1\n", "" },
    { "a: 1", "a: 1", "" },
    { "a: 1\n" RECORD RECORD, "a: 1\n", RECORD RECORD },
    { "a: 1\n---\n" RECORD, "a: 1\n", RECORD },
    { "a: 1\n--- \r\nx\n", "a: 1\n", "x\n" },
    { "a: 1\n...\nx\n", "a: 1\n", "x\n" },
    { "# c\n\n%YAML 1.1\n---\na: 1\n---\nx", "# c\n\n%YAML 1.1\n---\na: 1\n",
      "x" },
    { "---\n{}\n" RECORD, "---\n{}\n", RECORD },
    { "a: |\n  {\n  ---\n  ...\n--: 1\n----: 2\n.: 3\n" RECORD,
      "a: |\n  {\n  ---\n  ...\n--: 1\n----: 2\n.: 3\n", RECORD },
    { "a:\n- {b: 1}\n# c\n\n" RECORD, "a:\n- {b: 1}\n# c\n\n", RECORD },
    { "...\nx", "", "x" },
};

/* Reads a stream of two parts, each of which comes as it is. */
static void assert_parts(size_t row, size_t split)
{
    const char *stream = rows[row].stream;
    size_t len = strlen(stream);
    struct buf document = BUF_INIT(4096), rest = BUF_INIT(FIRST_REST_MAX);
    char more[4096];
    int ends[2];
    ssize_t n;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    if (split > 0)
        assert_int_equal(write(ends[0], stream, split), split);
    if (split < len)
        assert_int_equal(write(ends[0], stream + split, len - split),
                         len - split);
    close(ends[0]);
    assert_true(first_read(ends[1], &document, &rest));
    while ((n = read(ends[1], more, sizeof more)) > 0)
        buf_add(&rest, more, (size_t)n);
    close(ends[1]);
    buf_char(&document, '\0');
    buf_char(&rest, '\0');
    assert_string_equal(document.bytes, rows[row].document);
    assert_string_equal(rest.bytes, rows[row].rest);
    buf_free(&document);
    buf_free(&rest);
}

static void the_first_document_ends_where_it_should(void **state)
{
    (void)state;
    for (size_t row = 0; row < COUNT(rows); row++)
        for (size_t split = 0; split <= strlen(rows[row].stream); split++)
            assert_parts(row, split);
}

/* More than one read, and more than one read's worth behind it. */
static void long_documents_have_a_ceiling(void **state)
{
    enum { SIZE = 100 * 1024 };
    struct buf document = BUF_INIT(SIZE + FIRST_REST_MAX);
    struct buf rest = BUF_INIT(FIRST_REST_MAX);
    static char text[2 * SIZE];
    int fd;

    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text, "{\"a\":\"", 6);
    memcpy(text + SIZE - 3, "\"}\n", 3);
    fd = file_of(text, sizeof text);
    assert_true(first_read(fd, &document, &rest));
    assert_int_equal(document.len, SIZE);
    assert_memory_equal(document.bytes, text, SIZE);
    assert_int_equal(rest.len, lseek(fd, 0, SEEK_CUR) - SIZE);
    assert_in_range(rest.len, 1, FIRST_REST_MAX);
    close(fd);
    buf_free(&document);
    buf_clear(&rest);
    document = BUF_INIT(SIZE - 1);
    fd = file_of(text, SIZE);
    assert_false(first_read(fd, &document, &rest));
    assert_int_equal(errno, EFBIG);
    close(fd);
    buf_free(&document);
    buf_free(&rest);
}

static void what_cannot_be_read_is_told(void **state)
{
    struct buf document = BUF_INIT(64), rest = BUF_INIT(64);

    (void)state;
    assert_false(first_read(-1, &document, &rest));
    assert_int_equal(errno, EBADF);
}

/* As a filter goes on behind the plan. */
static void the_record_reader_goes_on_behind_it(void **state)
{
    static const char text[] = "a: 1\n{\"x\":1}\n{\"y\":2}\n";
    struct buf document = BUF_INIT(4096), rest = BUF_INIT(FIRST_REST_MAX);
    struct record record;
    struct rec reader;
    int fd = file_of(text, sizeof text - 1);

    (void)state;
    assert_true(first_read(fd, &document, &rest));
    assert_int_equal(lseek(fd, 18, SEEK_SET), 18); /* within the second */
    assert_true(rec_open(&reader, fd, CUT_LF));
    rec_unread(&reader, rest.bytes, 18 - document.len);
    assert_int_equal(rec_next(&reader, &record, -1), REC_OK);
    assert_int_equal(record.len, 7);
    assert_memory_equal(record.text, "{\"x\":1}", 7);
    assert_int_equal(rec_next(&reader, &record, -1), REC_OK);
    assert_int_equal(record.len, 7);
    assert_memory_equal(record.text, "{\"y\":2}", 7);
    assert_int_equal(rec_next(&reader, &record, -1), REC_EOF);
    rec_close(&reader);
    close(fd);
    buf_free(&document);
    buf_free(&rest);
}

/* Begins to write into FD a while from now, in a child. */
static pid_t write_later(int fd, const char *text)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        (void)poll(NULL, 0, 100);
        _exit(write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : 1);
    }
    return pid;
}

static void on_alarm(int number)
{
    (void)number;
}

/* A descriptor that somebody else made non-blocking, and signals. */
static void what_only_waits_is_waited_for(void **state)
{
    const struct sigaction action = { .sa_handler = on_alarm };
    const struct itimerval often = { { 0, 10000 }, { 0, 10000 } }, off = { 0 };

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct buf document = BUF_INIT(64), rest = BUF_INIT(FIRST_REST_MAX);
        int ends[2], status;
        pid_t pid;

        assert_int_equal(pipe2(ends, i == 0 ? O_NONBLOCK : 0), 0);
        pid = write_later(ends[1], "{} x");
        assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
        assert_int_equal(setitimer(ITIMER_REAL, i == 0 ? &off : &often, NULL),
                         0);
        assert_true(first_read(ends[0], &document, &rest));
        assert_int_equal(setitimer(ITIMER_REAL, &off, NULL), 0);
        assert_int_equal(document.len, 3);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        close(ends[0]);
        close(ends[1]);
        buf_free(&document);
        buf_free(&rest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_document_ends_where_it_should),
        cmocka_unit_test(long_documents_have_a_ceiling),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(what_only_waits_is_waited_for),
        cmocka_unit_test(the_record_reader_goes_on_behind_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
