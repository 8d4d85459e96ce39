/*
 * The phase events that whoever runs a mover can tell, and a filter cannot.
 */
#ifndef RUN_EVENT_H
#define RUN_EVENT_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends that PHASE (NULL: the reader knows which) has begun: it runs, and
 * its prerequisites are done.  Two lines with their newlines. */
void event_begin(struct buf *b, const char *phase);

/* Appends how PHASE ended, a line with its newline. */
void event_end(struct buf *b, const char *phase, bool good);

#endif
