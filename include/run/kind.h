/*
 * What kind of record a line is, and whether it says whose.
 */
#ifndef RUN_KIND_H
#define RUN_KIND_H

#include <stdbool.h>
#include <stddef.h>

enum kind {
    KIND_NONE, /* no record */
    KIND_PROGRESS,
    KIND_RESULT,
    KIND_MESSAGE,
    KIND_PHASE,
    KIND_OTHER, /* a record of another type */
};

/* The kind of the LEN bytes at TEXT, a line without its end; *OWNED: it has an
 * action or a phase. */
enum kind kind_of(const char *text, size_t len, bool *owned);

#endif
