/*
 * The files that phase-agg makes its plan of.  What goes wrong is said, and
 * what returns an exit code has said why it is not EXIT_DONE.
 */
#ifndef PHASE_AGG_FILES_H
#define PHASE_AGG_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/watch.h"
#include "phase/agg.h"
#include "phase/blueprint.h"

struct files {
    struct buf rest; /* what came behind a plan on standard input */
    int64_t next;    /* when to look at the plan again; INT64_MAX: never */

    /* private */
    struct blueprints blueprints;
    struct watch watch;
    int unread;      /* how often in a row the plan could not be read again */
    struct buf told; /* why it could not, each reason with its NUL */
};

/* Makes the plan, with weights and functions, and prepares F. */
int files_plan(struct files *f, struct plan *plan);

/* Looks whether the plan's file has changed, and takes it over. */
enum agg_result files_look(struct files *f, struct agg *a, struct instant now);

void files_close(struct files *f);

#endif
