/*
 * No pattern takes more than in proportion to a line's length: each row of
 * kopia's grammar, and each rule of an adapter and pattern in its jq program,
 * counted by the steps of PCRE2's matcher.  The lines are the samples of that
 * row or adapter, in which one piece after the other is repeated, as whoever
 * wants to make a pattern go back over a line again and again would do.  Run
 * from the root of the tree.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <glob.h>
#include <pcre2.h>

#include "base/file.h"
#include "mover/grammar.h"
#include "mover/reading.h"
#include "unit.h"

enum { SHORT = 300, LONG = 4 * SHORT, FILE_CEILING = 256 * 1024 };
enum { STEPS_FREE = 300, STEPS_TIMES = 7 }; /* in proportion it is 4 times */
enum { SAMPLES_MAX = 256, PIECE_MAX = 28, TOO_MANY = 1000 * 1000 };

static int slow;                /* under valgrind: fewer pieces */
static int64_t pumps, jq_pumps; /* these: samples for a pattern of jq's */

static int count_step(pcre2_callout_block *block, void *arg)
{
    (void)block;
    ++*(int64_t *)arg;
    return 0;
}

/* As rx.c compiles it, with a call for each step; and without what PCRE2 makes
 * of "a*b", whose letters it would pass in one. */
static pcre2_code *compile(const char *pattern)
{
    PCRE2_SIZE at = 0;
    int error = 0;
    pcre2_code *code = pcre2_compile(
        (PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
        PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE | PCRE2_DOLLAR_ENDONLY |
            PCRE2_DOTALL | PCRE2_NO_AUTO_CAPTURE | PCRE2_AUTO_CALLOUT |
            PCRE2_NO_AUTO_POSSESS,
        &error, &at, NULL);

    assert_non_null(code);
    return code;
}

/* How many steps it takes; TOO_MANY where that is more than any line may. */
static int64_t steps(const pcre2_code *code, const char *text, size_t len)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    int64_t count = 0;
    int found;

    assert_non_null(context);
    assert_non_null(match);
    assert_int_equal(pcre2_set_callout(context, count_step, &count), 0);
    assert_int_equal(pcre2_set_match_limit(context, TOO_MANY), 0);
    found = pcre2_match(code, (PCRE2_SPTR)text, len, 0, 0, match, context);
    if (found == PCRE2_ERROR_MATCHLIMIT)
        count = TOO_MANY;
    else
        assert_true(found >= 0 || found == PCRE2_ERROR_NOMATCH);
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    return count;
}

/* SAMPLE with what stands FROM..TO in it as often as N bytes have room for. */
static size_t pump(const char *sample, size_t len, size_t from, size_t to,
                   size_t n, char *line)
{
    size_t at = to;

    memcpy(line, sample, to);
    for (n -= n % (to - from); at < from + n; at++)
        line[at] = line[at - (to - from)];
    memcpy(line + at, sample + to, len - to);
    return at + len - to;
}

/* Whether four times as many of what stands FROM..TO in SAMPLE take much more
 * than four times as many steps. */
static bool is_worse(const pcre2_code *code, const char *sample, size_t len,
                     size_t from, size_t to)
{
    static char line[LONG + 4096];
    size_t n = pump(sample, len, from, to, SHORT, line);
    int64_t one = steps(code, line, n);

    n = pump(sample, len, from, to, LONG, line);
    pumps++;
    return one >= TOO_MANY ||
           steps(code, line, n) > one * STEPS_TIMES + STEPS_FREE;
}

static void check_piece(const pcre2_code *code, const char *name,
                        const char *sample, size_t len, size_t from, size_t to)
{
    if (is_worse(code, sample, len, from, to))
        fail_msg("%s: too many steps for many \"%.*s\" in \"%.*s\"", name,
                 (int)(to - from), sample + from, (int)len, sample);
}

/* Every piece of SAMPLE, repeated; with what is behind it, where a match may
 * succeed, and without, where it has to fail. */
static void check_sample(const pcre2_code *code, const char *name,
                         const char *sample, size_t len)
{
    size_t step = slow ? 17 : 1;

    if (len > 512)
        len = 512;
    for (size_t from = 0; from < len; from += step)
        for (size_t piece = 1; piece <= PIECE_MAX && from + piece <= len;
             piece = piece < 3 ? piece + 1 : piece + 5) {
            size_t to = from + piece;

            check_piece(code, name, sample, len, from, to);
            check_piece(code, name, sample, to, from, to);
        }
}

static void load(const char *path, struct buf *b)
{
    buf_clear(b);
    assert_true(file_read(path, b));
    buf_char(b, '\0');
    assert_false(b->failed);
}

static const struct form *form_of(const char *name, size_t len)
{
    const struct form *form = grammar;

    while (strlen(form->name) != len || memcmp(form->name, name, len) != 0)
        form++;
    return form;
}

