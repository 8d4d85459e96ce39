#include "mover/sgr.h"

#include <string.h>

void sgr_strip(const char *at, size_t len, struct buf *plain)
{
    const char *end = at + len;

    buf_clear(plain);
    while (at < end) {
        const char *escape = memchr(at, '\033', (size_t)(end - at));
        const char *stop = escape != NULL ? escape : end;

        buf_add(plain, at, (size_t)(stop - at));
        if (escape == NULL)
            return;
        at = escape + 1;
        if (at == end || *at != '[') {
            buf_char(plain, '\033');
            continue;
        }
        for (stop = at + 1;
             stop < end && strchr("0123456789;", *stop) && *stop != '\0';)
            stop++;
        if (stop < end && *stop == 'm')
            at = stop + 1;
        else
            buf_char(plain, '\033');
    }
}
