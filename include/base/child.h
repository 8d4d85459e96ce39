/*
 * Children: other programs, started without a shell.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#define CHILD_INHERIT (-1) /* our own descriptor of that number */
#define CHILD_NULL (-2)    /* /dev/null */

struct child_start {
    const char *const *argv; /* argv[0] is looked for in PATH if without "/" */
    char *const *environment; /* NULL: our own */
    int fds[3]; /* what becomes descriptor 0, 1, 2; borrowed */
    /* Called in the child before the exec, to set what it shall inherit
     * (signals, process group); async-signal-safe; may be NULL. */
    void (*prepare)(void *arg);
    void *arg;
};

/* Starts a program; its pid, or -1 with errno set, also where the exec is what
 * failed (ENOENT, EACCES, ENOEXEC, ...), and then no child is left.  All our
 * other descriptors must be close-on-exec. */
pid_t child_start(const struct child_start *start);

#endif
