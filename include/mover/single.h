/*
 * Movers that tell how far one of several things is, a file, as if it were the
 * whole: what their lines say of the whole.
 */
#ifndef MOVER_SINGLE_H
#define MOVER_SINGLE_H

#include "mover/grammar.h"

struct single {
    enum { SINGLE_NO, SINGLE_MAYBE, SINGLE_YES } is;
    int64_t done, items; /* so many things are done; items 0: unknown */
    int64_t bytes;       /* of the line before, or -1 */
    int64_t sum;         /* of all things that are done, if each has its own */
};

/* A run begins, of which nothing is known. */
void single_init(struct single *s);

/* A line has come by which figures may be those of one thing. */
void single_begin(struct single *s);

/* Judges the values of a line of OPERATION.  `nth` is the number, from 1, of
 * the thing that the figures are of, `left` how many are left behind one that
 * is done, both of `items`; all three are taken out.  True where the figures
 * are those of one thing, or may be: then things, percent and bytes are made
 * those of the whole, or taken out, and so is the time.
 *
 * Where a thing is done, and the percent is below 100, it is the whole's, and
 * where bytes fall they are not. */
bool single_take(struct single *s, enum operation operation, struct values *v);

#endif
