/*
 * Signals, as events that phase-view waits for together with its input.
 */
#ifndef PHASE_VIEW_SIGNALS_H
#define PHASE_VIEW_SIGNALS_H

#include <stdbool.h>

/* Takes SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT and SIGWINCH, but what was
 * ignored when the program started stays ignored.  A descriptor that is
 * readable when one has come; -1 with errno set. */
int signals_open(void);

/* The next signal that has come to FD; 0 where there is none. */
int signals_next(int fd);

/* Stops the program, as a SIGTSTP would have done; returns when it goes on. */
void signals_stop(void);

/* Ends the program by SIGNAL, so that who started it sees why.  Returns only
 * where the signal ends nobody. */
void signals_die(int signal);

/* Lets a child have all signals: the shape of child.h's `prepare`. */
void signals_prepare_child(void *unused);

#endif
