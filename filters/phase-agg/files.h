/*
 * The files that phase-agg reads and keeps.  What goes wrong is said, and what
 * returns an exit code has said why it is not EXIT_DONE.
 */
#ifndef PHASE_AGG_FILES_H
#define PHASE_AGG_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/store.h"
#include "base/watch.h"
#include "phase/agg.h"
#include "phase/blueprint.h"

struct files {
    struct buf rest; /* what came behind a plan on standard input */
    int64_t next;    /* when to look at the plan again; INT64_MAX: never */

    /* private */
    struct blueprints blueprints;
    struct watch watch;
    int unread; /* how often in a row the plan could not be read again */
    bool told;
    struct store state;
    bool has_state; /* and its lock */
    bool lost;      /* something could not be kept */
    struct buf text;
};

/* Makes the plan, with weights and functions, and prepares F. */
int files_plan(struct files *f, struct plan *plan);

/* What earlier runs took, and the state that a restart goes on from; between
 * agg_prepare() and agg_open(). */
int files_open(struct files *f, struct agg *a, struct instant now);

/* Looks whether the plan's file has changed, and takes it over. */
enum agg_result files_look(struct files *f, struct agg *a, struct instant now);

/* Keeps the state, if that was asked for. */
void files_save(struct files *f, const struct agg *a, struct instant now);

/* Keeps what was learned, and the state for the last time. */
int files_finish(struct files *f, struct agg *a, struct instant now);

void files_close(struct files *f);

#endif
