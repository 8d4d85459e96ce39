#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

void stream_open(struct stream *s, int in, int out)
{
    struct stat real;

    *s = (struct stream){
        .in = in,
        .out = out,
        .insert = BUF_INIT(STREAM_INSERT_MAX),
        .peek = { -1, -1 },
        .fresh = true,
    };
    if (fstat(out, &real) == 0) {
        s->is_pipe = S_ISFIFO(real.st_mode);
        s->is_file = S_ISREG(real.st_mode);
    }
    if (s->is_pipe && pipe2(s->peek, O_CLOEXEC | O_NONBLOCK) < 0)
        s->peek[0] = s->peek[1] = -1;
}

static void close_peek(struct stream *s)
{
    for (int i = 0; i < 2; i++) {
        if (s->peek[i] >= 0)
            close(s->peek[i]);
        s->peek[i] = -1;
    }
}

/* What waits to be written, the rest of an insertion before all else. */
static size_t waiting(const struct stream *s, const char **bytes)
{
    if (s->inserting) {
        *bytes = s->insert.bytes + s->inserted;
        return s->insert.len - s->inserted;
    }
    *bytes = s->bytes + s->start;
    return s->end - s->start;
}

void stream_wants(const struct stream *s, struct pollfd *in, struct pollfd *out)
{
    const char *bytes;
    bool full = waiting(s, &bytes) > 0;

    *in = (struct pollfd){ full ? -1 : s->in, POLLIN, 0 };
    *out = (struct pollfd){ -1, 0, 0 };
    if (full)
        *out = (struct pollfd){ s->out, POLLOUT, 0 };
    else if (s->is_pipe && s->in >= 0)
        *out = (struct pollfd){ s->out, 0, 0 }; /* tells of a reader who goes */
}

static void close_in(struct stream *s)
{
    if (s->in >= 0)
        close(s->in);
    s->in = -1;
    s->unread = 0;
}

/* Reads N bytes, which are there; false where they are not. */
static bool read_there(int fd, char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, bytes, n);

        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        if (got > 0) {
            bytes += got;
            n -= (size_t)got;
        }
    }
    return true;
}

/* As read(2) of what is there, which stays there where that can be. */
static ssize_t look(struct stream *s)
{
    if (s->peek[1] >= 0) {
        ssize_t n = tee(s->in, s->peek[1], STREAM_ROOM, SPLICE_F_NONBLOCK);

        if (n >= 0 && read_there(s->peek[0], s->bytes, (size_t)n))
            return n;
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            return n;
        close_peek(s); /* a system that has it not, or no memory */
    }
    return read(s->in, s->bytes, STREAM_ROOM);
}

size_t stream_read(struct stream *s)
{
    ssize_t n = look(s);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (n <= 0) {
        close_in(s);
        return 0;
    }
    s->start = 0;
    s->end = (size_t)n;
    s->unread -= s->unread < s->end ? s->unread : s->end;
    return s->end;
}

/* Nobody can read it any more: the command shall know, as it would. */
static void lose_reader(struct stream *s)
{
    close_in(s);
    s->out = -1;
    s->start = s->end = 0;
    s->owed = 0;
    s->inserting = false;
    buf_clear(&s->insert);
}

static void note_line(struct stream *s, const char *bytes, size_t n)
{
    const char *end = memrchr(bytes, '\n', n);
    size_t rest = end != NULL ? n - (size_t)(end + 1 - bytes) : n;

    if (end != NULL)
        s->redrawn = false;
    s->fresh = rest == 0 && (end != NULL || s->fresh);
    if (memchr(bytes + n - rest, '\r', rest) != NULL)
        s->redrawn = true;
}

/* N bytes were written, or are lost. */
static void advance(struct stream *s, const char *bytes, size_t n)
{
    note_line(s, bytes, n);
    if (!s->inserting) {
        s->start += n;
        s->owed -= s->owed < n ? s->owed : n;
        return;
    }
    s->inserted += n;
    if (s->inserted == s->insert.len) {
        s->inserting = false;
        buf_clear(&s->insert);
    }
}

/* As write(2) of what is waiting. */
static ssize_t put(struct stream *s, const char *bytes, size_t n)
{
    if (!s->inserting && s->peek[1] >= 0) {
        ssize_t moved = splice(s->in, NULL, s->out, NULL, n, SPLICE_F_NONBLOCK);

        if (moved > 0 || (moved < 0 && (errno == EPIPE || errno == EINTR ||
                                        errno == EAGAIN)))
            return moved;
        /* it must be written, so it is ours now */
        close_peek(s);
        if (!read_there(s->in, s->bytes + s->start, n))
            return -1;
    }
    if (!s->is_file && n > PIPE_BUF)
        n = PIPE_BUF;
    return write(s->out, bytes, n);
}

void stream_write(struct stream *s, short revents)
{
    const char *bytes;
    size_t n = waiting(s, &bytes);
    ssize_t written;

    if (n == 0) {
        if (s->is_pipe && (revents & POLLERR) != 0)
            lose_reader(s);
        return;
    }
    written = put(s, bytes, n);
    if (written >= 0)
        advance(s, bytes, (size_t)written);
    else if (errno == EPIPE)
        lose_reader(s);
    else if (errno != EINTR && errno != EAGAIN)
        advance(s, bytes, n); /* as a program loses it that goes on */
}

void stream_let_insert(struct stream *s, bool now)
{
    int ready = 0;

    if (s->out < 0)
        buf_clear(&s->insert);
    if (s->insert.len == 0 || s->inserting || s->start < s->end)
        return;
    if (!now && !s->fresh) {
        if (!s->redrawn ||
            (s->in >= 0 && ioctl(s->in, FIONREAD, &ready) == 0 && ready > 0))
            return;
    }
    if (!s->fresh && buf_reserve(&s->insert, 1)) {
        memmove(s->insert.bytes + 1, s->insert.bytes, s->insert.len++);
        s->insert.bytes[0] = '\n';
    }
    s->insert.failed = false;
    s->inserting = true;
    s->inserted = 0;
}

void stream_ended(struct stream *s)
{
    int ready = 0;

    if (s->in >= 0 && ioctl(s->in, FIONREAD, &ready) < 0)
        ready = 0;
    s->unread = (size_t)ready;
    if (s->peek[1] >= 0) /* what was looked at is still in there */
        s->unread -=
            s->unread < s->end - s->start ? s->unread : s->end - s->start;
    s->owed = s->end - s->start + s->unread;
}

bool stream_flushed(const struct stream *s)
{
    return s->owed == 0 && s->insert.len == 0;
}

bool stream_over(const struct stream *s)
{
    return s->in < 0 && s->start == s->end && s->insert.len == 0;
}

void stream_close(struct stream *s)
{
    buf_free(&s->insert);
    close_peek(s);
}
