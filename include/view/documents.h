/*
 * Cuts a stream into JSON documents: status lines, and objects as kubectl
 * prints them, one behind the other, each over many lines.
 *
 * A document is an object and ends with its last brace.  Between documents
 * there may be anything, as in the log of a pod: a line that begins no object
 * is passed over.  One that is broken, or too long, costs itself alone: a brace
 * at the beginning of a line, where kubectl prints none within a document,
 * begins the next.  A status line is a record, and has their ceiling; a line
 * above it that is none is counted with those, so that it is said.
 */
#ifndef VIEW_DOCUMENTS_H
#define VIEW_DOCUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A list of objects can be long: one has 1.5 MiB at the most (etcd's limit). */
enum { DOCUMENT_MAX = 16 * 1024 * 1024 };

struct documents {
    struct buf text;  /* of the document that has begun */
    uint64_t strange; /* lines and documents that were passed over, also
                         for want of memory */
    uint64_t above;   /* those of them that are lines above REC_CEILING */
    uint64_t huge;    /* and those that are documents above DOCUMENT_MAX */

    /* private */
    size_t depth;
    bool skipping;  /* within a line that begins no document */
    size_t skipped; /* the bytes of that line so far */
    bool too_long;  /* the document is above its ceiling */
    bool in_string, escaped;
    bool fresh; /* at the beginning of a line */
};

/* What to do with a document; its bytes are valid during the call. */
typedef void documents_see(void *arg, const char *text, size_t len);

/* Whether a document begins as a status line does, as phase-agg writes it. */
bool documents_is_line(const char *text, size_t len);

/* Prepares D. */
void documents_open(struct documents *d);

/* Takes what was read, and calls SEE for each document that ends in it. */
void documents_take(struct documents *d, const char *bytes, size_t n,
                    documents_see *see, void *arg);

/* The input has ended: what has begun and not ended is passed over. */
void documents_end(struct documents *d);

void documents_close(struct documents *d);

#endif
