/*
 * What /proc says of another process.
 */
#ifndef PHASE_RUN_PROCESS_H
#define PHASE_RUN_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
    char state;    /* as ps(1) has it: R, S, T, ... */
    int64_t start; /* when it began, which tells it from a later one of the
                      same number; -1: unknown */
};

/* Looks at process PID; false where there is none. */
bool process_look(pid_t pid, struct process *process);

/* Whether process PID is stopped. */
bool process_stopped(pid_t pid);

#endif
