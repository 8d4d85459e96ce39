#include "feed.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { RING_SIZE = 4 * 1024 * 1024, READ_SIZE = 64 * 1024 };

/* So long an answer may take before it is late, in ms. */
enum { PATIENCE = 2 };

bool feed_open(struct feed *f, int fd)
{
    struct stat file;

    *f = (struct feed){ .fd = fd };
    f->patient = fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
    f->open = f->patient || ring_open(&f->ring, RING_SIZE);
    return f->open;
}

void feed_close(struct feed *f)
{
    if (f->open && !f->patient)
        ring_close(&f->ring);
    f->open = false;
}

uint64_t feed_dropped(const struct feed *f)
{
    return f->patient ? 0 : f->ring.dropped;
}

static int64_t now(void)
{
    struct clock real = { .set = false };

    return clock_steady(&real);
}

/* Reads once; what errno says of a descriptor that is not ready is no end. */
static ssize_t read_once(struct feed *f, char *bytes, size_t n)
{
    ssize_t got = read(f->fd, bytes, n);

    if (got > 0 && f->tap != NULL)
        f->tap(f->tap_arg, bytes, (size_t)got);
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) {
        f->ended = true;
        f->error = got < 0 ? errno : 0;
        f->ended_at = now();
    }
    return got;
}

ssize_t feed_read(void *arg, char *bytes, size_t n)
{
    struct feed *f = arg;
    const char *kept;
    ssize_t got = -1;

    if (!f->patient) {
        size_t len = ring_peek(&f->ring, &kept, n);

        if (len > 0) {
            for (size_t i = 0; i < len; i++)
                bytes[i] = kept[i];
            ring_take(&f->ring, len);
            return (ssize_t)len;
        }
    }
    while (!f->ended) {
        struct pollfd ready = { .fd = f->fd, .events = POLLIN };

        if (poll(&ready, 1, -1) < 0 && errno != EINTR)
            return -1;
        got = read_once(f, bytes, n);
        if (got > 0)
            return got;
    }
    errno = f->error;
    return f->error != 0 ? -1 : 0;
}

static void take_input(struct feed *f)
{
    static char bytes[READ_SIZE];
    ssize_t n = read_once(f, bytes, sizeof bytes);

    if (n > 0)
        ring_put(&f->ring, bytes, (size_t)n);
}

bool feed_wait(struct feed *f, int other, short events, int64_t until)
{
    bool deaf = f == NULL || f->patient;
    struct pollfd ready[] = {
        { .fd = other, .events = events },
        { .fd = -1, .events = POLLIN },
    };
    int ms = clock_poll(until - now());

    if (!deaf && ms > PATIENCE)
        ms = PATIENCE;
    for (;;) {
        if (poll(ready, 2, ms) < 0 && errno != EINTR)
            return false;
        if (ready[0].revents != 0)
            return true;
        if (!deaf && ready[1].revents != 0)
            take_input(f);
        ms = clock_poll(until - now());
        if (ms == 0)
            return false;
        ready[1].fd = deaf || f->ended ? -1 : f->fd;
        ready[0].revents = ready[1].revents = 0;
    }
}
