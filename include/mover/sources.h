/*
 * The sources of one run and how each of them ended.
 *
 * Two streams tell of them: "Snapshotting ..." and progress on standard error,
 * the documents of --json on standard output; joined, either can come first.
 */
#ifndef MOVER_SOURCES_H
#define MOVER_SOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "mover/fields.h"
#include "mover/record.h"

/* Above it a source is counted, but no longer known by its name. */
enum { SOURCES_KNOWN = 4096 };

struct source_end {
    uint64_t name; /* a hash of it */
    enum state state;
    bool announced; /* "Snapshotting ..." named it; else only a document */
};

struct sources {
    struct source_end *of;
    int64_t count, known, room;
    /* of those above the ceiling */
    enum state worst;
};

#define SOURCES_INIT ((struct sources){ .worst = STATE_UNCHANGED })

/* Adds NAME, of which no end is known yet; returns its index, from 0. */
int64_t sources_add(struct sources *s, struct text name, bool announced);

/* The index of the latest source called NAME, or -1. */
int64_t sources_find(const struct sources *s, struct text name);

/* The source INDEX, or NULL where it is above the ceiling, or none. */
struct source_end *sources_at(const struct sources *s, int64_t index);

/* The source INDEX ended in STATE; a later call corrects an earlier one, but
 * not above the ceiling, where only one call may be made for each. */
void sources_settle(struct sources *s, int64_t index, enum state state);

/* The worst end of all; STATE_UNKNOWN is worse than all but cancelled and
 * failed.  STATE_UNCHANGED where there are none. */
enum state sources_worst(const struct sources *s);

/* The worse of two ends, by the same order. */
enum state state_worse(enum state a, enum state b);

void sources_free(struct sources *s);

#endif
