#include "base/opt.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "base/msg.h"
#include "unit.h"

enum { ARGV_MAX = 16 };

static bool pass;
static const char *phase;
static int64_t count, interval;

static const struct opt options[] = {
    { 'p', "phase", OPT_TEXT, &phase, "NAME", "the phase" },
    { 'n', "count", OPT_COUNT, &count, "N", "how many" },
    { 'i', "interval", OPT_DURATION, &interval, "TIME", "how often" },
    { 0, "pass", OPT_FLAG, &pass, NULL, "copy the input" },
    { 'P', "Pass", OPT_FLAG, &pass, NULL, "copy the input" },
    { .name = NULL },
};

static struct opt_program program = {
    .name = "prog",
    .operands = "[FILE ...]",
    .purpose = "Does nothing.",
    .options = options,
};

/* Arguments as one text, cut at '|'; an empty text has none. */
struct line {
    const char *text;
    int min, max; /* operands */
};

/* Parses in a child and prints what came of it. */
static int parse(const void *arg)
{
    const struct line *line = arg;
    static char text[1000], name[] = "prog";
    char *argv[ARGV_MAX] = { name }, *next = line->text[0] ? text : NULL;
    struct opt_result result;
    int argc = 1;

    snprintf(text, sizeof text, "%s", line->text);
    while (next != NULL)
        argv[argc++] = strsep(&next, "|");
    program.min_operands = line->min;
    program.max_operands = line->max;
    count = interval = -1;
    if (!opt_parse(&program, argc, argv, &result))
        return result.status;
    dprintf(STDOUT_FILENO, "phase=%s count=%d interval=%lld pass=%d",
            phase != NULL ? phase : "", (int)count,
            (long long)(interval / 1000000), pass);
    for (int i = 0; i < result.count; i++)
        dprintf(STDOUT_FILENO, " [%s]", result.operands[i]);
    return result.operands[result.count] == NULL ? 0 : EXIT_BUG;
}

static void assert_parse(const char *text, int min, int max, int status,
                         const char *out, const char *err)
{
    struct line line = { text, min, max };
    struct child c;

    run_child(&c, parse, &line);
    assert_string_equal(c.err, err);
    assert_string_equal(c.out, out);
    assert_int_equal(c.status, status);
}

#define GOOD(text, out) assert_parse(text, 0, -1, 0, out, "")
#define BAD(text, err)  assert_parse(text, 0, -1, EXIT_USAGE, "", err)

static void what_is_not_given_is_left_alone(void **state)
{
    (void)state;
    GOOD("", "phase= count=-1 interval=0 pass=0");
}

static void long_names_take_values_in_two_shapes(void **state)
{
    (void)state;
    GOOD("--phase=dump|--count|7", "phase=dump count=7 interval=0 pass=0");
    GOOD("--phase=a=b|--pass", "phase=a=b count=-1 interval=0 pass=1");
    GOOD("--phase|--pass", "phase=--pass count=-1 interval=0 pass=0");
}

static void short_names_take_values_in_two_shapes(void **state)
{
    (void)state;
    GOOD("-pdump|-n|7", "phase=dump count=7 interval=0 pass=0");
    GOOD("-p=x", "phase==x count=-1 interval=0 pass=0");
    GOOD("-Pn3", "phase= count=3 interval=0 pass=1");
    GOOD("-PPp|dump", "phase=dump count=-1 interval=0 pass=1");
}

static void the_last_value_counts(void **state)
{
    (void)state;
    GOOD("-n1|--count=2", "phase= count=2 interval=0 pass=0");
}

static void durations_are_read_as_go_writes_them(void **state)
{
    (void)state;
    GOOD("-i2m30s", "phase= count=-1 interval=150000 pass=0");
    /* what is more than a century is one */
    GOOD("-i875999h59m59s", "phase= count=-1 interval=3153599999000 pass=0");
    GOOD("-i2562047h47m16s", "phase= count=-1 interval=3153600000000 pass=0");
    GOOD("--interval|500ms", "phase= count=-1 interval=500 pass=0");
    GOOD("--interval=0", "phase= count=-1 interval=0 pass=0");
}

static void operands_may_stand_anywhere(void **state)
{
    (void)state;
    GOOD("a|-n1|b", "phase= count=1 interval=0 pass=0 [a] [b]");
    GOOD("-|--|--pass|-n|--",
         "phase= count=-1 interval=0 pass=0 [-] [--pass] [-n] [--]");
    GOOD("||", "phase= count=-1 interval=0 pass=0 [] [] []");
}

