/*
 * The relay's own state, and its parts beside the loop.
 */
#ifndef PHASE_RUN_RELAY_PARTS_H
#define PHASE_RUN_RELAY_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/clock.h"
#include "pipeline.h"
#include "reports.h"
#include "run/pick.h"
#include "stream.h"
#include "streams.h"

struct relay {
    struct clock clock;
    int64_t now;
    int link, children; /* the front; news of filters that end */
    struct stream streams[STREAMS_MAX];
    struct pick picks[STREAMS_MAX];
    int count;
    struct pipeline pipeline;
    struct reports reports;

    pid_t front, command;
    int64_t command_start; /* see process.h */
    bool stopped;          /* and the front with it */

    bool ended; /* the command has */
    int64_t term_at, deadline;
    bool hurry; /* the streams have no longer than the pipeline */
    bool copy_ended, events_ended, over, told_done;
    bool cut; /* the pipeline, since it took too long */
};

/* Takes what the front says, or that it is gone. */
void relay_take_link(struct relay *r);

/* Wakes the front where only the command was continued. */
void relay_look_at_stopped(const struct relay *r);

/* After the command's end, step by step: its last words, the mover's filter,
 * the event, the status.  Tells the front when all is done. */
void relay_advance(struct relay *r);

#endif
