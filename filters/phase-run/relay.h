/*
 * The relay: a process of its own between the command and the world.
 *
 * It passes on what the command prints, feeds the pipeline with a copy, and
 * stays, when all else has ended, for as long as somebody whom the command has
 * left behind can still print.  It stands in the command's process group with
 * all signals blocked, so it goes on when the group is told to stop, and knows
 * what was sent to the whole group.
 */
#ifndef PHASE_RUN_RELAY_H
#define PHASE_RUN_RELAY_H

#include <stdbool.h>

#include "progress_file.h"
#include "streams.h"

struct relay_start {
    const struct streams *streams;
    int link;
    struct progress_file *file; /* watched already; or NULL */
    bool plain; /* only passes on: another one has died before */
};

/* Does all that, and never returns. */
void __attribute__((noreturn)) relay_run(const struct relay_start *start);

#endif
