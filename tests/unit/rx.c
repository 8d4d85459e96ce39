#include "base/rx.h"

#include <stdlib.h>

#include "unit.h"

static struct rx *compile(const char *pattern)
{
    const char *why = NULL;
    struct rx *rx = rx_compile(pattern, &why);

    if (rx == NULL)
        fail_msg("%s: %s", pattern, why);
    return rx;
}

struct wanted {
    const char *name;
    int group; /* -1: there is none of that name */
};

static void look(void *arg, const char *name, int group)
{
    struct wanted *wanted = arg;

    if (strcmp(name, wanted->name) == 0)
        wanted->group = group;
}

static int group_of(const struct rx *rx, const char *name)
{
    struct wanted wanted = { name, -1 };

    rx_each_group(rx, look, &wanted);
    return wanted.group;
}

static void gives_the_span_of_each_group(void **state)
{
    struct rx *rx = compile("(?<done>\\d+) of (?<all>\\d+)");
    const char *text = "12 of 345 files";
    const size_t *ends;

    (void)state;
    assert_int_equal(rx_match(rx, text, strlen(text), &ends), 3);
    assert_int_equal(ends[0], 0);
    assert_int_equal(ends[1], 9);
    assert_int_equal(group_of(rx, "done"), 1);
    assert_int_equal(ends[2], 0);
    assert_int_equal(ends[3], 2);
    assert_int_equal(group_of(rx, "all"), 2);
    assert_int_equal(ends[4], 6);
    assert_int_equal(ends[5], 9);
    rx_free(rx);
}

static void matches_at_the_start_only(void **state)
{
    struct rx *rx = compile("ab");
    const size_t *ends;

    (void)state;
    assert_int_equal(rx_match(rx, "abc", 3, &ends), 1);
    assert_int_equal(rx_match(rx, "xab", 3, &ends), RX_NO_MATCH);
    assert_int_equal(rx_match(rx, "ab", 1, &ends), RX_NO_MATCH);
    assert_int_equal(rx_match(rx, "", 0, &ends), RX_NO_MATCH);
    rx_free(rx);
}

static void groups_that_took_no_part_are_unset(void **state)
{
    struct rx *rx = compile("(?<a>x)|(?<b>y)|(?<c>z)");
    const size_t *ends;

    (void)state;
    assert_int_equal(rx_match(rx, "y", 1, &ends), 4);
    assert_true(ends[2] == RX_UNSET && ends[3] == RX_UNSET);
    assert_true(ends[4] == 0 && ends[5] == 1);
    assert_true(ends[6] == RX_UNSET && ends[7] == RX_UNSET);
    /* what the match before had set is unset again */
    assert_int_equal(rx_match(rx, "x", 1, &ends), 4);
    assert_true(ends[2] == 0 && ends[3] == 1);
    assert_true(ends[4] == RX_UNSET && ends[5] == RX_UNSET);
    rx_free(rx);
}

static void only_named_groups_are_groups(void **state)
{
    struct rx *rx = compile("(a)(?<n>b)");
    const size_t *ends;

    (void)state;
    assert_int_equal(rx_match(rx, "ab", 2, &ends), 2);
    assert_int_equal(group_of(rx, "n"), 1);
    assert_int_equal(ends[2], 1);
    assert_int_equal(group_of(rx, "m"), -1);
    rx_free(rx);
}

static void bytes_are_bytes(void **state)
{
    struct rx *rx = compile("(?<all>.+)$");
    static const char text[] = "a\0\r\n\xFF\xC3";
    const size_t *ends;

    (void)state;
    assert_int_equal(rx_match(rx, text, 6, &ends), 2);
    assert_int_equal(ends[3], 6);
    rx_free(rx);
}

static void a_dollar_is_the_end_and_not_a_newline_before_it(void **state)
{
    struct rx *rx = compile("ab$");
    const size_t *ends;

    (void)state;
    assert_int_equal(rx_match(rx, "ab", 2, &ends), 1);
    assert_int_equal(rx_match(rx, "ab\n", 3, &ends), RX_NO_MATCH);
    rx_free(rx);
}

