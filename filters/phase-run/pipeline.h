/*
 * The filters: the ordinary programs, found beside phase-run, joined by pipes.
 *
 *     copy -> mover's filter -> (relay) -> phase-agg -> status-patch
 *                                       -> phase-agg --format text -> (relay)
 *
 * The relay stands between, since it adds the events and sees the records.  Or
 * one shell, which gets the copy as its standard input and the events as its
 * descriptor 3.  They are a process group of their own, so that what a terminal
 * sends ends the command and not them.
 */
#ifndef PHASE_RUN_PIPELINE_H
#define PHASE_RUN_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/rec.h"
#include "sink.h"

enum { FILTERS_MAX = 4 };

struct filter {
    const char *name;
    pid_t pid; /* 0: it has ended */
    int status;
};

/* What a filter writes to the relay. */
struct source {
    struct rec rec;
    bool open;
};

struct pipeline {
    struct filter filters[FILTERS_MAX];
    int count;
    pid_t group; /* 0: nothing was started yet */
    bool broken; /* something could not be started, which was said */
    struct sink copy, records, text, events;
    struct source from_mover, from_text;
};

/* A pipeline of nothing. */
void pipeline_init(struct pipeline *p);

/* Keeps the shell's descriptor 3 free of ours, before any is opened. */
void pipeline_reserve(void);

/* Starts what the settings ask for; what cannot be started is said. */
void pipeline_start(struct pipeline *p);

/* Closes S, if it is open. */
void source_close(struct source *s);

/* Waits for those that have ended, without
 * waiting for the others. */
void pipeline_reap(struct pipeline *p);

/* Whether any still runs. */
bool pipeline_runs(const struct pipeline *p);

/* Ends those that still run, at once, and all ways to and from them. */
void pipeline_cut(struct pipeline *p);

/* Appends what went wrong to TEXT, as a list; nothing where nothing did. */
void pipeline_blame(const struct pipeline *p, struct buf *text);

/* Frees what P holds. */
void pipeline_close(struct pipeline *p);

#endif
