#include "base/msg.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "unit.h"

/* Runs BODY and compares what it returns and what it says. */
static void assert_says(int (*body)(const void *), const void *arg, int status,
                        const char *text)
{
    struct child c;

    run_child(&c, body, arg);
    assert_string_equal(c.err, text);
    assert_int_equal(c.err_len, strlen(text));
    assert_int_equal(c.status, status);
    assert_int_equal(c.out_len, 0);
}

static int say_each_kind(const void *arg)
{
    (void)arg;
    msg_info("before the name is set");
    msg_program("phase-agg");
    msg_info("%d lines", 3);
    msg_warn("line %d: %s", 4, "odd");
    errno = ENOENT;
    msg_warn_sys("unable to open %s", "a");
    errno = EACCES;
    if (msg_fatal(EXIT_USAGE, "no phase \"%s\"", "dump") != EXIT_USAGE)
        return EXIT_BUG;
    return msg_fatal_sys("unable to read %s", "b");
}

static void every_kind_has_one_shape(void **state)
{
    (void)state;
    assert_says(say_each_kind, NULL, EXIT_SYSTEM,
                "phasepipe: before the name is set\n"
                "phase-agg: 3 lines\n"
                "phase-agg: warning: line 4: odd\n"
                "phase-agg: warning: unable to open a: "
                "No such file or directory\n"
                "phase-agg: fatal: no phase \"dump\"\n"
                "phase-agg: fatal: unable to read b: Permission denied\n");
}

static int say_text(const void *arg)
{
    msg_program("p");
    msg_info("%s", (const char *)arg);
    return 0;
}

static void control_characters_become_question_marks(void **state)
{
    (void)state;
    assert_says(say_text, "a\nb\rc\td\x1b[2Je\x01\x7f", 0,
                "p: a?b?c?d?[2Je??\n");
    assert_says(say_text, "\xC2\x80 \xC2\x9B \xC2\x9F|", 0, "p: ?? ?? ??|\n");
    assert_says(say_text, "gr\xC3\xBC\xC3\x9F \xC2\xA0 \xE2\x82\xAC", 0,
                "p: gr\xC3\xBC\xC3\x9F \xC2\xA0 \xE2\x82\xAC\n");
}

static void what_is_no_utf8_becomes_question_marks(void **state)
{
    (void)state;
    assert_says(say_text, "the end \xC2", 0, "p: the end ?\n");
    assert_says(say_text, "\x9B[2J d\xE4ta \xE2\x82|", 0, "p: ?[2J d?ta ??|\n");
    assert_says(say_text, "\xED\xA0\x80 \xC0\xAF \xF4\x90\x80\x80", 0,
                "p: ??? ?? ????\n");
}

static void a_long_text_is_cut_and_still_one_line(void **state)
{
    static char text[5001];
    struct child c;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    run_child(&c, say_text, text);
    assert_int_equal(c.status, 0);
    assert_true(c.err_len > 1000 && c.err_len <= 2048);
    assert_memory_equal(c.err, "p: xxx", 6);
    assert_ptr_equal(strchr(c.err, '\n'), c.err + c.err_len - 1);
}

static int long_name(const void *arg)
{
    msg_program(arg);
    errno = ENOENT;
    msg_warn_sys("%s", "text");
    return 0;
}

static void even_a_long_name_is_cut(void **state)
{
    static char name[5001];
    struct child c;

    (void)state;
    memset(name, 'n', sizeof name - 1);
    run_child(&c, long_name, name);
    assert_int_equal(c.status, 0);
    assert_true(c.err_len > 1000 && c.err_len <= 2048);
    assert_ptr_equal(strchr(c.err, '\n'), c.err + c.err_len - 1);
}

static int keep_errno(const void *arg)
{
    (void)arg;
    close(STDERR_FILENO); /* each write fails and sets errno */
    errno = ERANGE;
    msg_info("a");
    msg_warn("a");
    msg_warn_sys("a");
    msg_fatal(EXIT_DATA, "a");
    msg_fatal_sys("a");
    return errno;
}

static void errno_is_kept(void **state)
{
    struct child c;

    (void)state;
    run_child(&c, keep_errno, NULL);
    assert_int_equal(c.status, ERANGE);
}

static int lose_output(const void *arg)
{
    (void)arg;
    msg_program("kopia-progress");
    msg_output_lost(EPIPE);
    return 0;
}

static void lost_output_is_said_with_its_reason(void **state)
{
    (void)state;
    assert_says(lose_output, NULL, 0,
                "kopia-progress: warning: unable to write standard output: "
                "Broken pipe; reading on, so that the writer is not "
                "stopped\n");
}

static int exit_status_of(const void *arg)
{
    return msg_exit_status(*(const int *)arg);
}

static int lose_a_message(const void *arg)
{
    dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    msg_info("nobody reads this");
    return msg_exit_status(*(const int *)arg);
}

static void a_lost_message_changes_the_exit_status(void **state)
{
    int done = EXIT_DONE, data = EXIT_DATA;

    (void)state;
    assert_says(exit_status_of, &done, EXIT_DONE, "");
    assert_says(exit_status_of, &data, EXIT_DATA, "");
    assert_says(lose_a_message, &done, EXIT_SYSTEM, "");
    assert_says(lose_a_message, &data, EXIT_DATA, "");
}

/* What is said where there is no memory: BEFORE, and the C library's word. */
static const char *no_memory(const char *before)
{
    static char text[200];

    snprintf(text, sizeof text, "phasepipe: %s: %s\n", before,
             strerror(ENOMEM));
    return text;
}

static int miss_memory(const void *arg)
{
    memory_miss();
    return msg_exit_status(*(const int *)arg);
}

static void missing_memory_changes_the_exit_status(void **state)
{
    int done = EXIT_DONE, data = EXIT_DATA;

    (void)state;
    assert_says(miss_memory, &done, EXIT_SYSTEM,
                no_memory("warning: something was left out"));
    assert_says(miss_memory, &data, EXIT_DATA,
                no_memory("warning: something was left out"));
}

static int need_memory(const void *arg)
{
    (void)arg;
    msg_no_memory(NULL);
}

static void without_memory_it_ends(void **state)
{
    (void)state;
    assert_says(need_memory, NULL, EXIT_SYSTEM,
                no_memory("fatal: unable to go on"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_one_shape),
        cmocka_unit_test(control_characters_become_question_marks),
        cmocka_unit_test(what_is_no_utf8_becomes_question_marks),
        cmocka_unit_test(a_long_text_is_cut_and_still_one_line),
        cmocka_unit_test(even_a_long_name_is_cut),
        cmocka_unit_test(errno_is_kept),
        cmocka_unit_test(lost_output_is_said_with_its_reason),
        cmocka_unit_test(a_lost_message_changes_the_exit_status),
        cmocka_unit_test(missing_memory_changes_the_exit_status),
        cmocka_unit_test(without_memory_it_ends),
    };

    return cmocka_run_group_tests_name("msg", tests, NULL, NULL);
}
