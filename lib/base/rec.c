#include "base/rec.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A whole record at the ceiling, its separator, and a pipe's worth behind. */
enum { READ_SIZE = 64 * 1024, REC_SIZE = REC_CEILING + READ_SIZE };

bool rec_open(struct rec *r, int fd, enum rec_cut at)
{
    *r = (struct rec){ .fd = fd, .at = at };
    r->bytes = malloc(REC_SIZE);
    return r->bytes != NULL;
}

void rec_unread(struct rec *r, const char *bytes, size_t n)
{
    if (n > 0)
        memcpy(r->bytes, bytes, n);
    r->end = n;
}

void rec_close(struct rec *r)
{
    free(r->bytes);
    r->bytes = NULL;
}

static int wait_readable(struct rec *r, int timeout_ms)
{
    struct pollfd ready = { .fd = r->fd, .events = POLLIN };
    int n = poll(&ready, 1, 0);

    if (n != 0)
        return n;
    if (r->idle != NULL)
        r->idle(r->idle_arg);
    if (r->out != NULL && r->out->len > 0)
        out_flush(r->out);
    return poll(&ready, 1, timeout_ms);
}

/* Reads into the free room, waiting where there is nothing to read. */
static enum rec_status read_some(struct rec *r, int timeout_ms, ssize_t *n)
{
    char *room = r->bytes + r->end;

    if (r->read != NULL) {
        if (r->out != NULL)
            out_flush(r->out);
        *n = r->read(r->read_arg, room, REC_SIZE - r->end);
        return *n < 0 ? REC_ERROR : REC_OK;
    }
    for (;;) {
        int ready = wait_readable(r, timeout_ms);

        if (ready < 0)
            return errno == EINTR ? REC_INTERRUPTED : REC_ERROR;
        if (ready == 0)
            return REC_TIMEOUT;
        *n = read(r->fd, room, REC_SIZE - r->end);
        if (*n >= 0)
            return REC_OK;
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            return REC_ERROR;
    }
}

/* Reads once. */
static enum rec_status fill(struct rec *r, int timeout_ms)
{
    enum rec_status status;
    ssize_t n = 0;

    if (r->start > 0) { /* what is unread goes to the front */
        memmove(r->bytes, r->bytes + r->start, r->end - r->start);
        r->end -= r->start;
        r->scanned -= r->start;
        r->start = 0;
    }
    r->next_cr = r->next_lf = r->scanned; /* looked for again, from there */
    status = read_some(r, timeout_ms, &n);
    if (status != REC_OK)
        return status;
    r->eof = n == 0;
    if (n > 0 && r->tap != NULL)
        r->tap(r->tap_arg, r->bytes + r->end, (size_t)n);
    r->end += (size_t)n;
    return REC_OK;
}

static size_t find(const struct rec *r, char c, size_t from)
{
    const char *at = memchr(r->bytes + from, c, r->end - from);

    return at != NULL ? (size_t)(at - r->bytes) : r->end;
}

/* The place of the next separator, or r->end.  Each byte is looked at once for
 * each separator, however long the distances between them are. */
static size_t next_separator(struct rec *r)
{
    if (r->next_lf <= r->scanned)
        r->next_lf = find(r, '\n', r->scanned);
    if (r->at == CUT_LF)
        r->next_cr = r->end;
    else if (r->next_cr <= r->scanned)
        r->next_cr = find(r, '\r', r->scanned);
    return r->next_lf < r->next_cr ? r->next_lf : r->next_cr;
}

/* Hands out start..stop as a record, with SEPARATOR behind it. */
static void take(struct rec *r, struct record *record, size_t stop,
                 char separator)
{
    *record = (struct record){ .text = r->bytes + r->start,
                               .len = stop - r->start,
                               .before = r->before,
                               .after = separator };
    if (record->len > REC_CEILING) {
        record->len = REC_CEILING;
        record->after = 0; /* it may not have arrived yet */
        record->cut = true;
        r->cut_records++;
    }
    r->start = stop;
}

static void step_over(struct rec *r, size_t separator_at)
{
    r->before = r->bytes[separator_at];
    r->start = r->scanned = separator_at + 1;
    r->skipping = false;
}

/* Cuts the next record out of what has been read; false where none is whole. */
static bool cut(struct rec *r, struct record *record)
{
    size_t at = next_separator(r);

    if (r->skipping && at < r->end) {
        step_over(r, at);
        at = next_separator(r);
    }
    if (at < r->end) {
        take(r, record, at, r->bytes[at]);
        step_over(r, at);
        return true;
    }
    if (r->skipping)
        r->start = r->end;
    r->scanned = r->end;
    if (r->end - r->start > REC_CEILING) {
        take(r, record, r->end, 0);
        r->skipping = true;
        return true;
    }
    if (r->eof && r->start < r->end) {
        take(r, record, r->end, 0);
        return true;
    }
    return false;
}

enum rec_status rec_next(struct rec *r, struct record *record, int timeout_ms)
{
    bool filled = false;

    while (!cut(r, record)) {
        enum rec_status status;

        if (r->eof)
            return REC_EOF;
        if (filled && timeout_ms >= 0)
            return REC_TIMEOUT;
        status = fill(r, timeout_ms);
        if (status != REC_OK)
            return status;
        filled = true;
    }
    return REC_OK;
}
