/*
 * What is joined to what, by pipes:
 *
 *     copy -> mover's filter -> (relay) -> phase-agg -> status-patch
 *                                       -> phase-agg --format text -> (relay)
 *
 * The relay stands between, since it adds the events and sees the records.  Or
 * one shell, which gets the copy as its standard input and the events as its
 * descriptor 3.
 */
#ifndef PHASE_RUN_PIPELINE_H
#define PHASE_RUN_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rec.h"
#include "filters.h"
#include "sink.h"

/* What a filter writes to the relay. */
struct source {
    struct rec rec;
    bool open;
};

struct pipeline {
    struct filters filters;
    struct sink copy, records, text, events;
    struct source from_mover, from_text;
};

/* A pipeline of nothing. */
void pipeline_init(struct pipeline *p);

/* Keeps the shell's descriptor of the events free of ours, before any is
 * opened; where that fails there will be no pipeline, which is said then. */
void pipeline_reserve(void);

/* Starts what the settings ask for; what cannot be started is said. */
void pipeline_start(struct pipeline *p);

/* Closes S, if it is open. */
void source_close(struct source *s);

/* Whether any filter still runs, or what it wrote is not all read. */
bool pipeline_runs(const struct pipeline *p);

/* How many bytes did not get into it. */
uint64_t pipeline_lost(const struct pipeline *p);

/* Ends the filters that still run, at once, and all ways to and from them. */
void pipeline_cut(struct pipeline *p);

/* Frees what P holds. */
void pipeline_close(struct pipeline *p);

#endif
