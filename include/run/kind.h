/*
 * What kind of record a line is.
 */
#ifndef RUN_KIND_H
#define RUN_KIND_H

#include <stddef.h>

enum kind {
    KIND_NONE, /* no record */
    KIND_PROGRESS,
    KIND_RESULT,
    KIND_MESSAGE,
    KIND_PHASE,
    KIND_OTHER, /* a record of another type */
};

/* The kind of the LEN bytes at TEXT, a line without its end. */
enum kind kind_of(const char *text, size_t len);

#endif
