/*
 * The records that go out: stats, messages, results; one JSON object each,
 * with its newline.
 */
#ifndef MOVER_RECORD_H
#define MOVER_RECORD_H

#include "base/buf.h"
#include "mover/grammar.h"

struct progress {
    enum operation operation;
    struct text source;   /* as a JSON string with its quotes; empty: unknown */
    int64_t source_index; /* from 0; -1: unknown */
    int64_t percent;      /* hundredths, 0 .. 10000; -1: unknown */
    int64_t raw_percent;  /* as printed, where that is above 10000; or -1 */
    int64_t overall;      /* percent of all sources, hundredths; or -1 */
    const char *basis; /* what a computed percent was computed from; or NULL */
    const char *stage; /* sync: which part; or NULL */
    const struct values *values; /* the operation's other members */
};

/* Whether the stats of OPERATION (OP_NONE: not known) have F, always or where
 * it is known. */
bool record_has(enum operation operation, enum field f);

/* Whether a result has F, one of the numbers that a mover counts. */
bool record_counts(enum field f);

/* Every member of the operation is written, in the same order, null where it
 * is unknown; what only some releases print is written where it is known.
 * Where the operation is unknown there is only what is known. */
void record_progress(struct buf *b, const struct progress *p);

/* LEVEL is "error" or "warning"; an empty PATH is left out. */
void record_message(struct buf *b, const char *level, struct text path,
                    struct text text);

enum state {
    STATE_UNKNOWN,
    STATE_COMPLETE,
    STATE_UNCHANGED,
    STATE_PARTIAL,
    STATE_CANCELLED,
    STATE_FAILED,
};

struct result {
    enum operation operation; /* OP_NONE: nothing showed it */
    struct text source;       /* as in struct progress */
    int64_t source_index;     /* as in struct progress */
    int64_t sources;          /* how many, for the result of several; or -1 */
    enum state state;
    struct text snapshot_id, root_id, text; /* empty: unknown */
    const struct values *counts; /* files, bytes, ... where known; or NULL */
};

/* The members that are unknown are left out. */
void record_result(struct buf *b, const struct result *r);

#endif
