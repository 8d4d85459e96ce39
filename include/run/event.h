/*
 * The phase events that whoever runs a mover can tell, and a filter cannot.
 */
#ifndef RUN_EVENT_H
#define RUN_EVENT_H

#include <stdbool.h>

#include "run/owner.h"

/* Appends that the phase of O has begun: it runs, and its prerequisites are
 * done.  MOVER is what is to tell how far it is, or NULL.  Two lines with their
 * newlines. */
void event_begin(struct buf *b, const struct owner *o, const char *mover);

/* Appends how the phase of O ended, a line with its newline. */
void event_end(struct buf *b, const struct owner *o, bool good);

#endif
