#include "terminal.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/out.h"

static bool has(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && *value != '\0';
}

bool terminal_open(struct terminal *t, int fd, bool ascii)
{
    const char *term = getenv("TERM");

    *t = (struct terminal){ .fd = fd,
                            .frame = BUF_INIT(SCREEN_TEXT_MAX),
                            .before = BUF_INIT(SCREEN_TEXT_MAX) };
    if (!isatty(fd) || term == NULL || *term == '\0' ||
        strcmp(term, "dumb") == 0)
        return false;
    t->style.unicode = !ascii && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    t->style.colour = !has("NO_COLOR");
    t->style.rich = strstr(term, "256color") != NULL || has("COLORTERM");
    return true;
}

void terminal_size(const struct terminal *t, size_t *width, size_t *height)
{
    struct winsize size = { 0 };

    (void)ioctl(t->fd, TIOCGWINSZ, &size);
    *width = size.ws_col > 0 ? size.ws_col : 80;
    *height = size.ws_row > 0 ? size.ws_row : 24;
}

bool terminal_ready(const struct terminal *t)
{
    struct pollfd ready = { .fd = t->fd, .events = POLLOUT };
    pid_t foreground = tcgetpgrp(t->fd);

    if (foreground > 0 && foreground != getpgrp())
        return false;
    return poll(&ready, 1, 0) != 0; /* what is gone, writing will say */
}

static void put_number(struct buf *b, const char *before, size_t n,
                       const char *behind)
{
    char text[64];
    int len = snprintf(text, sizeof text, "%s%zu%s", before, n, behind);

    buf_add(b, text, (size_t)len);
}

/* How many lines there are between where the cursor is, in the last of those
 * that were drawn, and the first: a terminal that has become narrower has
 * wrapped them. */
static size_t height_above(const struct terminal *t, size_t width)
{
    size_t sum = 0;

    for (size_t i = 0; i < t->count; i++)
        sum += t->columns[i] > width ? (t->columns[i] + width - 1) / width : 1;
    return sum > 0 ? sum - 1 : 0;
}

static bool keep_columns(struct terminal *t, const struct screen *s)
{
    if (s->count > t->room) {
        size_t *more = reallocarray(t->columns, s->count, sizeof *more);

        if (more == NULL)
            return false;
        t->columns = more;
        t->room = s->count;
    }
    for (size_t i = 0; i < s->count; i++)
        t->columns[i] = s->lines[i].columns;
    t->count = s->count;
    return true;
}

/* The whole as the terminal shows it in its tab: ConEmu's OSC 9;4, of which 1
 * is progress, 2 an error and 4 a pause (conemu.github.io AnsiEscapeCodes). */
static void put_osc(struct terminal *t, int64_t percent, enum tab tab)
{
    if (!t->osc)
        return;
    if (percent < 0)
        (void)snprintf(t->told, sizeof t->told, "\33]9;4;3\33\\");
    else
        (void)snprintf(t->told, sizeof t->told, "\33]9;4;%d;%d\33\\", (int)tab,
                       (int)(percent / 100));
    buf_str(&t->frame, t->told);
}

static bool flush(struct terminal *t)
{
    bool good =
        !t->frame.failed && write_all(t->fd, t->frame.bytes, t->frame.len);

    if (!good && t->error == 0)
        t->error = t->frame.failed ? ENOMEM : errno;
    buf_clear(&t->frame);
    return good;
}

static bool is_drawn(const struct terminal *t, const struct screen *s)
{
    return t->count == s->count && s->text.len == t->before.len &&
           (s->text.len == 0 ||
            memcmp(s->text.bytes, t->before.bytes, s->text.len) == 0);
}

bool terminal_draw(struct terminal *t, const struct screen *s, int64_t percent,
                   enum tab tab)
{
    size_t width, height, up;

    if (t->error != 0)
        return false;
    put_osc(t, percent, tab);
    if (s->count == 0 || is_drawn(t, s))
        return flush(t);
    terminal_size(t, &width, &height);
    up = height_above(t, width);
    if (!t->hidden)
        buf_str(&t->frame, "\33[?25l");
    t->hidden = true;
    buf_char(&t->frame, '\r');
    if (up > 0)
        put_number(&t->frame, "\33[", up, "A");
    if (width != t->width) /* what it has wrapped it would join again */
        buf_str(&t->frame, "\33[J");
    t->width = width;
    for (size_t i = 0; i < s->count; i++) {
        if (i > 0)
            buf_str(&t->frame, "\33[K\r\n");
        buf_add(&t->frame, s->text.bytes + s->lines[i].start, s->lines[i].len);
    }
    buf_str(&t->frame, "\33[J");
    buf_clear(&t->before);
    buf_add(&t->before, s->text.bytes, s->text.len);
    if (!keep_columns(t, s) || t->before.failed) {
        t->error = ENOMEM;
        return false;
    }
    return flush(t);
}

void terminal_leave(struct terminal *t)
{
    if (t->error != 0)
        return;
    if (t->count > 0)
        buf_str(&t->frame, "\r\n");
    if (t->hidden)
        buf_str(&t->frame, "\33[?25h");
    if (t->told[0] != '\0')
        buf_str(&t->frame, "\33]9;4;0\33\\");
    t->hidden = false;
    t->told[0] = '\0';
    t->count = 0;
    buf_clear(&t->before);
    (void)flush(t);
}

void terminal_forget(struct terminal *t)
{
    t->hidden = false;
    t->count = 0;
    buf_clear(&t->before);
}

void terminal_close(struct terminal *t)
{
    buf_free(&t->frame);
    buf_free(&t->before);
    free(t->columns);
}
