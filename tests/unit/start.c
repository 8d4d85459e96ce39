#include "base/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "unit.h"

/* Each body returns 0, or the number of the line that does not hold: a child
 * has nowhere to say more. */
#define CHECK(holds)                                                           \
    do {                                                                       \
        if (!(holds))                                                          \
            return __LINE__;                                                   \
    } while (0)

static void assert_holds(int (*body)(const void *))
{
    struct child c;

    run_child(&c, body, NULL);
    assert_int_equal(c.status, 0);
}

static bool ignored(int signum)
{
    struct sigaction action;

    sigaction(signum, NULL, &action);
    return action.sa_handler == SIG_IGN;
}

static int all_closed(const void *arg)
{
    char byte = 0;

    (void)arg;
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    start_program();
    CHECK(read(STDIN_FILENO, &byte, 1) == -1 && errno == EBADF);
    CHECK(write(STDOUT_FILENO, &byte, 1) == -1 && errno == EBADF);
    CHECK(write(STDERR_FILENO, &byte, 1) == -1 && errno == EBADF);
    CHECK(open("/dev/null", O_RDONLY | O_CLOEXEC) > STDERR_FILENO);
    return 0;
}

static void closed_descriptors_are_taken_and_fail(void **state)
{
    (void)state;
    assert_holds(all_closed);
}

static int only_output_closed(const void *arg)
{
    int ends[2];
    char byte = 'x';

    (void)arg;
    CHECK(pipe(ends) == 0);
    CHECK(write(ends[1], &byte, 1) == 1);
    dup2(ends[0], STDIN_FILENO);
    close(STDOUT_FILENO);
    start_filter();
    CHECK(open("/dev/null", O_WRONLY | O_CLOEXEC) > STDERR_FILENO);
    CHECK(write(STDOUT_FILENO, &byte, 1) == -1 && errno == EBADF);
    CHECK(read(STDIN_FILENO, &byte, 1) == 1);
    CHECK(write(STDERR_FILENO, &byte, 1) == 1);
    return 0;
}

static void open_descriptors_are_left_alone(void **state)
{
    (void)state;
    assert_holds(only_output_closed);
}

static int sigpipe(const void *arg)
{
    (void)arg;
    signal(SIGPIPE, SIG_DFL);
    start_program();
    CHECK(ignored(SIGPIPE));
    CHECK(!ignored(SIGINT) && !ignored(SIGTERM) && !ignored(SIGHUP));
    return 0;
}

static int at_the_limit(const void *arg)
{
    const struct rlimit limit = { .rlim_cur = 1, .rlim_max = 1 };
    int fd = file_of("", 0);

    (void)arg;
    signal(SIGXFSZ, SIG_DFL);
    start_program();
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(write(fd, "ab", 2) == 1);
    CHECK(write(fd, "b", 1) == -1 && errno == EFBIG);
    return 0;
}

static int sigchld(const void *arg)
{
    pid_t pid;
    int status;

    (void)arg;
    signal(SIGCHLD, SIG_IGN);
    start_program();
    pid = fork();
    if (pid == 0)
        _exit(7);
    CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
    return 0;
}

static void children_leave_their_exit_codes(void **state)
{
    (void)state;
    assert_holds(sigchld);
}

static void a_file_at_its_limit_kills_no_program(void **state)
{
    (void)state;
    assert_holds(at_the_limit);
}

static void a_reader_that_goes_away_kills_no_program(void **state)
{
    (void)state;
    assert_holds(sigpipe);
}

static int reads_pipe(const void *arg)
{
    int ends[2];

    (void)arg;
    CHECK(pipe(ends) == 0);
    dup2(ends[0], STDIN_FILENO);
    start_filter();
    CHECK(ignored(SIGPIPE));
    CHECK(ignored(SIGINT) && ignored(SIGTERM) && ignored(SIGHUP));
    return 0;
}

static int reads_socket(const void *arg)
{
    int ends[2];

    (void)arg;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    dup2(ends[0], STDIN_FILENO);
    start_filter();
    CHECK(ignored(SIGINT) && ignored(SIGTERM) && ignored(SIGHUP));
    return 0;
}

static void a_filter_lives_as_long_as_its_writer(void **state)
{
    (void)state;
    assert_holds(reads_pipe);
    assert_holds(reads_socket);
}

static int reads_file(const void *arg)
{
    (void)arg;
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    start_filter();
    CHECK(ignored(SIGPIPE));
    CHECK(!ignored(SIGINT) && !ignored(SIGTERM) && !ignored(SIGHUP));
    return 0;
}

static int reads_nothing(const void *arg)
{
    (void)arg;
    close(STDIN_FILENO);
    start_filter();
    CHECK(!ignored(SIGINT) && !ignored(SIGTERM) && !ignored(SIGHUP));
    return 0;
}

static void without_a_writer_signals_end_it(void **state)
{
    (void)state;
    assert_holds(reads_file);
    assert_holds(reads_nothing);
}

/* The signals of a test run under nohup or make are ignored already. */
static int default_signals(void **state)
{
    (void)state;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_descriptors_are_taken_and_fail),
        cmocka_unit_test(open_descriptors_are_left_alone),
        cmocka_unit_test(a_reader_that_goes_away_kills_no_program),
        cmocka_unit_test(children_leave_their_exit_codes),
        cmocka_unit_test(a_file_at_its_limit_kills_no_program),
        cmocka_unit_test(a_filter_lives_as_long_as_its_writer),
        cmocka_unit_test(without_a_writer_signals_end_it),
    };

    return cmocka_run_group_tests_name("start", tests, default_signals, NULL);
}
