/*
 * Lines for a log, not too many of them: of those that replace one another the
 * latest once in an interval, the others at once.
 */
#ifndef RUN_JOURNAL_H
#define RUN_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define JOURNAL_NEVER INT64_MAX

struct journal {
    int64_t every;    /* ns */
    struct buf *due;  /* where lines go, each with its '\n'; borrowed */
    uint64_t dropped; /* lines for which it had no room */

    /* private */
    struct buf latest; /* waits; empty: nothing does */
    int64_t next;      /* when it is due */
};

/* Prepares J; allocates nothing yet. */
void journal_open(struct journal *j, int64_t every, struct buf *due);

/* Takes a line that replaces the one before it, at the time NOW. */
void journal_latest(struct journal *j, const char *line, size_t len,
                    int64_t now);

/* Takes a line that stands for itself; what waits goes before it. */
void journal_line(struct journal *j, const char *line, size_t len, int64_t now);

/* Gives what waits, if it is due NOW; when it will be, or JOURNAL_NEVER. */
int64_t journal_tick(struct journal *j, int64_t now);

/* Gives what waits, due or not. */
void journal_flush(struct journal *j, int64_t now);

/* Frees what J holds. */
void journal_close(struct journal *j);

#endif
