/*
 * A status as plain lines, for where nobody moves a cursor: a log, a file, a
 * dumb terminal.
 *
 *     backup-9gtmp   43.33%  running  dump 30.00%, 50.0 kB of 100.0 MB, 2m0s
 *     left
 */
#ifndef VIEW_TOLD_H
#define VIEW_TOLD_H

#include "view/board.h"
#include "view/pen.h"

/* Whether E has something to tell that need not wait: its first status, a
 * change of state, another tenth of the whole. */
bool told_due(const struct board_entry *e);

/* Appends a line to B, with its newline: the percentage and the state of the
 * whole, each phase that runs, and each whose state is another than in the line
 * before.  Nothing is due then. */
void told_put(struct buf *b, struct board_entry *e);

/* A cheap look at a line, which is a status: another number whenever
 * told_due() might be true of it, by the words that say a state and the first
 * digits of the percentage.  Lines of one number in succession need not be read
 * but for the last. */
uint64_t told_glance(const char *text, size_t len);

#endif
