/*
 * The front: the process that was started, and the parent of the command.
 *
 * The command is in its own process group, as it would be without it, so what
 * a terminal, a shell or timeout(1) sends to the group reaches it directly;
 * what is sent to the front alone is passed on.  The relay, which is in that
 * group too, tells the one from the other.
 */
#ifndef PHASE_RUN_FRONT_H
#define PHASE_RUN_FRONT_H

/* Runs COMMAND, which ends with NULL, and returns its exit code: 128 + n where
 * a signal ended it, 127 where it is not there, 126 where it cannot be run. */
int front_run(char **command);

#endif
