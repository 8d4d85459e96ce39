/* sandbox.h: what is denied, what is not, and a kernel that has no filters. */
#include "base/sandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/file.h"
#include "scratch.h"

enum { HELD, BROKEN, NO_FILTERS };

#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "not (%s): %s\n", #condition, strerror(errno));    \
            return BROKEN;                                                     \
        }                                                                      \
    } while (0)

static int try_what_is_denied(const void *arg)
{
    static char name[] = "true";
    char *const argv[] = { name, NULL };
    struct sockaddr address = { .sa_family = AF_UNIX };

    (void)arg;
    if (!sandbox_enter())
        return NO_FILTERS;
    EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    if (getenv("PHASEPIPE_WRAP") == NULL) /* valgrind does not survive it */
        EXPECT(execve("/bin/true", argv, argv) == -1 && errno == EPERM);
    EXPECT(socket(AF_INET, SOCK_STREAM, 0) == -1 && errno == EPERM);
    EXPECT(socket(AF_UNIX, SOCK_STREAM, 0) == -1 && errno == EPERM);
    EXPECT(connect(0, &address, sizeof address) == -1 && errno == EPERM);
    EXPECT(kill(getppid(), 0) == -1 && errno == EPERM);
    EXPECT(mount("none", "/", "tmpfs", 0, NULL) == -1 && errno == EPERM);
    EXPECT(chroot("/") == -1 && errno == EPERM);
#ifndef __SANITIZE_ADDRESS__
    EXPECT(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1 &&
           errno == EPERM);
    EXPECT(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) == -1 && errno == EPERM);
#endif
    return HELD;
}

/* What a filter goes on doing: files, memory, time. */
static int try_what_is_not(const void *arg)
{
    struct buf b = BUF_INIT(1 << 24);

    (void)arg;
    if (!sandbox_enter())
        return NO_FILTERS;
    EXPECT(file_replace("state", "text", 4) && file_read("state", &b));
    EXPECT(b.len == 4 && buf_reserve(&b, 1 << 23));
    buf_free(&b);
    EXPECT(poll(NULL, 0, 1) == 0);
    EXPECT(write(STDOUT_FILENO, "x", 1) == 1);
    EXPECT(sandbox_enter()); /* once more does no harm */
    return HELD;
}

static void check(int (*body)(const void *))
{
    struct child c;

    run_child(&c, body, NULL);
    if (c.status == NO_FILTERS)
        return; /* as under valgrind, which does not know them */
    assert_string_equal(c.err, "");
    assert_int_equal(c.status, HELD);
}

static void programs_sockets_and_processes_are_denied(void **state)
{
    (void)state;
    check(try_what_is_denied);
}

static void files_memory_and_time_are_not(void **state)
{
    (void)state;
    check(try_what_is_not);
}

/* A kernel without filters, by a filter that came before ours. */
static int try_without_filters(const void *arg)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = COUNT(rules), .filter = rules };
    int fd;

    (void)arg;
    EXPECT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return NO_FILTERS;
    errno = 7;
    EXPECT(!sandbox_enter() && errno == 7);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT(fd >= 0);
    return HELD;
}

static void a_kernel_without_filters_is_no_failure(void **state)
{
    (void)state;
    check(try_without_filters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            programs_sockets_and_processes_are_denied, scratch_before,
            scratch_after),
        cmocka_unit_test_setup_teardown(files_memory_and_time_are_not,
                                        scratch_before, scratch_after),
        cmocka_unit_test_setup_teardown(a_kernel_without_filters_is_no_failure,
                                        scratch_before, scratch_after),
    };

    return cmocka_run_group_tests_name("sandbox", tests, scratch_open,
                                       scratch_close);
}
