/*
 * Picks the records out of what a command prints: lines, ended by '\n' or
 * '\r', that begin with a brace.
 */
#ifndef RUN_PICK_H
#define RUN_PICK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct pick {
    /* takes each such line, without its end */
    void (*see)(void *arg, const char *line, size_t len);
    void *arg;

    /* private */
    struct buf line;
    bool other; /* the line is none, or longer than a record may be */
};

/* Prepares P; allocates nothing yet. */
void pick_open(struct pick *p,
               void (*see)(void *arg, const char *line, size_t len), void *arg);

/* Takes the next N bytes of the stream. */
void pick_bytes(struct pick *p, const char *bytes, size_t n);

/* Takes the end of the stream, which ends a line too. */
void pick_end(struct pick *p);

/* Frees what P holds. */
void pick_close(struct pick *p);

#endif
