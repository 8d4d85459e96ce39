/*
 * What the series are about: the labels of each ActionSet and each phase that
 * is shown, every one of them once.
 *
 * A series that is there twice is an error to whoever collects it, so of two
 * ActionSets of one name the one that came last counts.  Actions and phases
 * have their index, since several may have one name. Values are cut to
 * LABEL_MAX bytes, and there are at most LABELLED_MAX phases.
 */
#ifndef PHASE_METRICS_LABELS_H
#define PHASE_METRICS_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "view/board.h"

enum { LABEL_MAX = 256, LABELLED_MAX = 1000 };

/* Labels without their braces: task="mysql",actionset="backup-9gtmp". */
struct labelled {
    const struct board_entry *entry;
    size_t phase;   /* an index of its phases; of an ActionSet, none */
    size_t at, len; /* of `text` */
    bool left_out;  /* an ActionSet that would be there twice */
};

struct labels {
    struct buf text;
    struct labelled *actionsets, *phases;
    size_t actionset_count, phase_count;
    bool more; /* there are more phases than are shown */
};

/* Finds what B, which must outlive L, shows, for TASK.  False where there is no
 * memory; labels_free() is due in any case. */
bool labels_open(struct labels *l, const struct board *b, const char *task);

void labels_free(struct labels *l);

/* Appends NAME="VALUE", escaped by Prometheus' text format 0.0.4; what is no
 * UTF-8, and control characters, become U+FFFD. */
void label_put(struct buf *b, const char *name, const char *value, size_t len);

#endif
