/*
 * The files that phase-agg keeps: the state that a restart goes on from, and
 * what phases took.
 *
 * Progress is best effort: a file that cannot be used, or that another run has,
 * is said at once, and the run goes on without it.  Nothing waits for a lock
 * while there is input to be read.
 */
#ifndef PHASE_AGG_KEEP_H
#define PHASE_AGG_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/store.h"
#include "phase/agg.h"

/* private */
struct keep {
    struct store state;
    bool has_state;  /* and its lock */
    int64_t retry;   /* when to try for that again; INT64_MAX: never */
    int64_t synced;  /* when the state was last sure to be on the disk */
    bool unkept;     /* the state could not be kept at some time */
    bool unlearned;  /* there is nowhere to keep what phases take */
    struct buf text; /* of the state */
};

/* Takes over what earlier runs took, and the state that a restart goes on from;
 * between agg_prepare() and agg_open().  Not EXIT_DONE, which is said, only
 * where there is no memory. */
int keep_open(struct keep *k, struct agg *a, struct instant now);

/* Keeps the state, if that was asked for.  Who kills us loses nothing of it; it
 * is made sure of on the disk at most every 100 ms. */
void keep_save(struct keep *k, const struct agg *a, struct instant now);

/* Keeps what was learned, and the state for the last time.  Not EXIT_DONE where
 * at any time anything could not be kept. */
int keep_finish(struct keep *k, struct agg *a, struct instant now);

/* Gives the locks back. */
void keep_close(struct keep *k);

#endif
