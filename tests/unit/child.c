#include "base/child.h"

#include <signal.h>
#include <sys/resource.h>

#include "scratch.h"

/* What the program left in the file "out". */
static void assert_out(const char *text)
{
    struct buf b = BUF_INIT(64 * 1024);

    assert_true(file_read("out", &b));
    buf_char(&b, '\0');
    assert_string_equal(b.bytes, text);
    buf_free(&b);
}

static void assert_ended(pid_t pid, int code)
{
    int status;

    assert_true(pid > 0);
    status = child_wait(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
}

static int create(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    assert_true(fd >= 0);
    return fd;
}

/* Runs a shell's SCRIPT whose standard output is the file "out". */
static pid_t start_script(struct child_start *start, const char *script)
{
    const char *argv[] = { "sh", "-c", script, "sh", "a b", "'\"$x\n*", NULL };
    int out = create("out");
    pid_t pid;

    start->argv = argv;
    if (start->fds[1] == 0)
        start->fds[1] = out;
    pid = child_start(start);
    close(out);
    return pid;
}

static void arguments_come_as_they_are(void **state)
{
    struct child_start start = { .fds = { CHILD_NULL, 0, CHILD_INHERIT } };

    (void)state;
    assert_ended(start_script(&start, "printf '<%s>' \"$@\"; exit 7"), 7);
    assert_out("<a b><'\"$x\n*>");
}

static void the_environment_is_ours_or_what_is_given(void **state)
{
    struct child_start start = { .fds = { CHILD_NULL, 0, CHILD_INHERIT } };
    char one[] = "ONE=1 2", *environment[] = { one, NULL };

    (void)state;
    assert_int_equal(setenv("OURS", "yes", 1), 0);
    assert_ended(start_script(&start, "echo $OURS"), 0);
    assert_out("yes\n");
    start.environment = environment;
    start.fds[1] = 0;
    assert_ended(start_script(&start, "echo \"$ONE,$OURS\""), 0);
    assert_out("1 2,\n");
    unsetenv("OURS");
}

/* A file with TEXT to be read from its start. */
static int holding(const char *path, const char *text)
{
    put(path, text, 0666);
    return open(path, O_RDWR | O_CLOEXEC);
}

static void descriptors_take_their_places(void **state)
{
    int in = holding("in", "input\n"), err = create("err");
    struct child_start start = { .fds = { in, 0, err } };
    struct buf b = BUF_INIT(100);

    (void)state;
    assert_ended(start_script(&start, "cat; echo e >&2"), 0);
    assert_out("input\n");
    assert_true(file_read("err", &b));
    assert_int_equal(b.len, 2);
    buf_free(&b);
    close(in);
    close(err);
}

/* In a child of the test: descriptors 0 and 1 are swapped, and 2 is the null
 * device. */
static int swaps(const void *arg)
{
    const char *argv[] = { "sh", "-c", "cat; [ /dev/null -ef /dev/fd/2 ]",
                           NULL };
    struct child_start start = { .argv = argv, .fds = { 1, 0, CHILD_NULL } };
    int status;

    (void)arg;
    dup2(create("out"), 0);
    dup2(holding("in", "input\n"), 1);
    status = child_wait(child_start(&start));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void descriptors_may_change_places(void **state)
{
    struct child c;

    (void)state;
    run_child(&c, swaps, NULL);
    assert_int_equal(c.status, 0);
    assert_out("input\n");
}

/* In a child of the test, which has none of the three open. */
static int without_descriptors(const void *arg)
{
    const char *argv[] = { "sh", "-c",
                           "echo x >out; [ /dev/null -ef /dev/fd/0 ] &&"
                           " ! [ -e /proc/self/fd/1 ]",
                           NULL };
    struct child_start start = {
        .argv = argv, .fds = { CHILD_NULL, CHILD_INHERIT, CHILD_NULL }
    };
    const char *none[] = { "./nothing", NULL };
    int status;

    (void)arg;
    close(0);
    close(1);
    close(2);
    status = child_wait(child_start(&start));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return 1;
    start.argv = none;
    return child_start(&start) != -1 || errno != ENOENT ? 2 : 0;
}

static void closed_descriptors_do_no_harm(void **state)
{
    struct child c;

    (void)state;
    run_child(&c, without_descriptors, NULL);
    assert_int_equal(c.status, 0);
    assert_out("x\n");
}

/* In a child of the test, which has no number for another descriptor. */
static int with_four_descriptors(const void *arg)
{
    struct rlimit limit;
    const char *argv[] = { "true", NULL };
    struct child_start start = {
        .argv = argv, .fds = { CHILD_INHERIT, CHILD_INHERIT, CHILD_INHERIT }
    };

    (void)arg;
    (void)fcntl(2, F_DUPFD_CLOEXEC, 3); /* 3 is taken, if it was not */
    close(0);
    close(1);
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 1;
    limit.rlim_cur = 4;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 1;
    if (child_start(&start) != -1 || errno != EMFILE)
        return 2;
    return waitpid(-1, NULL, 0) == -1 && errno == ECHILD ? 0 : 3;
}

static void a_child_that_has_no_descriptor_left_is_told(void **state)
{
    struct child c;

    (void)state;
    run_child(&c, with_four_descriptors, NULL);
    assert_int_equal(c.status, 0);
}

static void our_own_descriptor_is_not_closed_by_the_exec(void **state)
{
    struct child_start start = { .fds = { 0, 0, CHILD_INHERIT } };
    int kept = dup(STDIN_FILENO), in = holding("in", "input\n");

    (void)state;
    dup3(in, STDIN_FILENO, O_CLOEXEC);
    close(in);
    assert_ended(start_script(&start, "cat"), 0);
    assert_out("input\n");
    assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
    close(kept);
}

static void a_bad_descriptor_is_told(void **state)
{
    const char *argv[] = { "true", NULL };
    struct child_start start = { .argv = argv,
                                 .fds = { 12345, CHILD_NULL, CHILD_NULL } };

    (void)state;
    assert_int_equal(child_start(&start), -1);
    assert_int_equal(errno, EBADF);
}

static void what_cannot_run_is_told_and_leaves_no_child(void **state)
{
    static char long_name[8192];
    static const struct {
        const char *name;
        int error;
    } rows[] = {
        { "./nothing", ENOENT },
        { "nothing-of-this-name", ENOENT },
        { "", ENOENT },
        { "./dir", EACCES },
        { "./plain", EACCES },
        { "./text", ENOEXEC },
        { "./plain/x", ENOTDIR },
        { "plain", EACCES },
        { "dir", EACCES },
        { "text", ENOEXEC },
        { long_name, ENAMETOOLONG },
        { "./orphan", ENOENT },
    };
    char *path = strdup(getenv("PATH"));
    /* valgrind cannot run what this row asks for */
    size_t count = COUNT(rows) - (getenv("PHASEPIPE_WRAP") != NULL);

    (void)state;
    memset(long_name, 'x', sizeof long_name - 1);
    assert_int_equal(mkdir("dir", 0777), 0);
    put("plain", "#!/bin/sh\n", 0644);
    put("text", "echo no program\n", 0755);
    put("orphan", "#!/nothing/of/this/name\n", 0755);
    setenv("PATH", "/nothing-here:.", 1);
    for (size_t i = 0; i < count; i++) {
        const char *argv[] = { rows[i].name, NULL };
        struct child_start start = {
            .argv = argv, .fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL }
        };

        assert_row(child_start(&start) == -1, rows[i].name);
        assert_row(errno == rows[i].error, rows[i].name);
        assert_row(waitpid(-1, NULL, 0) == -1 && errno == ECHILD, rows[i].name);
    }
    setenv("PATH", path, 1);
    free(path);
}

/* The exit code of the program "which" that PATH leads to. */
static int which(const char *path)
{
    const char *argv[] = { "which", NULL };
    struct child_start start = {
        .argv = argv, .fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL }
    };
    char *kept = strdup(getenv("PATH"));
    int status;

    if (path != NULL)
        setenv("PATH", path, 1);
    else
        unsetenv("PATH");
    status = child_wait(child_start(&start));
    setenv("PATH", kept, 1);
    free(kept);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_program_is_looked_for_in_path(void **state)
{
    static const struct {
        const char *path;
        int code;
    } rows[] = {
        { "a:b", 1 },
        { "b:a", 2 },
        { "no:b:a", 2 },
        { "plain:dir:a", 1 }, /* what may not be executed is passed over */
        { "", 3 },
        { "no:", 3 },
        { ":a", 3 },
        { "no::a", 3 },
    };
    static char longer[3 * 4096];

    (void)state;
    mkdir("a", 0777);
    mkdir("b", 0777);
    mkdir("plain", 0777);
    mkdir("dir", 0777);
    mkdir("dir/which", 0777);
    put("a/which", "#!/bin/sh\nexit 1\n", 0755);
    put("b/which", "#!/bin/sh\nexit 2\n", 0755);
    put("which", "#!/bin/sh\nexit 3\n", 0755);
    put("plain/which", "#!/bin/sh\nexit 4\n", 0644);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(which(rows[i].path) == rows[i].code, rows[i].path);
    memset(longer, 'x', sizeof longer - 1);
    memcpy(longer + sizeof longer - 4, ":b", 3);
    assert_int_equal(which(longer), 2);
    assert_true(which(NULL) >= 0); /* the system's own, which complains */
}

static void own_group(void *arg)
{
    (void)arg;
    setpgid(0, 0);
}

static void what_is_prepared_is_there(void **state)
{
    const char *argv[] = { "sleep", "1000", NULL };
    struct child_start start = { .argv = argv,
                                 .fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL },
                                 .prepare = own_group };
    pid_t pid = child_start(&start);
    int status;

    (void)state;
    assert_true(pid > 0);
    assert_int_equal(getpgid(pid), pid);
    assert_int_equal(kill(-pid, SIGKILL), 0);
    status = child_wait(pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
    (void)number;
    handled = 1;
}

static void raise_it(void *arg)
{
    (void)arg;
    raise(SIGUSR1);
}

static void a_handler_of_ours_is_none_of_the_child(void **state)
{
    const char *argv[] = { "true", NULL };
    struct child_start start = { .argv = argv,
                                 .fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL },
                                 .prepare = raise_it };
    int status;

    (void)state;
    signal(SIGUSR1, on_signal);
    status = child_wait(child_start(&start));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
    assert_int_equal(handled, 0);
    raise(SIGUSR1); /* ours is still there */
    assert_int_equal(handled, 1);
    signal(SIGUSR1, SIG_DFL);
}

