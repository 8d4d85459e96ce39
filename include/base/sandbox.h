/*
 * Giving up what a filter never needs once it has begun.
 *
 * A filter reads what others wrote, with libraries that others wrote; whoever
 * found a way to make it do something else would find that it can start no
 * program, reach no network and touch no other process.  Files stay as they
 * are: what a filter may open is for its user to say.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>

/* Sets no_new_privs, and denies this process, for good, the system calls for
 * programs, processes, sockets, tracing, namespaces and kernel parts: they
 * fail with EPERM, and nothing ends.  Those that others ask for in its name, in
 * another architecture's numbers, fail as well.
 *
 * False where the kernel, or this architecture, has no such filter, or where
 * it would cost more than some nanoseconds for a system call (before Linux
 * 5.16); then nothing is denied, which is no failure.  Not for a program that
 * starts others, has threads, or speaks to a server. */
bool sandbox_enter(void);

#endif