static void unknown_options_are_named(void **state)
{
    (void)state;
    BAD("--phases=a", "prog: fatal: --phases=a: unknown option "
                      "(see prog --help)\n");
    BAD("--phas", "prog: fatal: --phas: unknown option (see prog --help)\n");
    BAD("--=a", "prog: fatal: --=a: unknown option (see prog --help)\n");
    BAD("-x", "prog: fatal: -x: unknown option (see prog --help)\n");
    BAD("-Px", "prog: fatal: -x: unknown option (see prog --help)\n");
    BAD("-P-", "prog: fatal: --: unknown option (see prog --help)\n");
    BAD("--a\nb", "prog: fatal: --a?b: unknown option (see prog --help)\n");
}

static void missing_and_needless_values_are_named(void **state)
{
    (void)state;
    BAD("--phase", "prog: fatal: --phase: needs a value (see prog --help)\n");
    BAD("-Pp", "prog: fatal: -p: needs a value (see prog --help)\n");
    BAD("--pass=1", "prog: fatal: --pass: takes no value (see prog --help)\n");
    BAD("--pass=", "prog: fatal: --pass: takes no value (see prog --help)\n");
    BAD("--phase=", "prog: fatal: --phase: \"\" is empty\n");
    BAD("-p|", "prog: fatal: -p: \"\" is empty\n");
}

static void wrong_numbers_and_durations_are_shown(void **state)
{
    (void)state;
    BAD("--count=-1", "prog: fatal: --count: \"-1\" is not a whole number "
                      "such as 0 or 12\n");
    BAD("-n|ten", "prog: fatal: -n: \"ten\" is not a whole number such as 0 "
                  "or 12\n");
    BAD("-n9223372036854775808",
        "prog: fatal: -n: \"9223372036854775808\" is not a whole number such "
        "as 0 or 12\n");
    BAD("-i15", "prog: fatal: -i: \"15\" is not a duration such as 15s, "
                "2m30s or 500ms\n");
}

static void the_number_of_operands_is_checked(void **state)
{
    (void)state;
    assert_parse("-P", 1, 1, EXIT_USAGE, "",
                 "prog: fatal: missing operand; usage: prog [FILE ...]\n");
    assert_parse("a|b", 1, 1, EXIT_USAGE, "",
                 "prog: fatal: too many operands; usage: prog [FILE ...]\n");
    assert_parse("a", 0, 0, EXIT_USAGE, "",
                 "prog: fatal: \"a\": no file is expected, standard input is "
                 "read (see prog --help)\n");
    assert_parse("a", 1, 1, 0, "phase= count=-1 interval=0 pass=0 [a]", "");
}

static const char help[] = "Usage: prog [OPTION ...] [FILE ...]\n"
                           "Does nothing.\n"
                           "\n"
                           "  -p, --phase NAME          the phase\n"
                           "  -n, --count N             how many\n"
                           "  -i, --interval TIME       how often\n"
                           "      --pass                copy the input\n"
                           "  -P, --Pass                copy the input\n"
                           "  -h, --help                print this text\n"
                           "      --version             print the version\n"
                           "\n"
                           "The manual: man prog\n";

static void help_is_made_of_the_table(void **state)
{
    (void)state;
    assert_parse("--help", 0, -1, 0, help, "");
    assert_parse("-h", 1, 1, 0, help, "");
    assert_parse("-n1|-h|--nonsense", 0, -1, 0, help, "");
}

static void version_names_program_and_house(void **state)
{
    (void)state;
    assert_parse("--version", 1, 1, 0,
                 "prog (phasepipe) " PHASEPIPE_VERSION "\n", "");
}

/* A program that runs another one, and takes the environment too. */
static int64_t every;
static const struct opt runner_options[] = {
    { .name = "at-last",
      .kind = OPT_TEXT,
      .value = &phase,
      .argument = "NAME",
      .help = "the last" },
    { .name = "every",
      .kind = OPT_DURATION,
      .value = &every,
      .argument = "TIME",
      .help = "how often" },
    { .name = "pass",
      .kind = OPT_FLAG,
      .value = &pass,
      .help = "copy the input" },
    { .name = NULL },
};

static const struct opt_implied runner_implied[] = {
    { "every", "30s" },
    { NULL, NULL },
};

struct setting {
    const char *line, *name, *value;
};

static int parse_runner(const void *arg)
{
    const struct setting *setting = arg;
    struct line line = { setting->line, 0, -1 };

    every = -CLOCK_SECOND;
    program.options = runner_options;
    program.implied = runner_implied;
    program.environment = "PROG_";
    program.command = true;
    if (setting->name != NULL)
        setenv(setting->name, setting->value, 1);
    interval = 0;
    return parse(&line);
}

