#include "base/rec.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "unit.h"

enum { TRACE_MAX = 4 * 1024 * 1024 };

/* Notes a record as its length, flags, separators and text, so that two
 * readings can be compared byte for byte. */
static void note(struct buf *trace, const struct record *r)
{
    char head[64];
    int n = snprintf(head, sizeof head, "%zu%s %d %d ", r->len,
                     r->cut ? " cut" : "", r->before, r->after);

    buf_add(trace, head, (size_t)n);
    buf_add(trace, r->text, r->len);
    buf_char(trace, '\n');
    assert_false(trace->failed);
}

/* The trace of a file that holds these bytes, and how many were cut. */
static uint64_t trace_file(struct buf *trace, const char *bytes, size_t len,
                           enum rec_cut at)
{
    int fd = file_of(bytes, len);
    struct rec reader;
    struct record record;
    uint64_t cut;

    assert_true(rec_open(&reader, fd, at));
    while (rec_next(&reader, &record, -1) == REC_OK)
        note(trace, &record);
    assert_int_equal(rec_next(&reader, &record, -1), REC_EOF);
    cut = reader.cut_records;
    rec_close(&reader);
    close(fd);
    return cut;
}

static void assert_trace(const char *bytes, size_t len, enum rec_cut at,
                         const char *expected)
{
    struct buf trace = BUF_INIT(TRACE_MAX);

    trace_file(&trace, bytes, len, at);
    buf_char(&trace, '\0');
    assert_string_equal(trace.bytes, expected);
    buf_free(&trace);
}

#define ASSERT_TRACE(literal, at, expected)                                    \
    assert_trace((literal), sizeof(literal) - 1, (at), (expected))

static void nothing_is_no_record(void **state)
{
    (void)state;
    ASSERT_TRACE("", CUT_LF, "");
    ASSERT_TRACE("", CUT_CR_LF, "");
}

static void cuts_at_both_separators_and_tells_which(void **state)
{
    (void)state;
    ASSERT_TRACE("ab\rcd\nef\r", CUT_CR_LF,
                 "2 0 13 ab\n2 13 10 cd\n2 10 13 ef\n");
    ASSERT_TRACE("\r\r", CUT_CR_LF, "0 0 13 \n0 13 13 \n");
}

static void a_carriage_return_is_text_where_only_lf_cuts(void **state)
{
    (void)state;
    ASSERT_TRACE("ab\rcd\nef\n", CUT_LF, "5 0 10 ab\rcd\n2 10 10 ef\n");
}

static void crlf_makes_an_empty_record(void **state)
{
    (void)state;
    ASSERT_TRACE("a\r\nb\r\n", CUT_CR_LF,
                 "1 0 13 a\n0 13 10 \n1 10 13 b\n0 13 10 \n");
}

static void the_last_record_needs_no_separator(void **state)
{
    (void)state;
    ASSERT_TRACE("ab\ncd", CUT_CR_LF, "2 0 10 ab\n2 10 0 cd\n");
    ASSERT_TRACE("x", CUT_LF, "1 0 0 x\n");
}

static void an_empty_record_is_a_record(void **state)
{
    (void)state;
    ASSERT_TRACE("\n\na\n\n", CUT_LF,
                 "0 0 10 \n0 10 10 \n1 10 10 a\n0 10 10 \n");
}

static void a_nul_is_a_byte_like_others(void **state)
{
    struct buf trace = BUF_INIT(TRACE_MAX);

    (void)state;
    trace_file(&trace, "a\0b\n\0\n", 6, CUT_LF);
    assert_int_equal(trace.len, 21);
    assert_memory_equal(trace.bytes, "3 0 10 a\0b\n1 10 10 \0\n", 21);
    buf_free(&trace);
}

/* LEN times 'x', then REST; the heads of at most two records, and the number
 * that were cut. */
