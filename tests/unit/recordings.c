/*
 * Every recording under tests/recordings, in process: whole, byte by byte, in
 * random pieces, and every prefix of it.  Run from the root of the tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/rec.h"
#include "mover/kopia.h"

enum { FILE_CEILING = 1024 * 1024, SEED = 20230220 };

static struct matcher *matcher;
static glob_t consoles;
static int slow; /* under valgrind: one round, and few prefixes */

#ifdef __SANITIZE_ADDRESS__
enum { PREFIX_STEP = 11, SLOW_PREFIX_STEP = 499 };
#else
enum { PREFIX_STEP = 1, SLOW_PREFIX_STEP = 499 };
#endif

/* A reader of bytes in memory, in pieces of at most `piece` bytes; 0: pieces of
 * random lengths. */
struct memory {
    const char *bytes;
    size_t left, piece;
    unsigned seed;
};

static ssize_t memory_read(void *arg, char *bytes, size_t n)
{
    struct memory *m = arg;
    size_t piece = m->piece > 0 ? m->piece : 1 + (size_t)rand_r(&m->seed) % 300;

    n = n < piece ? n : piece;
    n = n < m->left ? n : m->left;
    memcpy(bytes, m->bytes, n);
    m->bytes += n;
    m->left -= n;
    return (ssize_t)n;
}

static void collect(void *arg, const char *record, size_t len)
{
    buf_add(arg, record, len);
}

/* Appends the records of LEN bytes to RECORDS. */
static void parse(const char *bytes, size_t len, size_t piece, unsigned seed,
                  struct buf *records)
{
    struct memory memory = { bytes, len, piece, seed };
    struct kopia_options options = { .emit = collect,
                                     .arg = records,
                                     .matcher = matcher };
    struct kopia *k = kopia_new(&options);
    struct rec in;
    struct record record;

    assert_non_null(k);
    assert_true(rec_open(&in, -1, CUT_CR_LF));
    in.read = memory_read;
    in.read_arg = &memory;
    while (rec_next(&in, &record, -1) == REC_OK)
        kopia_piece(k, &record);
    kopia_end(k);
    assert_int_equal(kopia_counts(k).gave_up, 0);
    rec_close(&in);
    kopia_free(k);
    assert_false(records->failed);
}

static void load(const char *path, struct buf *b)
{
    buf_clear(b);
    if (!file_read(path, b))
        fail_msg("unable to read %s", path);
}

/* The records beside the console PATH. */
static void load_golden(const char *path, struct buf *b)
{
    char name[512];
    size_t stem = strlen(path) - strlen(".console");

    snprintf(name, sizeof name, "%.*s.records", (int)stem, path);
    load(name, b);
}

static void assert_same(const struct buf *a, const struct buf *b,
                        const char *path)
{
    if (a->len != b->len || memcmp(a->bytes, b->bytes, a->len) != 0)
        fail_msg("%s: other records than expected:\n%.*s", path, (int)a->len,
                 a->bytes);
}

static void check_pieces(size_t piece, unsigned seed)
{
    struct buf console = BUF_INIT(FILE_CEILING);
    struct buf golden = BUF_INIT(FILE_CEILING);
    struct buf records = BUF_INIT(FILE_CEILING);

    for (size_t i = 0; i < consoles.gl_pathc; i++) {
        load(consoles.gl_pathv[i], &console);
        load_golden(consoles.gl_pathv[i], &golden);
        buf_clear(&records);
        parse(console.bytes, console.len, piece, seed + (unsigned)i, &records);
        assert_same(&records, &golden, consoles.gl_pathv[i]);
    }
    buf_free(&console);
    buf_free(&golden);
    buf_free(&records);
}

static void whole(void **state)
{
    (void)state;
    assert_true(consoles.gl_pathc > 300);
    check_pieces(FILE_CEILING, 0);
}

static void byte_by_byte(void **state)
{
    (void)state;
    check_pieces(1, 0);
}