static void assert_runner(const char *text, const char *name, const char *value,
                          int status, const char *said)
{
    const struct setting setting = { text, name, value };
    struct child c;

    run_child(&c, parse_runner, &setting);
    assert_string_equal(status == 0 ? c.out : c.err, said);
    assert_int_equal(c.status, status);
}

static void the_options_of_a_runner_end_at_the_command(void **state)
{
    (void)state;
    assert_runner("--pass|ls|--at-last|-x|--", NULL, NULL, 0,
                  "phase= count=-1 interval=0 pass=1 [ls] [--at-last] [-x] "
                  "[--]");
    assert_runner("--|--pass|--|-h", NULL, NULL, 0,
                  "phase= count=-1 interval=0 pass=0 [--pass] [--] [-h]");
}

static void what_no_option_gives_comes_from_the_environment(void **state)
{
    (void)state;
    assert_runner("", "PROG_AT_LAST", "dump", 0,
                  "phase=dump count=-1 interval=0 pass=0");
    assert_runner("--at-last=a", "PROG_AT_LAST", "dump", 0,
                  "phase=a count=-1 interval=0 pass=0");
    assert_runner("", "PROG_AT_LAST", "", 0,
                  "phase= count=-1 interval=0 pass=0");
    assert_runner("", "PROG_PASS", "true", 0,
                  "phase= count=-1 interval=0 pass=1");
    assert_runner("", "PROG_PASS", "0", 0, "phase= count=-1 interval=0 pass=0");
    assert_runner("", "PROG_PASS", "1", 0, "phase= count=-1 interval=0 pass=1");
    assert_runner("", "PROG_PASS", "false", 0,
                  "phase= count=-1 interval=0 pass=0");
    assert_runner("", "PROG_PASS", "YES", 0,
                  "phase= count=-1 interval=0 pass=1");
    assert_runner("", "PROG_PASS", "off", 0,
                  "phase= count=-1 interval=0 pass=0");
    assert_runner("", "PROG_AT_LAST", "true", 0,
                  "phase=true count=-1 interval=0 pass=0");
    assert_runner("", "PROG_PASS", "perhaps", EXIT_USAGE,
                  "prog: fatal: PROG_PASS: \"perhaps\" is none of true, "
                  "yes, 1, on, false, no, 0 and off\n");
    assert_runner("", "PROG_EVERY", "15", EXIT_USAGE,
                  "prog: fatal: PROG_EVERY: \"15\" is neither a duration such "
                  "as 15s, nor one of true, yes, 1, on, false, no, 0 and "
                  "off\n");
    assert_runner("--every=1s", "PROG_EVERY", "15", 0,
                  "phase= count=-1 interval=0 pass=0");
}

/* Prints what --every has become. */
static int parse_every(const void *arg)
{
    int status = parse_runner(arg);

    dprintf(STDOUT_FILENO, " every=%d", (int)(every / 1000000));
    return status;
}

