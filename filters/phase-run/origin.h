/*
 * What the command inherits: what phase-run itself was started with.
 */
#ifndef PHASE_RUN_ORIGIN_H
#define PHASE_RUN_ORIGIN_H

#include <signal.h>
#include <stdbool.h>

struct origin {
    bool closed[3]; /* standard input, output and error */
    sigset_t mask;
    struct sigaction pipe, file_size, child;
};

extern struct origin origin;

/* Notes how things are; the first thing that the program does. */
void origin_note(void);

/* Makes mask and dispositions of signals what they were; async-signal-safe, in
 * the shape of child_start's `prepare`. */
void origin_signals(void *unused);

/* Forgets SIGNAL where it waits, blocked: it was sent when the process was
 * still a copy of ours, and a stop would keep it from becoming a program, for
 * which we wait.  Async-signal-safe. */
void origin_forget(int signal);

/* The same as origin_signals(), closes what was closed, and forgets stops. */
void origin_restore(void *unused);

/* Closes the descriptors that we were given for the command alone, all beyond
 * the standard three: whoever waits for their end shall not wait for us. */
void origin_release(void);

/* Puts /dev/null in the place of a standard descriptor that is not ours to
 * keep; it was given for the command too. */
void origin_give_up(int fd);

#endif
