/*
 * Keeps every record that a test makes the programs print.
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
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char path[4096]; /* of the file; empty: nothing is kept */

__attribute__((constructor)) static void start(void)
{
    const char *program = program_invocation_short_name;
    const char *directory = getenv("PHASEPIPE_RECORDS");
    struct timespec now;
    int n;

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
    ssize_t written = syscall(SYS_write, fd, bytes, n);
    int errnum = errno;

    if (fd != STDOUT_FILENO || path[0] == '\0')
        return written;
    if (written >= 0)
        keep(bytes, (size_t)written);
    else if (errnum != EINTR && errnum != EAGAIN)
        keep(bytes, n); /* it will not be tried again */
    errno = errnum;
    return written;
}
