#include "base/buf.h"

#include <stdlib.h>

#include "base/memory.h"

bool buf_reserve(struct buf *b, size_t n)
{
    size_t room = b->room > 0 ? b->room : 64;

    if (b->failed || n > b->ceiling - b->len) {
        b->failed = true;
        return false;
    }
    while (room - b->len < n)
        room *= 2;
    if (room > b->ceiling)
        room = b->ceiling;
    if (room > b->room) {
        char *bytes = realloc(b->bytes, room);

        if (bytes == NULL) {
            memory_miss();
            b->failed = true;
            return false;
        }
        b->bytes = bytes;
        b->room = room;
    }
    return true;
}

void buf_free(struct buf *b)
{
    free(b->bytes);
    *b = BUF_INIT(b->ceiling);
}

void buf_consume(struct buf *b, size_t n)
{
    b->len -= n;
    if (b->len > 0)
        memmove(b->bytes, b->bytes + n, b->len);
}