static void no_input_makes_a_match_take_for_ever(void **state)
{
    struct rx *rx = compile("(?:a|a|aa)+$");
    char text[1001];
    const size_t *ends;

    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = 'b'; /* 2^1000 ways to fail */
    assert_int_equal(rx_match(rx, text, sizeof text, &ends), RX_LIMIT);
    text[16] = 'b'; /* more than a million: PCRE2's own limit lets it */
    assert_int_equal(rx_match(rx, text, 17, &ends), RX_LIMIT);
    text[10] = 'b';
    assert_int_equal(rx_match(rx, text, 11, &ends), RX_NO_MATCH);
    assert_int_equal(rx_match(rx, text, 10, &ends), 1);
    rx_free(rx);
}

/* Whatever it is that a match uses up: steps, depth, or memory. */
static void every_limit_is_a_limit(void **state)
{
    static char text[20000], groups[4000] = "(*NO_JIT)(?:a";
    const char *const patterns[] = { "(?<x>a(?&x)?b)$",
                                     "(*NO_JIT)(?<x>a(?&x)?b)$",
                                     "(*NO_JIT)(?:a|a|aa)+$", groups };
    const size_t *ends;

    (void)state;
    for (int i = 0; i < 100; i++) /* each makes a step larger */
        snprintf(groups + strlen(groups), sizeof groups - strlen(groups),
                 "|(?<g%d>b)", i);
    memcpy(groups + strlen(groups), ")*c", 4);
    for (size_t i = 0; i < COUNT(patterns); i++) {
        struct rx *rx = compile(patterns[i]);

        memset(text, 'a', sizeof text);
        assert_row(rx_match(rx, text, sizeof text, &ends) == RX_LIMIT,
                   patterns[i]);
        assert_row(rx_match(rx, "b", 1, &ends) == RX_NO_MATCH, patterns[i]);
        rx_free(rx);
    }
}

static void a_pattern_may_do_without_a_jit(void **state)
{
    struct rx *rx = compile("(*NO_JIT)(?<x>a+)b");
    const size_t *ends;

    (void)state;
    assert_int_equal(rx_match(rx, "aab", 3, &ends), 2);
    assert_int_equal(ends[2], 0);
    assert_int_equal(ends[3], 2);
    rx_free(rx);
}

static void a_wrong_pattern_gives_its_reason(void **state)
{
    static const struct {
        const char *pattern, *why;
    } rows[] = {
        { "(a", "missing closing parenthesis" },
        { "[a", "missing terminating ] for character class" },
        { "*", "quantifier does not follow a repeatable item" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *why = NULL;

        assert_null(rx_compile(rows[i].pattern, &why));
        assert_string_equal(why, rows[i].why);
    }
    rx_free(NULL);
}

struct seen {
    char names[4];
    int groups[4], count;
};

static void see(void *arg, const char *name, int group)
{
    struct seen *seen = arg;

    seen->names[seen->count] = name[0];
    seen->groups[seen->count++] = group;
}

static void visits_each_named_group(void **state)
{
    struct rx *rx = compile("(?<z>a)(?<y>b)?(?<x>c)"), *none = compile("a(b)");
    struct seen seen = { .count = 0 };

    (void)state;
    rx_each_group(none, see, &seen);
    assert_int_equal(seen.count, 0);
    rx_each_group(rx, see, &seen);
    assert_int_equal(seen.count, 3);
    for (int i = 0; i < 3; i++) /* z is 1, y is 2, x is 3; any order */
        assert_int_equal(seen.groups[i], 'z' - seen.names[i] + 1);
    assert_int_equal(seen.groups[0] + seen.groups[1] + seen.groups[2], 6);
    rx_free(rx);
    rx_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_span_of_each_group),
        cmocka_unit_test(matches_at_the_start_only),
        cmocka_unit_test(groups_that_took_no_part_are_unset),
        cmocka_unit_test(only_named_groups_are_groups),
        cmocka_unit_test(bytes_are_bytes),
        cmocka_unit_test(a_dollar_is_the_end_and_not_a_newline_before_it),
        cmocka_unit_test(no_input_makes_a_match_take_for_ever),
        cmocka_unit_test(every_limit_is_a_limit),
        cmocka_unit_test(a_pattern_may_do_without_a_jit),
        cmocka_unit_test(a_wrong_pattern_gives_its_reason),
        cmocka_unit_test(visits_each_named_group),
    };

    return cmocka_run_group_tests_name("rx", tests, NULL, NULL);
}
