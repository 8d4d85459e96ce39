/*
 * Whose a record is: the action and the phase that it carries, so that a reader
 * of a log which several phases share knows.
 */
#ifndef RUN_OWNER_H
#define RUN_OWNER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { OWNER_NAME_MAX = 1024 }; /* bytes, as phase-agg's names have */

struct owner {
    const char *action; /* as --action takes it, or NULL */
    const char *phase;  /* its name, or NULL */
};

/* Appends the members, each with a comma before it: ,"action":"a","phase":"b".
 * What is NULL is left out. */
void owner_put(struct buf *b, const struct owner *o);

/* Appends the record of LEN bytes at LINE, a whole JSON object without such
 * members, with those of O behind its own.  False, and nothing, where B has no
 * room for it. */
bool owner_label(struct buf *b, const struct owner *o, const char *line,
                 size_t len);

#endif