static uint64_t read_long(size_t len, const char *rest, struct record seen[2])
{
    struct buf input = BUF_INIT(TRACE_MAX);
    struct rec reader;
    int fd, n = 0;

    assert_true(buf_reserve(&input, len));
    memset(input.bytes, 'x', len);
    input.len = len;
    buf_str(&input, rest);
    fd = file_of(input.bytes, input.len);
    assert_true(rec_open(&reader, fd, CUT_CR_LF));
    memset(seen, 0, 2 * sizeof *seen);
    while (n < 2 && rec_next(&reader, &seen[n], -1) == REC_OK)
        n++;
    if (n == 2)
        assert_int_equal(rec_next(&reader, &(struct record){ 0 }, -1), REC_EOF);
    rec_close(&reader);
    close(fd);
    buf_free(&input);
    return reader.cut_records;
}

static void a_record_at_the_ceiling_is_whole(void **state)
{
    struct record seen[2];

    (void)state;
    assert_int_equal(read_long(REC_CEILING, "\nend", seen), 0);
    assert_int_equal(seen[0].len, REC_CEILING);
    assert_false(seen[0].cut);
    assert_int_equal(seen[0].after, '\n');
    assert_int_equal(seen[1].len, 3);

    assert_int_equal(read_long(REC_CEILING, "", seen), 0);
    assert_int_equal(seen[0].len, REC_CEILING);
    assert_false(seen[0].cut);
}

static void one_byte_more_is_cut_and_counted(void **state)
{
    struct record seen[2];

    (void)state;
    assert_int_equal(read_long(REC_CEILING + 1, "\rend", seen), 1);
    assert_int_equal(seen[0].len, REC_CEILING);
    assert_true(seen[0].cut);
    assert_int_equal(seen[0].after, 0);
    assert_int_equal(seen[1].len, 3);
    assert_int_equal(seen[1].before, '\r');
    assert_false(seen[1].cut);

    assert_int_equal(read_long(REC_CEILING + 1, "", seen), 1);
    assert_int_equal(seen[0].len, REC_CEILING);
    assert_true(seen[0].cut);
}

static void a_record_of_many_ceilings_is_cut_once(void **state)
{
    static const size_t ceilings[] = { 2, 3, 7 };

    (void)state;
    for (size_t i = 0; i < COUNT(ceilings); i++)
        for (int more = -1; more <= 1; more++) {
            size_t len = ceilings[i] * REC_CEILING + (size_t)more;
            struct record seen[2];

            assert_int_equal(read_long(len, "\nend\n", seen), 1);
            assert_int_equal(seen[0].len, REC_CEILING);
            assert_int_equal(seen[1].len, 3);
            assert_int_equal(seen[1].before, '\n');
            assert_int_equal(seen[1].after, '\n');
        }
}

/* COUNT, or fewer where a wrapper such as valgrind makes each slow. */
static int rounds(int count)
{
    return getenv("PHASEPIPE_WRAP") != NULL ? count / 8 : count;
}

/* Adds what is whole in the pipe to TRACE. */
static void drain(struct rec *reader, struct buf *trace)
{
    struct record record;
    enum rec_status status;

    while ((status = rec_next(reader, &record, 0)) == REC_OK)
        note(trace, &record);
    assert_true(status == REC_TIMEOUT || status == REC_EOF);
}

static void at_the_ceiling_the_separator_may_come_later(void **state)
{
    static char bytes[REC_CEILING];
    struct buf trace = BUF_INIT(TRACE_MAX);
    struct rec reader;
    int ends[2];

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_true(rec_open(&reader, ends[0], CUT_LF));
    assert_int_equal(write(ends[1], bytes, sizeof bytes), sizeof bytes);
    drain(&reader, &trace);
    assert_int_equal(trace.len, 0);
    assert_int_equal(write(ends[1], "\nend\n", 5), 5);
    drain(&reader, &trace);
    assert_int_equal(reader.cut_records, 0);
    buf_char(&trace, '\0');
    assert_memory_equal(trace.bytes, "65536 0 10 xxx", 14);
    assert_string_equal(strchr(trace.bytes, '\n'), "\n3 10 10 end\n");
    rec_close(&reader);
    close(ends[0]);
    close(ends[1]);
    buf_free(&trace);
}

