/*
 * Signal masks as the kernel has them.
 *
 * A C library keeps some signals for its threads, and neither blocks nor shows
 * them: 32 and 33 with glibc, 32 to 34 with musl (src/signal/sigfillset.c and
 * src/thread/pthread_sigmask.c@1.2.3).  But what is SIGRTMIN for a command with
 * glibc is 34, and who stands in front of it has to hand that on too.
 */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include <signal.h>

/* Makes SET that of every signal. */
void mask_all(sigset_t *set);

/* Makes SET that of the one SIGNAL, from 1 to 64. */
void mask_one(sigset_t *set, int signal);

/* sigprocmask(2) for this thread, with no signal left out; SET or OLD may be
 * NULL.  Async-signal-safe; it cannot fail where HOW is right. */
void mask_change(int how, const sigset_t *set, sigset_t *old);

#endif