static void no_row_of_the_grammar_is_worse(void **state)
{
    struct buf file = BUF_INIT(FILE_CEILING);

    (void)state;
    pumps = 0;
    load("tests/data/forms.tsv", &file);
    for (char *line = file.bytes; *line != '\0';) {
        size_t len = strcspn(line, "\n"), name = strcspn(line, "\t");
        const struct form *form = form_of(line, name);
        size_t head = name + 1;

        if (form->literal != NULL)
            head += strlen(form->literal);
        if (form->pattern != NULL && len > head) {
            pcre2_code *code = compile(form->pattern);

            check_sample(code, form->name, line + head, len - head);
            pcre2_code_free(code);
        }
        line += len + 1;
    }
    buf_free(&file);
    assert_true(slow || pumps > 10000);
}

/* The lines of a mover that an adapter's FILE has. */
static size_t samples_of(const char *file, struct text *samples)
{
    size_t count = 0;

    for (const char *at = file; *at != '\0' && count < SAMPLES_MAX;) {
        size_t len = strcspn(at, "\n");

        if (len > 2 && (at[0] == '<' || at[0] == '!'))
            samples[count++] = (struct text){ at + 2, len - 2 };
        at += len + (at[len] != '\0');
    }
    return count;
}

/* The pattern of the rule in a line, to be freed; NULL where it has none. */
static char *pattern_of(const char *line, size_t len)
{
    size_t word = strcspn(line, " \n");
    char name[32], *pattern = NULL;

    if (word >= len || word >= sizeof name)
        return NULL;
    memcpy(name, line, word);
    name[word] = '\0';
    if (reading_kind_find(name) != READ_KINDS)
        assert_true(asprintf(&pattern, "(?:%.*s)$", (int)(len - word - 1),
                             line + word + 1) > 0);
    return pattern;
}

/* A pattern in a jq program, whose regular expressions are those of PCRE2 as
 * far as these go.  It must begin where the text does: else it is looked for
 * from each place.  To be freed; NULL where the line has none. */
static char *jq_pattern_of(const char *line, size_t len)
{
    static const char *const functions[] = { "test(\"", "capture(\"" };
    const char *at = NULL;
    char *pattern;
    size_t n = 0;

    for (size_t i = 0; i < COUNT(functions) && at == NULL; i++) {
        at = memmem(line, len, functions[i], strlen(functions[i]));
        at = at == NULL ? NULL : at + strlen(functions[i]);
    }
    if (at == NULL)
        return NULL;
    assert_int_equal(at[0], '^');
    pattern = malloc(len + 1);
    assert_non_null(pattern);
    for (; *at != '"'; at++) {
        at += *at == '\\'; /* a backslash of jq's string, before one of these */
        pattern[n++] = *at;
    }
    pattern[n] = '\0';
    return pattern;
}

/* The same for what it looks at in a sample, the text of a message. */
static void check_message(const pcre2_code *code, const char *path,
                          struct text sample)
{
    static const char *const keys[] = { "\"msg\":\"", "\"message\":\"",
                                        "\"message\": \"" };

    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *at =
            memmem(sample.at, sample.len, keys[i], strlen(keys[i]));

        if (at != NULL) {
            at += strlen(keys[i]);
            check_sample(code, path, at, sample.len - (size_t)(at - sample.at));
            jq_pumps++;
        }
    }
}

static void check_adapter(const char *path, const char *file)
{
    static struct text samples[SAMPLES_MAX];
    size_t count = samples_of(file, samples);

    for (const char *at = file; *at != '\0';) {
        size_t len = strcspn(at, "\n");
        char *pattern = pattern_of(at, len), *of_jq = jq_pattern_of(at, len);

        if (pattern != NULL || of_jq != NULL) {
            pcre2_code *code = compile(pattern != NULL ? pattern : of_jq);

            for (size_t i = 0; i < count; i++)
                if (pattern != NULL)
                    check_sample(code, path, samples[i].at, samples[i].len);
                else
                    check_message(code, path, samples[i]);
            pcre2_code_free(code);
            free(pattern);
            free(of_jq);
        }
        at += len + (at[len] != '\0');
        if (strncmp(at, "sample", 6) == 0)
            break;
    }
}

static void no_rule_of_an_adapter_is_worse(void **state)
{
    struct buf file = BUF_INIT(FILE_CEILING);
    glob_t files;

    (void)state;
    pumps = 0;
    assert_int_equal(
        glob("filters/any-progress/adapters/*.adapter", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        load(files.gl_pathv[i], &file);
        check_adapter(files.gl_pathv[i], file.bytes);
    }
    globfree(&files);
    buf_free(&file);
    assert_true(slow || pumps > 10000);
    assert_true(jq_pumps > 10);
}

/* What this test is to find: it goes back over the rest from each place, once
 * or again and again. */
static void a_pattern_that_is_worse_is_found(void **state)
{
    static const struct {
        const char *pattern;
        bool worse;
    } rows[] = {
        { "a*b", false },
        { "a*a*b", true },
        { "(?:a+,?)+b", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        pcre2_code *code = compile(rows[i].pattern);

        assert_row(is_worse(code, "aa", 2, 0, 1) == rows[i].worse,
                   rows[i].pattern);
        pcre2_code_free(code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_row_of_the_grammar_is_worse),
        cmocka_unit_test(no_rule_of_an_adapter_is_worse),
        cmocka_unit_test(a_pattern_that_is_worse_is_found),
    };

    slow = getenv("PHASEPIPE_WRAP") != NULL;
    return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
