/*
 * measure COMMAND [ARG ...]: runs it with its output thrown away, and prints
 * wall and CPU seconds, the peak of its memory in KiB and its status.  Whom it
 * leaves behind is waited for, and his seconds of CPU count too.
 *
 * What the shell starts for `measure COMMAND < <(...)` is a child of this very
 * process, and would count as well: then this ends with 100.  Write a pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC), status;
    struct timespec start, end;
    struct rusage usage;
    pid_t child;

    if (argc < 2 || nowhere < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return 100;
    if (waitpid(-1, &status, WNOHANG) >= 0 || errno != ECHILD) {
        fputs("measure: it has a child already\n", stderr);
        return 100;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    child = fork();
    if (child == 0) {
        dup2(nowhere, STDOUT_FILENO);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return 111;
    clock_gettime(CLOCK_MONOTONIC, &end);
    while (wait(NULL) > 0)
        ;
    getrusage(RUSAGE_CHILDREN, &usage);
    printf("%.4f %.4f %ld %d\n",
           (double)(end.tv_sec - start.tv_sec) +
               (double)(end.tv_nsec - start.tv_nsec) / 1e9,
           seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
