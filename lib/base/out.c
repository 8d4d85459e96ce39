#include "base/out.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool write_within(int fd, const char *bytes, size_t n, int ms)
{
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);

        if (written >= 0) {
            bytes += written;
            n -= (size_t)written;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd ready = { .fd = fd, .events = POLLOUT };
            int some = poll(&ready, 1, ms);

            if (some == 0)
                errno = ETIMEDOUT;
            if (some == 0 || (some < 0 && errno != EINTR))
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* (It waits where somebody else made the descriptor non-blocking.) */
bool write_all(int fd, const char *bytes, size_t n)
{
    return write_within(fd, bytes, n, -1);
}

bool out_open(struct out *o, int fd, void (*on_loss)(int errnum))
{
    *o = (struct out){ .fd = fd, .on_loss = on_loss };
    o->bytes = malloc(OUT_SIZE);
    return o->bytes != NULL;
}

static void put(struct out *o, const char *bytes, size_t n)
{
    if (o->error != 0 || write_all(o->fd, bytes, n))
        return;
    o->error = errno;
    if (o->on_loss != NULL)
        o->on_loss(o->error);
}

void out_write(struct out *o, const char *bytes, size_t n)
{
    if (n > OUT_SIZE - o->len)
        out_flush(o);
    if (n > OUT_SIZE) {
        put(o, bytes, n);
        return;
    }
    memcpy(o->bytes + o->len, bytes, n);
    o->len += n;
}

void out_flush(struct out *o)
{
    put(o, o->bytes, o->len);
    o->len = 0;
}

bool out_close(struct out *o)
{
    out_flush(o);
    free(o->bytes);
    o->bytes = NULL;
    return o->error == 0;
}
