/*
 * Keeps every record that a test makes the programs print, and finds every
 * secret that leaves them.
 *
 * Loaded in front of the C library (LD_PRELOAD) it copies what any-progress,
 * kopia-progress and phase-agg write to standard output into a file of each
 * process in $PHASEPIPE_RECORDS.  They notice nothing: the same bytes go the
 * same way in the same calls, with the same errors and signals.  What a full
 * disk or a reader that went away did not take is kept too.  Other programs are
 * left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char path[4096]; /* of the file; empty: nothing is kept */

static bool watched; /* a program of ours */
static pid_t self;   /* a child of it, without an exec, has another */

/* What the tests of status-patch have for tokens, and how those of a real API
 * server begin: {"alg": in base64. */
static const char *const secrets[] = { "a-token", "b-token", "geheim", "gEhEiM",
                                       "eyJhbGciOi" };

static void must_be_public(const char *bytes, size_t n, const char *where)
{
    static const char head[] = "a secret was found in ";
    ssize_t ignored;

    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (memmem(bytes, n, secrets[i], strlen(secrets[i])) != NULL) {
            ignored = syscall(SYS_write, STDERR_FILENO, head, strlen(head));
            ignored += syscall(SYS_write, STDERR_FILENO, where, strlen(where));
            (void)ignored;
            abort();
        }
}

/* A program of ours, by its name. */
static bool is_ours(const char *program)
{
    static const char *const names[] = { "any-progress", "kopia-progress",
                                         "phase-agg",    "phase-metrics",
                                         "phase-run",    "phase-view",
                                         "status-patch" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(program, names[i]) == 0)
            return true;
    return false;
}

/* The words of a process, its arguments or variables, with a zero behind each.
 * A proxy's password is put among the variables by its user. */
static void words_must_be_public(const char *bytes, size_t len,
                                 const char *where)
{
    static const char proxy[] = "HTTPS_PROXY=";

    while (len > 0) {
        size_t n = strnlen(bytes, len);

        if (strncmp(bytes, proxy, strlen(proxy)) != 0)
            must_be_public(bytes, n, where);
        n += n < len;
        bytes += n;
        len -= n;
    }
}

/* What any user of the machine, or root, can see of a process. */
static void look_at_words(void)
{
    static const char *const files[] = { "/proc/self/cmdline",
                                         "/proc/self/environ" };
    static char bytes[256 * 1024];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        int fd = open(files[i], O_RDONLY | O_CLOEXEC);
        size_t len = 0;
        ssize_t n;

        while (fd >= 0 && len < sizeof bytes &&
               (n = read(fd, bytes + len, sizeof bytes - len)) > 0)
            len += (size_t)n;
        words_must_be_public(bytes, len, files[i]);
        if (fd >= 0)
            close(fd);
    }
}

__attribute__((constructor)) static void start(void)
{
    const char *program = program_invocation_short_name;
    const char *directory = getenv("PHASEPIPE_RECORDS");
    struct timespec now;
    int n;

    self = getpid();
    watched = is_ours(program);
    if (watched)
        look_at_words();
    if (directory == NULL || (strcmp(program, "any-progress") != 0 &&
                              strcmp(program, "kopia-progress") != 0 &&
                              strcmp(program, "phase-agg") != 0))
        return;
    clock_gettime(CLOCK_MONOTONIC, &now); /* a process ID may come again */
    n = snprintf(path, sizeof path, "%s/%s-%ld-%lld.%09ld", directory, program,
                 (long)getpid(), (long long)now.tv_sec, now.tv_nsec);
    if (n < 0 || (size_t)n >= sizeof path)
        abort();
}

/* It may have changed them. */
__attribute__((destructor)) static void end(void)
{
    if (watched)
        look_at_words();
}

/* A record that is lost would be one that nobody looks at, so the test fails.
 * The file is not kept open: a program's descriptors are its own. */
static void keep(const char *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

    if (fd < 0 || syscall(SYS_write, fd, bytes, n) != (long)n || close(fd) != 0)
        abort();
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    ssize_t written;
    int errnum;

    /* what status-patch reads of secrets in a child comes by a pipe */
    if (watched && (fd <= STDERR_FILENO || getpid() == self))
        must_be_public(bytes, n, "what it writes");
    written = syscall(SYS_write, fd, bytes, n);
    errnum = errno;

    if (fd != STDOUT_FILENO || path[0] == '\0')
        return written;
    if (written >= 0)
        keep(bytes, (size_t)written);
    else if (errnum != EINTR && errnum != EAGAIN)
        keep(bytes, n); /* it will not be tried again */
    errno = errnum;
    return written;
}

/* What goes out in other ways; TLS has no secret in it any more. */
ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    if (watched)
        must_be_public(bytes, n, "what it sends");
    return syscall(SYS_sendto, fd, bytes, n, flags, NULL, 0);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    if (watched)
        must_be_public(bytes, n, "what it writes");
    return syscall(SYS_pwrite64, fd, bytes, n, at);
}

/* The name of a file. */
int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    if (watched)
        must_be_public(to, strlen(to), "the name of a file");
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}
