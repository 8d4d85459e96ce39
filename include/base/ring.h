/*
 * A bounded queue of bytes that are lines, between a writer who never waits
 * and a reader who may be slow, or gone.
 *
 * Where there is no room the oldest bytes go, up to the end of a line ('\n' or
 * '\r'), and are counted.  What comes out is therefore made of whole lines and
 * never of two halves: a line of which the reader had a part when its rest was
 * dropped is ended by a '\n' that nobody put in.
 */
#ifndef BASE_RING_H
#define BASE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
    uint64_t dropped; /* bytes */

    /* private */
    char *bytes;
    size_t room, start, len;
    bool inside;   /* the reader has the beginning of a line */
    bool mended;   /* the first byte is a '\n' of ours */
    bool headless; /* what comes is the rest of a line that was dropped */
};

/* Prepares R for ROOM bytes, 2 at least; false where there is no memory. */
bool ring_open(struct ring *r, size_t room);

/* Adds N bytes; makes room for them where there is none. */
void ring_put(struct ring *r, const char *bytes, size_t n);

/* What the reader may have next: *BYTES, valid until the next call, and how
 * many there are, at most N; 0 where R is empty.  They end with a line where
 * there is a whole one among them. */
size_t ring_peek(const struct ring *r, const char **bytes, size_t n);

/* The reader has taken the first N of these. */
void ring_take(struct ring *r, size_t n);

/* Drops and counts all that is there. */
void ring_drop(struct ring *r);

/* How many bytes are there. */
static inline size_t ring_len(const struct ring *r)
{
    return r->len;
}

/* Frees the bytes. */
void ring_close(struct ring *r);

#endif
