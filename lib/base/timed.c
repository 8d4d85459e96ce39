#include "base/timed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/num.h"

/* A read of a whole pipe fits into one line of the reader below. */
enum { CHUNK_MAX = 32 * 1024, LINE_MAX_BYTES = REC_CEILING };
enum { TENTHS_OF_MS = 10000 };

static void put_seconds(struct buf *b, int64_t ns)
{
    int64_t ticks = ns / (CLOCK_SECOND / TENTHS_OF_MS);
    int64_t rest = ticks % TENTHS_OF_MS;
    char digits[NUM_DIGITS];

    buf_add(b, digits, num_format((uint64_t)(ticks / TENTHS_OF_MS), digits));
    buf_char(b, '.');
    for (int64_t place = TENTHS_OF_MS / 10; place > 0; place /= 10)
        buf_char(b, (char)('0' + rest / place % 10));
}

bool timed_create(struct timed_writer *w, const char *path, struct clock *clock)
{
    *w = (struct timed_writer){ .clock = clock,
                                .line = BUF_INIT(LINE_MAX_BYTES) };
    w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    w->start = clock_steady(clock);
    return w->fd >= 0;
}

void timed_add(struct timed_writer *w, const char *bytes, size_t n)
{
    int64_t now = clock_steady(w->clock) - w->start;

    while (n > 0 && w->error == 0) {
        size_t part = n < CHUNK_MAX ? n : CHUNK_MAX;

        buf_clear(&w->line);
        put_seconds(&w->line, now);
        buf_char(&w->line, '\t');
        base64_put(&w->line, bytes, part);
        buf_char(&w->line, '\n');
        if (w->line.failed)
            w->error = ENOMEM;
        else if (!write_all(w->fd, w->line.bytes, w->line.len))
            w->error = errno;
        bytes += part;
        n -= part;
    }
}

bool timed_finish(struct timed_writer *w)
{
    buf_free(&w->line);
    if (close(w->fd) < 0 && w->error == 0)
        w->error = errno;
    errno = w->error;
    return w->error == 0;
}

bool timed_open(struct timed_reader *r, int fd, int64_t speed,
                struct clock *clock)
{
    *r = (struct timed_reader){ .clock = clock,
                                .speed = speed,
                                .chunk = BUF_INIT(LINE_MAX_BYTES) };
    r->start = clock_steady(clock);
    return rec_open(&r->lines, fd, CUT_LF);
}

void timed_close(struct timed_reader *r)
{
    rec_close(&r->lines);
    buf_free(&r->chunk);
}

/* Sleeps until DUE (ns after the start of the recording) has come. */
static void wait_until(struct timed_reader *r, int64_t due)
{
    int64_t left;
    struct timespec pause;

    if (r->speed == 0 || r->clock->set)
        return;
    left = due / r->speed - (clock_steady(r->clock) - r->start);
    if (left <= 0)
        return;
    pause = (struct timespec){ .tv_sec = left / CLOCK_SECOND,
                               .tv_nsec = left % CLOCK_SECOND };
    while (nanosleep(&pause, &pause) < 0 && errno == EINTR)
        ;
}

/* Reads "SECONDS<TAB>BASE64" into the chunk; where the line lacks its END, as
 * much of that as is there.  False where it is something else. */
static bool parse(struct timed_reader *r, const char *text, size_t len,
                  bool end)
{
    const char *tab = memchr(text, '\t', len);
    size_t head = tab != NULL ? (size_t)(tab - text) : len;
    size_t rest = len - head - (tab != NULL);

    if (!end && tab == NULL && text[len - 1] == '.')
        head--;
    if (!end)
        rest -= rest % 4;
    return (tab != NULL || !end) &&
           num_decimal(text, head, CLOCK_SECOND, &r->came) &&
           base64_get(&r->chunk, tab != NULL ? tab + 1 : text, rest);
}

/* Takes a line; false with errno set. */
static bool take_line(struct timed_reader *r, const struct record *line)
{
    int64_t came = r->came;

    buf_clear(&r->chunk);
    r->given = 0;
    r->line++;
    if (line->cut || !parse(r, line->text, line->len, line->after != 0)) {
        r->bad = !r->chunk.failed;
        errno = r->bad ? EBADMSG : ENOMEM;
        return false;
    }
    if (line->after != 0) {
        wait_until(r, r->came);
        return true;
    }
    /* lines are written with their newline: nobody knows what is missing */
    r->cut_off = true;
    r->came = came;
    buf_clear(&r->chunk);
    return true;
}

ssize_t timed_read(void *reader, char *bytes, size_t n)
{
    struct timed_reader *r = reader;

    while (r->given == r->chunk.len) {
        struct record line;
        enum rec_status status = rec_next(&r->lines, &line, -1);

        if (status == REC_EOF)
            return 0;
        if (status == REC_ERROR)
            return -1;
        if (status == REC_OK && !take_line(r, &line))
            return -1;
    }
    if (n > r->chunk.len - r->given)
        n = r->chunk.len - r->given;
    memcpy(bytes, r->chunk.bytes + r->given, n);
    r->given += n;
    return (ssize_t)n;
}
