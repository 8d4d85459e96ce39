/*
 * Numbers as movers print them for people, each by the unit that an adapter
 * declares for it.
 */
#ifndef MOVER_QUANTITY_H
#define MOVER_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum quantity_kind {
    QUANTITY_COUNT,   /* 1234567, also in groups: 1,234,567 */
    QUANTITY_BYTES,   /* the same */
    QUANTITY_IEC,     /* every prefix is a power of 1024: 1.2M, 3kB/s, 4 KiB */
    QUANTITY_SI,      /* of 1000, but with an "i" of 1024: 1.2 MB, 4 KiB */
    QUANTITY_SECONDS, /* 12.3 */
    QUANTITY_HMS,     /* 0:02:03, 1:00:02:03, 2m3s, 1d2h */
    QUANTITY_PERCENT, /* 12.1, 12%: in hundredths */
    QUANTITY_RATIO,   /* 0.121: in hundredths of a percent */
    QUANTITY_TIMES,   /* a count of things that have a size each: x512 */
    QUANTITY_TEXT,    /* no number */
};

struct quantity {
    enum quantity_kind kind;
    int64_t times; /* of QUANTITY_TIMES */
};

/* The unit called NAME (LEN bytes): bytes, iec, ..., text, x512.  False where
 * there is none. */
bool quantity_find(struct quantity *q, const char *name, size_t len);

/* Reads the LEN bytes at TEXT, all of which must belong to the number; what it
 * has beyond whole seconds, bytes, or hundredths of a percent is cut off, but
 * a size with a prefix is rounded.  False where they are no such number, or it
 * is above 2^63-1. */
bool quantity_read(struct quantity q, const char *text, size_t len,
                   int64_t *value);

#endif