/* The trace of LEN bytes that arrive in pieces of up to LARGEST. */
static void trace_pieces(struct buf *trace, const char *bytes, size_t len,
                         enum rec_cut at, size_t largest)
{
    struct rec reader;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_true(rec_open(&reader, ends[0], at));
    while (len > 0) {
        size_t n = 1 + (size_t)rand() % largest;

        if (n > len)
            n = len;
        assert_int_equal(write(ends[1], bytes, n), n);
        drain(&reader, trace);
        bytes += n;
        len -= n;
    }
    close(ends[1]);
    drain(&reader, trace);
    rec_close(&reader);
    close(ends[0]);
}

static void assert_pieces(const char *bytes, size_t len, enum rec_cut at,
                          size_t largest)
{
    struct buf whole = BUF_INIT(TRACE_MAX), pieces = BUF_INIT(TRACE_MAX);

    trace_file(&whole, bytes, len, at);
    trace_pieces(&pieces, bytes, len, at, largest);
    assert_int_equal(pieces.len, whole.len);
    if (whole.len > 0)
        assert_memory_equal(pieces.bytes, whole.bytes, whole.len);
    buf_free(&whole);
    buf_free(&pieces);
}

static void pieces_of_any_size_give_the_same_records(void **state)
{
    static const char alphabet[] = { '\n', '\r', 'a', '\0', '%', 'z' };

    (void)state;
    srand(20230220);
    for (int round = rounds(800); round > 0; round--) {
        char bytes[200];
        size_t len = (size_t)rand() % sizeof bytes;

        for (size_t i = 0; i < len; i++)
            bytes[i] = alphabet[(size_t)rand() % sizeof alphabet];
        assert_pieces(bytes, len, round % 2 ? CUT_LF : CUT_CR_LF,
                      1 + (size_t)rand() % 20);
    }
}

static void pieces_of_records_above_the_ceiling_too(void **state)
{
    static char bytes[6 * REC_CEILING];

    (void)state;
    srand(124955);
    for (int round = rounds(40); round > 0; round--) {
        size_t at = 0;

        memset(bytes, 'x', sizeof bytes);
        for (int i = 0; i < 6; i++) { /* lengths about the ceiling */
            at += (size_t)rand() % (2 * REC_CEILING);
            if (i % 2 == 0)
                at = at / REC_CEILING * REC_CEILING + (size_t)rand() % 3;
            if (at < sizeof bytes)
                bytes[at++] = i % 3 ? '\n' : '\r';
        }
        assert_pieces(bytes, sizeof bytes, CUT_CR_LF,
                      1 + (size_t)rand() % 50000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_no_record),
        cmocka_unit_test(cuts_at_both_separators_and_tells_which),
        cmocka_unit_test(a_carriage_return_is_text_where_only_lf_cuts),
        cmocka_unit_test(crlf_makes_an_empty_record),
        cmocka_unit_test(the_last_record_needs_no_separator),
        cmocka_unit_test(an_empty_record_is_a_record),
        cmocka_unit_test(a_nul_is_a_byte_like_others),
        cmocka_unit_test(a_record_at_the_ceiling_is_whole),
        cmocka_unit_test(one_byte_more_is_cut_and_counted),
        cmocka_unit_test(a_record_of_many_ceilings_is_cut_once),
        cmocka_unit_test(at_the_ceiling_the_separator_may_come_later),
        cmocka_unit_test(pieces_of_any_size_give_the_same_records),
        cmocka_unit_test(pieces_of_records_above_the_ceiling_too),
    };

    return cmocka_run_group_tests_name("rec", tests, NULL, NULL);
}
