#include "base/secret.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

bool secret_process(void)
{
    const struct rlimit none = { 0, 0 };

    /* the second also where core files go to a program, which the limit does
     * not stop */
    return setrlimit(RLIMIT_CORE, &none) == 0 &&
           prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static void zero(char *bytes, size_t n)
{
    if (n > 0)
        explicit_bzero(bytes, n);
}

bool secret_reserve(struct buf *b)
{
    char *bytes;

    if (b->room == b->ceiling)
        return true;
    bytes = malloc(b->ceiling); /* realloc() would leave the old bytes */
    if (bytes == NULL) {
        b->failed = true;
        return false;
    }
    if (b->len > 0)
        memcpy(bytes, b->bytes, b->len);
    zero(b->bytes, b->room);
    free(b->bytes);
    b->bytes = bytes;
    b->room = b->ceiling;
    return true;
}

void secret_clear(struct buf *b)
{
    zero(b->bytes, b->len);
    buf_clear(b);
}

void secret_free(struct buf *b)
{
    zero(b->bytes, b->room);
    buf_free(b);
}