static void random_pieces(void **state)
{
    (void)state;
    for (unsigned round = 0; round < (slow ? 1 : 5); round++)
        check_pieces(0, SEED + round * 1000);
}

/* Cuts the last COUNT lines off the LEN bytes at TEXT; the length left. */
static size_t without_last(const char *text, size_t len, int count)
{
    while (count-- > 0 && len > 0)
        do
            len--;
        while (len > 0 && text[len - 1] != '\n');
    return len;
}

/* What a prefix gives must be the beginning of what the whole gives: all but
 * the result at its end and what came of the piece that was cut (one line, and
 * the two results where the cut line named another source). */
static void check_prefix(const struct buf *whole, const struct buf *part,
                         const char *path, size_t prefix)
{
    size_t len = without_last(part->bytes, part->len, 1);

    for (int cut = 0; cut < 3; cut++) {
        if (len <= whole->len && memcmp(part->bytes, whole->bytes, len) == 0)
            break;
        len = without_last(part->bytes, len, 1);
    }
    if (len > whole->len || memcmp(part->bytes, whole->bytes, len) != 0)
        fail_msg("%s: %zu bytes of it contradict the whole:\n%.*s", path,
                 prefix, (int)part->len, part->bytes);
}

/* Whether the line at KNOWN says what LINE says, or more: where LINE has null
 * anything may stand. */
static int says_as_much(const char *known, const char *line, const char *end)
{
    static const char null[] = ":null";

    while (line < end) {
        if (end - line >= 5 && memcmp(line, null, 5) == 0) {
            line += 5;
            known += strcspn(known, ",}\n");
        } else if (*line++ != *known++) {
            return 0;
        }
    }
    return 1;
}

/* Whether the whole has LINE; or LINE but for what was cut off. */
static int has_line(const struct buf *whole, const char *line, size_t len)
{
    const char *at = whole->bytes, *end = whole->bytes + whole->len;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));

        if (says_as_much(at, line, line + len - 2))
            return 1;
        at = stop + 1;
    }
    return 0;
}

/* Progress must not come of a line that is cut: each progress record of a
 * prefix is one of the whole. */
static void check_progress(const struct buf *whole, const struct buf *part,
                           const char *path, size_t prefix)
{
    static const char head[] = "{\"type\":\"progress\"";
    size_t from = without_last(part->bytes, part->len, 3);

    while (from < part->len) {
        const char *line = part->bytes + from;
        const char *end = memchr(line, '\n', part->len - from);
        size_t len = (size_t)(end - line) + 1;

        if (len > sizeof head && memcmp(line, head, sizeof head - 1) == 0 &&
            !has_line(whole, line, len))
            fail_msg("%s: %zu bytes of it give false progress:\n%.*s", path,
                     prefix, (int)len, line);
        from += len;
    }
}

static void every_prefix(void **state)
{
    struct buf console = BUF_INIT(FILE_CEILING);
    struct buf golden = BUF_INIT(FILE_CEILING);
    struct buf records = BUF_INIT(FILE_CEILING);
    size_t step = slow ? SLOW_PREFIX_STEP : PREFIX_STEP;

    (void)state;
    for (size_t i = 0; i < consoles.gl_pathc; i++) {
        const char *path = consoles.gl_pathv[i];

        load(path, &console);
        load_golden(path, &golden);
        for (size_t n = 0; n < console.len; n += step) {
            buf_clear(&records);
            parse(console.bytes, n, FILE_CEILING, 0, &records);
            check_prefix(&golden, &records, path, n);
            check_progress(&golden, &records, path, n);
        }
    }
    buf_free(&console);
    buf_free(&golden);
    buf_free(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole),
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(random_pieces),
        cmocka_unit_test(every_prefix),
    };
    int failed;

    slow = getenv("PHASEPIPE_WRAP") != NULL;
    matcher = matcher_new();
    if (matcher == NULL ||
        glob("tests/recordings/*/*.console", 0, NULL, &consoles) != 0)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    globfree(&consoles);
    matcher_free(matcher);
    return failed;
}
