/*
 * When what a record is from was read: the record then says so in `seconds`.
 *
 * kopia begins a line of progress with '\r' and ends it with nothing, so the
 * line is whole only when the next one begins.  What counts is when its own
 * last byte came.
 */
#ifndef KOPIA_PROGRESS_TIMES_H
#define KOPIA_PROGRESS_TIMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct times {
    int64_t last, before; /* of the last two reads; ns since the start */
    int64_t piece;        /* of the last piece */
    uint64_t total;       /* bytes that were read */
    uint64_t begin;       /* of these, before the last read */
    struct buf record;
};

/* Prepares T; times_free() gives back what it needs later. */
void times_init(struct times *t);
void times_free(struct times *t);

/* N bytes were read, NS after the start. */
void times_read(struct times *t, int64_t ns, size_t n);

/* The piece that follows was cut; AHEAD bytes have been read behind its last
 * one, its separator included. */
void times_piece(struct times *t, size_t ahead);

/* The RECORD, "{...}\n", with the time of its piece as its last member, and its
 * new length; T's own until the next call.  A record that would grow beyond
 * what a record may have stays as it was. */
const char *times_put(struct times *t, const char *record, size_t *len);

#endif
