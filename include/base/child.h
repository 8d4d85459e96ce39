/*
 * Children: other programs, started without a shell.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#define CHILD_INHERIT (-1) /* our own descriptor of that number */
#define CHILD_NULL    (-2) /* /dev/null */

struct child_start {
    const char *const *argv;  /* argv[0] is looked for in our PATH where it
                                 has no "/" */
    char *const *environment; /* NULL: our own */
    int fds[3]; /* what becomes descriptor 0, 1, 2; borrowed, may be one of
                   those itself */
    /* Called in the child as the last thing before the exec, to set what it
     * shall inherit (signals, process group); async-signal-safe; may be
     * NULL. */
    void (*prepare)(void *arg);
    void *arg;
};

/* Starts a program; its pid, or -1 with errno set, also where the exec is what
 * failed (ENOENT, EACCES, ENOEXEC, ...), and then no child is left.  The child
 * has our signal mask, and ignores what we ignore; no handler of ours runs in
 * it.  All our other descriptors must be close-on-exec.
 *
 * It returns when the program runs, so a signal that is sent to the pid finds
 * the program, and what `prepare` does has been done. */
pid_t child_start(const struct child_start *start);

/* Waits for the child PID, however many signals come; its wait status, or -1
 * with errno set. */
int child_wait(pid_t pid);

#endif
