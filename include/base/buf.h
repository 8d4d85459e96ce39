/*
 * A growing byte buffer that is born with its ceiling.
 *
 * The buffer owns its bytes; buf_free() gives them back.  An append that would
 * pass the ceiling, or that finds no memory (memory.h is told), adds nothing
 * and sets `failed`, which stays set until buf_clear(): a run of appends is
 * checked once, at its end.  The bytes are not NUL-terminated.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct buf {
    char *bytes;
    size_t len;
    size_t room;    /* allocated */
    size_t ceiling; /* never more than this */
    bool failed;
};

/* An empty buffer of at most CEILING bytes; allocates nothing yet. */
#define BUF_INIT(max) ((struct buf){ .ceiling = (max) })

/* Makes room for N more bytes; false and `failed` where that cannot be. */
bool buf_reserve(struct buf *b, size_t n);

/* Empties the buffer and forgives a failure; keeps the memory. */
static inline void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

/* Gives the bytes back; what is left is empty, with its old ceiling. */
void buf_free(struct buf *b);

/* Appends N bytes. */
static inline void buf_add(struct buf *b, const char *bytes, size_t n)
{
    if (n > b->room - b->len && !buf_reserve(b, n))
        return;
    if (n > 0)
        memcpy(b->bytes + b->len, bytes, n);
    b->len += n;
}

/* Appends one byte. */
static inline void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

/* Appends S without its NUL. */
static inline void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

/* Whether A and B hold the same bytes. */
static inline bool buf_same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len &&
           (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

/* Removes the first N bytes (at most len). */
void buf_consume(struct buf *b, size_t n);

#endif
