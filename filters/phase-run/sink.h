/*
 * The way into a filter: a bounded queue before a pipe that nobody waits for.
 */
#ifndef PHASE_RUN_SINK_H
#define PHASE_RUN_SINK_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ring.h"

struct sink {
    int fd; /* -1: there is no filter, or it is gone, or all is said */
    struct ring ring;
    bool ending;   /* closed when the queue is empty */
    bool gone;     /* the filter is */
    uint64_t lost; /* bytes that came when it was */
};

/* A sink that leads nowhere. */
#define SINK_NONE ((struct sink){ .fd = -1 })

/* Prepares S to write to FD, which it owns from then on also where it fails
 * for want of memory. */
bool sink_open(struct sink *s, int fd, size_t room);

/* Adds N bytes; never waits. */
void sink_put(struct sink *s, const char *bytes, size_t n);

/* What to wait for. */
void sink_wants(const struct sink *s, struct pollfd *fd);

/* Writes what there is room for; after poll(2) with what it said in REVENTS. */
void sink_flush(struct sink *s, short revents);

/* Nothing more will come. */
void sink_end(struct sink *s);

/* How many bytes did not arrive. */
uint64_t sink_lost(const struct sink *s);

/* Closes S, whatever waits in it, and counts that. */
void sink_drop(struct sink *s);

/* Frees what S holds. */
void sink_close(struct sink *s);

#endif
