/*
 * The metrics: a table of what there is, and the file that says it, in
 * Prometheus' text format 0.0.4.
 */
#ifndef PHASE_METRICS_METRICS_H
#define PHASE_METRICS_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "view/board.h"

struct metrics {
    const char *task;
    const struct board *board;
    bool following;  /* the input has not ended */
    int64_t success; /* when an action completed last: ns since 1970, or -1 */
    bool more;       /* set by metrics_put(): not all phases were shown */
};

enum { METRICS_MAX = 64 * 1024 * 1024 }; /* more than the labels allow */

/* Appends all of it.  What is not known has no series, and a metric without
 * any is left out.  False where there is no memory. */
bool metrics_put(struct buf *b, struct metrics *m);

/* Appends the table: a heading and a line for each, tabs between the columns:
 * its name, its labels, what it says. */
void metrics_put_table(struct buf *b);

/* When the file in TEXT, which an earlier run has left, says that an action of
 * TASK completed last: ns since 1970, or -1. */
int64_t metrics_success(const char *text, size_t len, const char *task);

#endif
