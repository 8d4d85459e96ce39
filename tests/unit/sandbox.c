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
#include <sys/utsname.h>

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

/* Which release uname() says that the kernel has; it fails for NULL. */
static bool pretends;
static const char *release;

int uname(struct utsname *name)
{
    if (!pretends)
        return (int)syscall(SYS_uname, name);
    memset(name, 0, sizeof *name);
    if (release == NULL) {
        errno = EFAULT;
        return -1;
    }
    snprintf(name->release, sizeof name->release, "%s", release);
    return 0;
}

static int enters(const void *arg)
{
    pretends = true;
    release = arg;
    return sandbox_enter() ? 0 : 1;
}

/* Before Linux 5.16 a filter would have slowed the processor down. */
static void an_old_kernel_gets_no_filter(void **state)
{
    static const struct {
        const char *release;
        bool enters;
    } rows[] = {
        { "5.16", true },     { "5.16.0-1-amd64", true },
        { "5.15.99", false }, { "5.100", true },
        { "6.0", true },      { "6.1.0-18", true },
        { "10.0", true },     { "4.99", false },
        { "4.20.0", false },  { "", false },
        { "5", false },       { "5.", false },
        { "five.16", false }, { "99999999999999999999.1", false },
        { NULL, false },
    };

    struct child c;
    bool can;

    (void)state;
    run_child(&c, enters, "6.1");
    can = c.status == 0; /* this one may have none */
    for (size_t i = 0; i < COUNT(rows); i++) {
        run_child(&c, enters, rows[i].release);
        assert_row((c.status == 0) == (can && rows[i].enters),
                   rows[i].release != NULL ? rows[i].release : "none");
    }
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
        cmocka_unit_test(an_old_kernel_gets_no_filter),
    };

    return cmocka_run_group_tests_name("sandbox", tests, scratch_open,
                                       scratch_close);
}
