/*
 * What every filter does before it reads its first byte.
 */
#ifndef BASE_START_H
#define BASE_START_H

/* Makes sure that descriptors 0 to 2 are taken, so that no file opened later
 * becomes standard output: one that was closed gets /dev/null opened the wrong
 * way round, so that using it fails as it should (EBADF).  Ignores SIGPIPE, and
 * SIGXFSZ: a pipe without a reader and a file at its limit (ulimit -f) are
 * errors of a write, not the end of the program.  SIGCHLD, which who started us
 * may ignore, is the default: the exit codes of children are there to be asked.
 *
 * When standard input is a pipe or a socket it also ignores SIGINT, SIGTERM
 * and SIGHUP: the filter's life is its writer's.  A mover that is told to stop
 * wants to write its last words, and would die of SIGPIPE if the reader of
 * them were gone already. */
void start_filter(void);

/* start_filter() without the second half, for a program that has an end of its
 * own when a signal comes. */
void start_program(void);

#endif
