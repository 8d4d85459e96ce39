#include "mover/adapter.h"

#include "base/json.h"
#include "unit.h"

/* Reads TEXT, then COUNT times MORE; what is wrong with it, or NULL. */
static const char *read_text(struct adapter *a, const char *text, int count,
                             const char *more)
{
    static struct adapter_wrong wrong;

    adapter_init(a, OP_NONE);
    buf_str(&a->text, text);
    while (count-- > 0)
        buf_str(&a->text, more);
    assert_false(a->text.failed);
    return adapter_parse(a, &wrong) ? NULL : wrong.why;
}

static void everything_has_a_ceiling(void **state)
{
    static const struct {
        const char *text, *more;
        int most;
        const char *why;
    } rows[] = {
        { "", "known a\n", 100, "more than 100 rules" },
        { "known a\nsample\n", "< a\n", 3999,
          "more than 4000 lines of samples" },
        { "operation sync\nprogress ", "(?<done>a)?", 1,
          "two named subpatterns have the same name (PCRE2_DUPNAMES not set)" },
        { "known ", "a", 20000, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct adapter a;
        const char *why =
            read_text(&a, rows[i].text, rows[i].most, rows[i].more);

        assert_row(why == NULL, rows[i].text);
        adapter_free(&a);
        why = read_text(&a, rows[i].text, rows[i].most + 1, rows[i].more);
        if (rows[i].why == NULL)
            assert_row(why == NULL, rows[i].text);
        else
            assert_string_equal(why, rows[i].why);
        adapter_free(&a);
    }
}

/* Ten groups whose names begin with N. */
#define GROUP(n, i) "(?<" n i ">x)"
#define GROUPS(n)                                                              \
    GROUP(n, "0")                                                              \
    GROUP(n, "1")                                                              \
    GROUP(n, "2")                                                              \
    GROUP(n, "3")                                                              \
    GROUP(n, "4")                                                              \
    GROUP(n, "5") GROUP(n, "6") GROUP(n, "7") GROUP(n, "8") GROUP(n, "9")

static void what_is_wrong_is_said_with_its_line(void **state)
{
    static const struct {
        const char *text;
        int line;
        const char *why;
    } rows[] = {
        { "", 0, "it has neither rules nor a jq program" },
        { "mover x\n", 0, "it has neither rules nor a jq program" },
        { "# none\n\nnonsense here\n", 3,
          "nothing is known that begins like this" },
        { "progress\n", 1, "a pattern is missing" },
        { "progress (a\n", 1, "missing closing parenthesis" },
        { "progress (?<speed>a)\n", 1,
          "\"speed\" is no member of a progress line" },
        { "operation restore\nprogress (?<hashedB>a)\n", 2,
          "\"hashedB\" is no member of a progress line of restore" },
        { "progress (?<speed>a)(?<width>b)\n", 1,
          "\"speed\" is no member of a progress line" },
        { "progress " GROUPS("b") GROUPS("c") "(?<a>a)\n", 1,
          "more than 19 groups" },
        { "single (?<done>a)\n", 1, "\"done\" is no member of a single line" },
        { "error (?<progressPercent>a)\n", 1,
          "\"progressPercent\" is no member of an error line" },
        { "operation dance\n", 1, "there is no operation \"dance\"" },
        { "operation\n", 1, "there is no operation \"\"" },
        { "stream stdin\n", 1, "a stream is stderr, stdout or both" },
        { "unit done miles\n", 1, "there is no such unit" },
        { "unit done\n", 1, "there is no such unit" },
        { "unit progressPercent iec\nprogress (?<progressPercent>a)\n", 2,
          "\"progressPercent\" cannot have this unit" },
        { "sample x\n", 1, "the total of a sample is a whole number" },
        { "< line\n", 1, "nothing is known that begins like this" },
        { "jq\n  1\njq\n  2\n", 3, "nothing is known that begins like this" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct adapter a;
        struct adapter_wrong wrong;

        adapter_init(&a, OP_NONE);
        buf_str(&a.text, rows[i].text);
        assert_row(!adapter_parse(&a, &wrong), rows[i].text);
        assert_string_equal(wrong.why, rows[i].why);
        assert_int_equal(wrong.line, rows[i].line);
        adapter_free(&a);
    }
}

static void a_nul_is_no_pattern(void **state)
{
    struct adapter a;
    struct adapter_wrong wrong;

    (void)state;
    adapter_init(&a, OP_NONE);
    buf_add(&a.text, "known a\0b\n", 10);
    assert_false(adapter_parse(&a, &wrong));
    assert_string_equal(wrong.why, "a NUL in the pattern");
    assert_int_equal(wrong.line, 1);
    adapter_free(&a);
}

static void the_first_rule_of_which_all_can_be_read_counts(void **state)
{
    struct adapter a;
    struct reading r;
    const struct rule *by = NULL;

    (void)state;
    assert_null(read_text(&a,
                          "operation verify\n"
                          "progress (?<count>\\w+)( of (?<of>\\d+))?\n"
                          "unit done x512\n"
                          "operation restore\n"
                          "progress (?<done>.+)\n"
                          "known .*\n",
                          0, ""));
    assert_int_equal(adapter_match(&a, "7", 1, &r, &by), ADAPTER_MATCHED);
    assert_int_equal(r.operation, OP_VERIFY);
    assert_int_equal(values_number(&r.values, F_processedObjects), 7);
    assert_false(values_has(&r.values, F_totalObjects));
    assert_int_equal(adapter_match(&a, "1,000", 5, &r, &by), ADAPTER_MATCHED);
    assert_int_equal(by->line, 5);
    assert_int_equal(values_number(&r.values, F_sizeDownloadedB), 512000);
    assert_int_equal(adapter_match(&a, "seven", 5, &r, &by), ADAPTER_MATCHED);
    assert_int_equal(r.kind, READ_KNOWN);
    assert_int_equal(adapter_match(&a, "", 0, &r, &by), ADAPTER_MATCHED);
    adapter_free(&a);
}

static void a_group_without_a_name_is_no_field(void **state)
{
    struct adapter a;
    struct reading r;
    const struct rule *by;

    (void)state;
    assert_null(read_text(
        &a, "operation restore\nprogress (?-n)(\\d+) (?<done>\\d+) (x)\n", 0,
        ""));
    assert_int_equal(adapter_match(&a, "77 42 x", 7, &r, &by), ADAPTER_MATCHED);
    assert_int_equal(values_number(&r.values, F_sizeDownloadedB), 42);
    assert_false(values_has(&r.values, F_progressPercent));
    adapter_free(&a);
}

static void a_rule_matches_a_whole_line(void **state)
{
    struct adapter a;
    struct reading r;
    const struct rule *by;

    (void)state;
    assert_null(read_text(&a, "known a|ab\nknown (?x) c d\n", 0, ""));
    assert_int_equal(adapter_match(&a, "ab", 2, &r, &by), ADAPTER_MATCHED);
    assert_int_equal(adapter_match(&a, "abc", 3, &r, &by), ADAPTER_NONE);
    assert_int_equal(adapter_match(&a, "xab", 3, &r, &by), ADAPTER_NONE);
    assert_int_equal(adapter_match(&a, "ab\n", 3, &r, &by), ADAPTER_NONE);
    assert_int_equal(adapter_match(&a, "cd", 2, &r, &by), ADAPTER_MATCHED);
    adapter_free(&a);
}

static void lines_end_as_they_do_anywhere(void **state)
{
    struct adapter a;
    struct reading r;
    const struct rule *by;

    (void)state;
    /* no newline at the end; comments, blanks in front */
    assert_null(
        read_text(&a, "# x\n\n  operation   sync \n\tknown   a b", 0, ""));
    assert_int_equal(a.operation, OP_SYNC);
    assert_int_equal(adapter_match(&a, "a b", 3, &r, &by), ADAPTER_MATCHED);
    assert_int_equal(r.operation, OP_SYNC);
    adapter_free(&a);
}

/* What a jq program gave, as the percent in hundredths; -1: unknown; -2: it is
 * no record. */
static int64_t percent_of(const char *text)
{
    jv v = json_parse(text, strlen(text));
    struct reading r;
    int64_t percent = -2;

    assert_true(jv_is_valid(v));
    if (reading_of_json(&r, v, OP_SYNC, false))
        percent = values_number(&r.values, F_progressPercent);
    jv_free(v);
    return percent;
}

static void numbers_of_json_are_cut_off(void **state)
{
    static const struct {
        const char *text;
        int64_t percent;
    } rows[] = {
        { "{\"progressPercent\":12.1}", 1210 },
        { "{\"progressPercent\":0.29}", 29 }, /* binary: 28.999... */
        { "{\"progressPercent\":99.999}", 9999 },
        { "{\"progressPercent\":null}", -1 },
        { "{\"type\":\"progress\",\"operation\":\"verify\",\"processedB\":1.5}",
          -1 },
        { "{\"operation\":\"verify\",\"speedBps\":1}", -2 },
        { "{\"progressPercent\":-0.5}", -2 },
        { "{\"progressPercent\":true}", -2 },
        { "{\"sizeUploadedB\":9007199254740994}", -2 },
        { "{\"sizeUploadedB\":[1]}", -2 },
        { "[1]", -2 },
        { "7", -2 },
        { "{\"type\":7}", -2 },
        { "{\"type\":\"result\",\"state\":\"known\"}", -2 },
        { "{\"type\":\"result\",\"state\":\"progress\"}", -2 },
        { "{\"type\":\"result\"}", -2 },
        { "{\"type\":\"result\",\"state\":\"failed\",\"files\":1}", -1 },
        { "{\"type\":\"message\",\"level\":\"info\"}", -2 },
        { "{\"type\":\"message\",\"level\":\"error\",\"text\":7}", -2 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(percent_of(rows[i].text) == rows[i].percent, rows[i].text);
}

/* Where the operation is somebody else's choice, members of another one are
 * left out, but no others. */
static void a_fixed_operation_leaves_out_what_it_has_not(void **state)
{
    static const struct {
        const char *text;
        bool fixed, good;
    } rows[] = {
        { "{\"speedBps\":1}", false, false },
        { "{\"speedBps\":1}", true, true },
        { "{\"nonsense\":1}", true, false },
        { "{\"nonsense\":1}", false, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        jv v = jv_parse(rows[i].text);
        struct reading r;

        assert_row(reading_of_json(&r, v, OP_VERIFY, rows[i].fixed) ==
                       rows[i].good,
                   rows[i].text);
        jv_free(v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_has_a_ceiling),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(a_nul_is_no_pattern),
        cmocka_unit_test(the_first_rule_of_which_all_can_be_read_counts),
        cmocka_unit_test(a_group_without_a_name_is_no_field),
        cmocka_unit_test(a_rule_matches_a_whole_line),
        cmocka_unit_test(lines_end_as_they_do_anywhere),
        cmocka_unit_test(numbers_of_json_are_cut_off),
        cmocka_unit_test(a_fixed_operation_leaves_out_what_it_has_not),
    };

    return cmocka_run_group_tests_name("adapter", tests, NULL, NULL);
}
