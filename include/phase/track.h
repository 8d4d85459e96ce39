/*
 * The rules: what a note does to the phase that it is about.
 *
 * A mover's phase is where the mover says, or where its items are together,
 * never lower than before, and held at 99 until an event says complete.  Steps
 * that are done give their share: of three 33.33, 66.66 and 99; but before a
 * mover has moved anything its phase is at 0, its prerequisites done or not, as
 * its first percent would else be hidden by theirs.  A failed phase keeps what
 * it had; failed and complete are final.  Only events complete or
 * fail a phase: a mover's result does not, nor does an item.
 */
#ifndef PHASE_TRACK_H
#define PHASE_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "phase/note.h"
#include "phase/plan.h"

/* Whose a record is that does not say so itself. */
struct target {
    size_t action;       /* index */
    bool given;          /* somebody has named it */
    const char *name;    /* of the phase; NULL: none was named */
    struct phase *phase; /* within the plan; NULL: it cannot be known */
};

enum track {
    TRACK_TAKEN,     /* *PHASE may have changed */
    TRACK_NO_MEMORY, /* for the items of the phase */
    TRACK_NOTHING,   /* nothing to take */
    TRACK_UNPLACED,  /* it names no phase, and the target has none */
    TRACK_UNKNOWN,   /* it names what the plan does not have */
    TRACK_SEVERAL,   /* it may be of several actions */
    TRACK_UNCLEAR,   /* an event that says neither a state nor a step */
    TRACK_NO_ITEM,   /* an item that is not among those that the phase has */
    TRACK_RESULTS
};

/* Finds the target that the options name: ACTION by name or index, PHASE by
 * name; both may be NULL, meaning the first action, and its phase where it has
 * only one.  False where there is none, with the reason in PLAN's `why`; NAME
 * is borrowed for good. */
bool target_find(struct target *t, struct plan *plan, const char *action,
                 const char *phase);

/* Applies N to the plan that T points into. */
enum track track_note(struct plan *plan, const struct target *t,
                      const struct note *n, struct phase **phase);

/* Ends each phase that runs as its mover has said that it ended, where it has:
 * for who knows that nothing better is to come.  A partial one is left. */
void track_end(struct plan *plan);

#endif
