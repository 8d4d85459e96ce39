#include "base/ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/eol.h"

bool ring_open(struct ring *r, size_t room)
{
    *r = (struct ring){ .room = room };
    r->bytes = malloc(room);
    return r->bytes != NULL;
}

static void skip(struct ring *r, size_t n)
{
    r->start = (r->start + n) % r->room;
    r->len -= n;
}

/* Drops the oldest line, or what there is of it, and ends the one that the
 * reader has in part.  R is not empty. */
static void drop_line(struct ring *r)
{
    bool ended = false;

    if (r->mended)
        skip(r, 1);
    while (r->len > 0 && !ended) { /* twice, where it goes round the end */
        size_t end = r->room - r->start;
        size_t n = eol_length(r->bytes + r->start, r->len < end ? r->len : end);

        ended = eol_is(r->bytes[r->start + n - 1]);
        skip(r, n);
        r->dropped += n;
    }
    r->headless = !ended;
    r->mended = r->inside;
    if (r->mended) {
        r->start = (r->start + r->room - 1) % r->room;
        r->bytes[r->start] = '\n';
        r->len++;
    }
}

static void append(struct ring *r, const char *bytes, size_t n)
{
    size_t at = (r->start + r->len) % r->room;
    size_t part = n < r->room - at ? n : r->room - at;

    memcpy(r->bytes + at, bytes, part);
    memcpy(r->bytes, bytes + part, n - part);
    r->len += n;
}

/* How many of N bytes belong to the line whose beginning was dropped. */
static size_t lost_rest(struct ring *r, const char *bytes, size_t n)
{
    size_t lost = r->headless ? eol_length(bytes, n) : 0;

    if (lost > 0)
        r->headless = !eol_is(bytes[lost - 1]);
    r->dropped += lost;
    return lost;
}

/* Adds N bytes, room - 1 at most. */
static void put_part(struct ring *r, const char *bytes, size_t n)
{
    size_t lost;

    while (r->room - r->len < n && r->len > (size_t)r->mended)
        drop_line(r);
    lost = lost_rest(r, bytes, n);
    append(r, bytes + lost, n - lost);
}

void ring_put(struct ring *r, const char *bytes, size_t n)
{
    while (n > 0) {
        size_t part = n < r->room - 1 ? n : r->room - 1;

        put_part(r, bytes, part);
        bytes += part;
        n -= part;
    }
}

size_t ring_peek(const struct ring *r, const char **bytes, size_t n)
{
    size_t end = r->room - r->start, whole;

    *bytes = r->bytes + r->start;
    if (n > r->len)
        n = r->len;
    if (n > end)
        n = end;
    for (whole = n; whole > 0; whole--)
        if (eol_is((*bytes)[whole - 1]))
            return whole;
    return n;
}

void ring_take(struct ring *r, size_t n)
{
    if (n == 0)
        return;
    r->inside = !eol_is(r->bytes[r->start + n - 1]);
    r->mended = false;
    skip(r, n);
}

void ring_drop(struct ring *r)
{
    while (r->len > (size_t)r->mended)
        drop_line(r);
}

void ring_close(struct ring *r)
{
    free(r->bytes);
    r->bytes = NULL;
    r->len = 0;
}