static void a_value_that_is_implied_may_be_left_out(void **state)
{
    static const struct {
        struct setting setting;
        const char *out;
    } rows[] = {
        { { "--every|1s", NULL, NULL }, " [1s] every=30000" },
        { { "--every=1s|1s", NULL, NULL }, " [1s] every=1000" },
        { { "a", "PROG_EVERY", "true" }, " [a] every=30000" },
        { { "a", "PROG_EVERY", "Yes" }, " [a] every=30000" },
        { { "a", "PROG_EVERY", "1" }, " [a] every=30000" },
        { { "a", "PROG_EVERY", "on" }, " [a] every=30000" },
        { { "a", "PROG_EVERY", "false" }, " [a] every=-1000" },
        { { "a", "PROG_EVERY", "no" }, " [a] every=-1000" },
        { { "a", "PROG_EVERY", "0" }, " [a] every=-1000" },
        { { "a", "PROG_EVERY", "OFF" }, " [a] every=-1000" },
        { { "a", "PROG_EVERY", "" }, " [a] every=-1000" },
        { { "a", "PROG_EVERY", "0s" }, " [a] every=0" },
        { { "a", "PROG_EVERY", "2s" }, " [a] every=2000" },
        { { "--every|a", "PROG_EVERY", "2s" }, " [a] every=30000" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct child c;

        run_child(&c, parse_every, &rows[i].setting);
        assert_row(strstr(c.out, rows[i].out) != NULL, rows[i].setting.line);
    }
}

static void help_names_the_environment(void **state)
{
    (void)state;
    assert_runner("-h", NULL, NULL, 0,
                  "Usage: prog [OPTION ...] [FILE ...]\n"
                  "Does nothing.\n"
                  "\n"
                  "      --at-last NAME        the last\n"
                  "      --every[=TIME]        how often\n"
                  "      --pass                copy the input\n"
                  "  -h, --help                print this text\n"
                  "      --version             print the version\n"
                  "\n"
                  "The environment gives what no option does: PROG_AT_LAST for "
                  "--at-last\n"
                  "\n"
                  "The manual: man prog\n");
}

/* The help of a program that has hardly anything, or the value of what is too
 * long for the environment. */
static int parse_bare(const void *arg)
{
    static const struct opt none[] = { { .name = NULL } };
    static const struct opt long_one[] = {
        { 0, "a-name-of-an-option-that-is-longer-than-any-has-ever-been-so-far",
          OPT_TEXT, &phase, "NAME", "the phase" },
        { .name = NULL },
    };
    const bool *is_long = arg;
    struct opt_program bare = { .name = "prog",
                                .operands = "",
                                .purpose = "Does nothing.",
                                .options = *is_long ? long_one : none,
                                .environment = "PROG_" };
    char name[] = "prog", asked[] = "--help";
    char *argv[] = { name, *is_long ? NULL : asked, NULL };
    struct opt_result result;

    if (!opt_parse(&bare, *is_long ? 1 : 2, argv, &result))
        return result.status;
    dprintf(STDOUT_FILENO, "%s", phase != NULL ? phase : "nothing");
    return 0;
}

static void help_says_nothing_of_what_there_is_not(void **state)
{
    bool is_long = false;
    struct child c;

    (void)state;
    run_child(&c, parse_bare, &is_long);
    assert_int_equal(c.status, 0);
    assert_string_equal(c.out, "Usage: prog [OPTION ...]\n"
                               "Does nothing.\n"
                               "\n"
                               "  -h, --help                print this text\n"
                               "      --version             print the version\n"
                               "\n"
                               "The manual: man prog\n");
}

static void a_name_that_is_too_long_has_no_variable(void **state)
{
    static const char variable[] = "PROG_A_NAME_OF_AN_OPTION_THAT_IS_LONGER_"
                                   "THAN_ANY_HAS_EVER_BEEN_SO_FAR";
    bool is_long = true;
    struct child c;

    (void)state;
    setenv(variable, "x", 1);
    run_child(&c, parse_bare, &is_long);
    unsetenv(variable);
    assert_int_equal(c.status, 0);
    assert_string_equal(c.out, "nothing");
}

static int help_to_full_disk(const void *arg)
{
    dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    return parse(arg);
}

static void help_that_nobody_gets_is_a_failure(void **state)
{
    static const char *const asked[] = { "--help", "--version" };

    (void)state;
    for (size_t i = 0; i < COUNT(asked); i++) {
        struct line line = { asked[i], 0, -1 };
        struct child c;

        run_child(&c, help_to_full_disk, &line);
        assert_string_equal(c.err,
                            "prog: fatal: unable to write standard output: "
                            "No space left on device\n");
        assert_int_equal(c.status, EXIT_SYSTEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_is_left_alone),
        cmocka_unit_test(long_names_take_values_in_two_shapes),
        cmocka_unit_test(short_names_take_values_in_two_shapes),
        cmocka_unit_test(the_last_value_counts),
        cmocka_unit_test(durations_are_read_as_go_writes_them),
        cmocka_unit_test(operands_may_stand_anywhere),
        cmocka_unit_test(unknown_options_are_named),
        cmocka_unit_test(missing_and_needless_values_are_named),
        cmocka_unit_test(wrong_numbers_and_durations_are_shown),
        cmocka_unit_test(the_number_of_operands_is_checked),
        cmocka_unit_test(help_is_made_of_the_table),
        cmocka_unit_test(version_names_program_and_house),
        cmocka_unit_test(the_options_of_a_runner_end_at_the_command),
        cmocka_unit_test(what_no_option_gives_comes_from_the_environment),
        cmocka_unit_test(a_value_that_is_implied_may_be_left_out),
        cmocka_unit_test(help_names_the_environment),
        cmocka_unit_test(help_says_nothing_of_what_there_is_not),
        cmocka_unit_test(a_name_that_is_too_long_has_no_variable),
        cmocka_unit_test(help_that_nobody_gets_is_a_failure),
    };

    return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
