/*
 * One run of a mover that an adapter reads: from what its lines mean to the
 * records that go out.
 */
#ifndef MOVER_ADAPTED_H
#define MOVER_ADAPTED_H

#include "mover/reading.h"
#include "mover/record.h"
#include "mover/single.h"

struct adapted {
    int64_t total; /* bytes or things, where the mover says none; -1: none */
    /* gets each record, with its newline */
    void (*emit)(void *arg, const char *record, size_t len);
    void *arg;

    /* private */
    enum operation operation;
    bool shown;     /* progress has shown the operation */
    int64_t things; /* that were told, one line each */
    struct single single;
    bool errors;      /* something is missing at the end */
    enum state state; /* by the closing word that came last */
    struct buf snapshot_id, root_id, text;
    struct values counts;
    struct buf record;
};

/* Prepares A for a run of OPERATION, OP_NONE where that is unknown; `total`,
 * `emit` and `arg` are the caller's to set. */
void adapted_init(struct adapted *a, enum operation operation);
void adapted_free(struct adapted *a);

/* Takes what a line means; it may change READING's values. */
void adapted_take(struct adapted *a, struct reading *reading);

/* The input has ended: gives the result.  True where the mover's words prove
 * that it failed. */
bool adapted_end(struct adapted *a);

#endif
