#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

static void close_fd(struct sink *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

bool sink_open(struct sink *s, int fd, size_t room)
{
    int flags = fcntl(fd, F_GETFL);

    *s = (struct sink){ .fd = fd };
    if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
        ring_open(&s->ring, room))
        return true;
    close_fd(s);
    return false;
}

void sink_drop(struct sink *s)
{
    if (s->ring.bytes != NULL)
        ring_drop(&s->ring);
    close_fd(s);
}

void sink_put(struct sink *s, const char *bytes, size_t n)
{
    if (s->fd >= 0)
        ring_put(&s->ring, bytes, n);
    else if (s->gone)
        s->lost += n;
}

void sink_wants(const struct sink *s, struct pollfd *fd)
{
    /* without room for more it still tells of a filter that is gone */
    *fd = (struct pollfd){ s->fd,
                           s->fd >= 0 && ring_len(&s->ring) > 0 ? POLLOUT : 0,
                           0 };
}

static void lose(struct sink *s)
{
    s->gone = true;
    sink_drop(s);
}

void sink_flush(struct sink *s, short revents)
{
    if ((revents & POLLERR) != 0)
        lose(s);
    while (s->fd >= 0 && ring_len(&s->ring) > 0) {
        const char *bytes;
        size_t n = ring_peek(&s->ring, &bytes, PIPE_BUF);
        ssize_t written = write(s->fd, bytes, n);

        if (written >= 0) {
            ring_take(&s->ring, (size_t)written);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR) {
            lose(s);
        }
    }
    if (s->ending)
        close_fd(s);
}

void sink_end(struct sink *s)
{
    s->ending = true;
    sink_flush(s, 0);
}

uint64_t sink_lost(const struct sink *s)
{
    return s->lost + s->ring.dropped;
}

void sink_close(struct sink *s)
{
    close_fd(s);
    ring_close(&s->ring);
}
