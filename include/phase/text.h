/*
 * The status as a line for people:
 *
 *      43.33%  running  dumpToObjectStore 30.00%, 50.0 kB of 100.0 MB, 2m0s
 * left
 */
#ifndef PHASE_TEXT_H
#define PHASE_TEXT_H

#include "base/buf.h"
#include "phase/line.h"

/* Appends what L shows, with its newline: the percentage and the state of the
 * whole, and each phase that runs or has failed. */
void text_put(struct buf *b, const struct line *l);

#endif