static void mask_and_ignored_signals_stay(void **state)
{
    struct child_start start = { .fds = { CHILD_NULL, 0, CHILD_INHERIT } };
    sigset_t one, before, after;

    (void)state;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    sigprocmask(SIG_BLOCK, &one, &before);
    signal(SIGUSR1, SIG_IGN);
    assert_ended(start_script(&start, "kill -USR1 $$; kill -USR2 $$; echo on"),
                 0);
    assert_out("on\n");
    sigprocmask(SIG_SETMASK, &before, &after);
    assert_true(sigismember(&after, SIGUSR2));
    assert_false(sigismember(&after, SIGUSR1));
    signal(SIGUSR1, SIG_DFL);
}

static void what_is_close_on_exec_stays_with_us(void **state)
{
    struct child_start start = { .fds = { CHILD_NULL, 0, CHILD_INHERIT } };
    int fd = create("ours");
    char script[64];

    (void)state;
    snprintf(script, sizeof script, "[ ! -e /proc/self/fd/%d ]", fd);
    assert_ended(start_script(&start, script), 0);
    close(fd);
}

static void a_wait_outlasts_signals(void **state)
{
    const char *argv[] = { "sh", "-c",
                           "i=0; while [ $i -lt 20 ]; do kill -USR1 $PPID;"
                           " i=$((i + 1)); done; exit 9",
                           NULL };
    struct child_start start = {
        .argv = argv, .fds = { CHILD_NULL, CHILD_NULL, CHILD_NULL }
    };
    const struct sigaction action = { .sa_handler = on_signal }; /* EINTR */

    (void)state;
    handled = 0;
    sigaction(SIGUSR1, &action, NULL);
    assert_ended(child_start(&start), 9);
    assert_int_equal(handled, 1);
    signal(SIGUSR1, SIG_DFL);
    assert_int_equal(child_wait(getpid()), -1);
    assert_int_equal(errno, ECHILD);
}

#define TEST(t)                                                                \
    cmocka_unit_test_setup_teardown(t, scratch_before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(arguments_come_as_they_are),
        TEST(the_environment_is_ours_or_what_is_given),
        TEST(descriptors_take_their_places),
        TEST(descriptors_may_change_places),
        TEST(closed_descriptors_do_no_harm),
        TEST(a_child_that_has_no_descriptor_left_is_told),
        TEST(our_own_descriptor_is_not_closed_by_the_exec),
        TEST(a_bad_descriptor_is_told),
        TEST(what_cannot_run_is_told_and_leaves_no_child),
        TEST(a_program_is_looked_for_in_path),
        TEST(what_is_prepared_is_there),
        TEST(a_handler_of_ours_is_none_of_the_child),
        TEST(mask_and_ignored_signals_stay),
        TEST(what_is_close_on_exec_stays_with_us),
        TEST(a_wait_outlasts_signals),
    };

    return cmocka_run_group_tests_name("child", tests, scratch_open,
                                       scratch_close);
}
