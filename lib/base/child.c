#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mask.h"

#define DEFAULT_PATH "/bin:/usr/bin" /* as execvp(3) has it */

enum { FIRST_FREE = 3, NO_EXEC = 127 };

/* False with errno set where PATH is nothing that we may execute. */
static bool is_program(const char *path)
{
    struct stat file;

    if (stat(path, &file) < 0)
        return false;
    if (!S_ISREG(file.st_mode)) {
        errno = EACCES;
        return false;
    }
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

/* Where NAME, which has no slash, is in our PATH; false with errno set. */
static bool search(const char *name, char found[static PATH_MAX])
{
    const char *at = getenv("PATH");
    bool forbidden = false;

    if (at == NULL)
        at = DEFAULT_PATH;
    while (at != NULL) {
        const char *end = strchrnul(at, ':');
        int len = end - at < PATH_MAX ? (int)(end - at) : PATH_MAX;

        /* an empty one is the current directory */
        if (snprintf(found, PATH_MAX, "%.*s%s%s", len, at, len > 0 ? "/" : "./",
                     name) < PATH_MAX) {
            if (is_program(found))
                return true;
            forbidden |= errno == EACCES;
        }
        at = *end == ':' ? end + 1 : NULL;
    }
    errno = forbidden ? EACCES : ENOENT;
    return false;
}

/* Where the program is that NAME means.  (execvp() would do that in the child,
 * which may do little where we have threads, and would give what has no "#!"
 * to a shell.) */
static bool find_program(const char *name, char found[static PATH_MAX])
{
    size_t len = strlen(name);

    if (len == 0 || len >= PATH_MAX) {
        errno = len == 0 ? ENOENT : ENAMETOOLONG;
        return false;
    }
    if (strchr(name, '/') == NULL)
        return search(name, found);
    memcpy(found, name, len + 1);
    return true; /* the exec tells whether it is one */
}

/* A handler would take a signal that is meant to end the child, and what it
 * does there may reach us. */
static void drop_handlers(void)
{
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;

        if (sigaction(number, NULL, &action) == 0 &&
            action.sa_handler != SIG_IGN && action.sa_handler != SIG_DFL) {
            action = (struct sigaction){ .sa_handler = SIG_DFL };
            sigaction(number, &action, NULL);
        }
    }
}

/* FD, or a copy of it, beyond the three that the child gets. */
static int above(int fd)
{
    return fd >= FIRST_FREE ? fd : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE);
}

/* Puts descriptors 0 to 2 in their places; false with errno set. */
static bool place(const int wanted[3])
{
    int from[3];

    /* all are out of the way before the first takes its place */
    for (int i = 0; i < 3; i++) {
        from[i] = wanted[i];
        if (wanted[i] == CHILD_NULL)
            from[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (wanted[i] != CHILD_INHERIT)
            from[i] = above(from[i]);
        if (from[i] < 0 && wanted[i] != CHILD_INHERIT)
            return false;
    }
    for (int i = 0; i < 3; i++)
        if (wanted[i] != CHILD_INHERIT && dup2(from[i], i) < 0)
            return false;
    return true;
}

/* What the child does; async-signal-safe.  REPORT tells why there is no
 * program, or is closed by the exec. */
static void __attribute__((noreturn))
become(const struct child_start *start, const char *path, const sigset_t *mask,
       int report)
{
    int error, far;

    drop_handlers();
    far = above(report);
    report = far >= 0 ? far : report; /* it is told where it is */
    if (far >= 0 && place(start->fds)) {
        mask_change(SIG_SETMASK, mask, NULL);
        if (start->prepare != NULL)
            start->prepare(start->arg);
        execve(path, (char *const *)start->argv,
               start->environment != NULL ? start->environment : environ);
    }
    error = errno;
    (void)!write(report, &error, sizeof error); /* whole, or nobody reads it */
    _exit(NO_EXEC);
}

/* fork() with no signal taken before the child has dropped our handlers. */
static pid_t start_child(const struct child_start *start, const char *path,
                         int report)
{
    sigset_t all, mask;
    pid_t pid;
    int kept;

    mask_all(&all);
    mask_change(SIG_SETMASK, &all, &mask);
    pid = fork();
    if (pid == 0)
        become(start, path, &mask, report);
    kept = errno;
    mask_change(SIG_SETMASK, &mask, NULL);
    errno = kept;
    return pid;
}

int child_wait(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

/* The errno that the child reports; 0 where its program runs. */
static int read_report(int fd)
{
    int error = 0;
    ssize_t n;

    do
        n = read(fd, &error, sizeof error);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof error ? error : 0;
}

pid_t child_start(const struct child_start *start)
{
    char path[PATH_MAX];
    int report[2], error;
    pid_t pid;

    if (!find_program(start->argv[0], path) || pipe2(report, O_CLOEXEC) < 0)
        return -1;
    pid = start_child(start, path, report[1]);
    error = errno;
    close(report[1]);
    if (pid > 0) {
        error = read_report(report[0]);
        if (error != 0) {
            child_wait(pid);
            pid = -1;
        }
    }
    close(report[0]);
    if (pid < 0)
        errno = error;
    return pid;
}
