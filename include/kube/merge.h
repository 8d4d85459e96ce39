/*
 * What an ActionSet shall say: the numbers of a status line for the phases that
 * run, among all that the object itself has.
 *
 * The object rules.  A phase that is complete there counts 100, one that has
 * not begun counts 0, one that failed keeps what it had, whatever the line
 * says: so the sum is the one that the controller gets when it computes it anew
 * (kanister pkg/progress/action.go@0.119.0).  For a phase that runs, the line's
 * number counts, if the line has come to it, and otherwise what another writer
 * has left in the annotation or in the phase.  Never is a number smaller than
 * one that stands there for the same phase, except one of 100: functions are
 * singletons of the controller's process, and when one ends its 100 may turn
 * up at another's phase.
 *
 * Actions are the same by index and name, phases by name within an action, of
 * equal names the first is the first.  A line may have fewer phases than the
 * object; all that it has must be there.
 */
#ifndef KUBE_MERGE_H
#define KUBE_MERGE_H

#include "kube/object.h"

enum { MERGE_WHY_MAX = 512 };

enum merge_outcome {
    MERGE_OURS,    /* there is something to write; `early`: not all of it */
    MERGE_NOTHING, /* the line has not begun with any phase */
    MERGE_EARLY,   /* the object has not come to the phases of the line */
    MERGE_OVER,    /* it is past them */
    MERGE_MISFIT,  /* the line is that of something else: `why` */
    MERGE_NO_ROOM  /* there is no memory */
};

struct merged_phase {
    struct view_progress progress;
    bool running; /* on the object; of a defer phase, as far as one can tell */
    bool ours;    /* and the line tells of it */
    bool raised;  /* an entry of the annotation was its */
};

struct merged {
    struct merged_phase *phases; /* by the object's index */
    enum kanister_dialect dialect;
    struct view_progress whole; /* percent: hundredths, as the document's */
    int64_t percent;            /* of the whole, as DIALECT counts */
    bool early;                 /* the line tells of more that has not begun */
    char why[MERGE_WHY_MAX];
};

/* Fills M, which need not be initialised, from O and LINE, both borrowed for
 * the call.  merge_free() is due in any case. */
enum merge_outcome merge(struct merged *m, const struct object *o,
                         const struct view *line);

void merge_free(struct merged *m);

#endif
