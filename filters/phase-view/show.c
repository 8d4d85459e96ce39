#include "show.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "base/rec.h"
#include "base/shown.h"
#include "view/told.h"

#define FRAME (CLOCK_SECOND / 10)

/* A terminal may take a progress in its tab for forgotten: Ghostty does after
 * 15 s (ghostty.org/docs/vt/osc/conemu). */
#define REMINDER (5 * CLOCK_SECOND)

static struct show *drawn; /* the one whose cursor may be hidden */

bool show_open(struct show *s, struct clock *clock, int64_t interval,
               bool ascii, bool osc)
{
    *s = (struct show){ .clock = clock,
                        .interval = interval,
                        .late = BUF_INIT(REC_CEILING) };
    documents_open(&s->documents);
    screen_open(&s->screen);
    s->draws = terminal_open(&s->terminal, STDOUT_FILENO, ascii);
    s->terminal.osc = osc;
    drawn = s->draws ? s : NULL;
    return s->draws || out_open(&s->out, STDOUT_FILENO, msg_output_lost);
}

static void tell(struct show *s, struct board_entry *e)
{
    struct buf line = BUF_INIT(4 * DOCUMENT_MAX); /* escapes are longer */

    told_put(&line, e);
    if (line.failed)
        s->no_memory = true;
    else
        out_write(&s->out, line.bytes, line.len);
    buf_free(&line);
}

static bool take_status(void *arg, struct viewed *v)
{
    struct show *s = arg;
    struct board_entry *e = board_take(&s->board, v);

    if (e == NULL) {
        s->no_memory |= errno != 0;
        return errno == 0;
    }
    s->changed = true;
    if (!s->draws && told_due(e))
        tell(s, e);
    return true;
}

static void read_document(struct show *s, const char *text, size_t len)
{
    int count = viewed_read(text, len, take_status, s);

    if (count == 0)
        s->documents.strange++;
    else if (count < 0 && errno == E2BIG)
        s->large = true;
    else if (count < 0)
        s->no_memory = true;
}

static void read_late(struct show *s)
{
    if (s->late.len == 0)
        return;
    read_document(s, s->late.bytes, s->late.len);
    buf_clear(&s->late);
}

/* A status line says everything, so only the latest of many is read, when it
 * is time to show it, or, where lines are printed, when it has another state in
 * it. */
static void take_line(struct show *s, const char *text, size_t len)
{
    uint64_t glance = s->draws ? 0 : told_glance(text, len);
    bool due = !s->draws && (!s->glanced || glance != s->glance);

    s->glance = glance;
    s->glanced = true;
    buf_clear(&s->late);
    buf_add(&s->late, text, len);
    s->changed = true;
    if (due)
        read_late(s);
}

static void take_document(void *arg, const char *text, size_t len)
{
    struct show *s = arg;

    if (documents_is_line(text, len))
        take_line(s, text, len);
    else
        read_document(s, text, len);
}

void show_take(struct show *s, const char *bytes, size_t n)
{
    documents_take(&s->documents, bytes, n, take_document, s);
}

void show_end(struct show *s)
{
    documents_end(&s->documents);
}

/* kubectl's words have a local port in them, or a time, that is another for
 * each try. */
static bool same_but_numbers(const char *a, const char *b)
{
    static const char digits[] = "0123456789";

    for (;; a++, b++) {
        a += strspn(a, digits);
        b += strspn(b, digits);
        if (*a != *b || *a == '\0')
            return *a == *b;
    }
}

void show_remark(struct show *s, const char *remark, size_t len)
{
    char *to = s->board.remark;
    char text[sizeof s->board.remark];

    (void)shown(text, sizeof text, remark != NULL ? remark : "", len);
    if (strcmp(text, to) == 0)
        return;
    memcpy(to, text, sizeof text);
    s->changed = true;
    if (s->draws || text[0] == '\0' || same_but_numbers(text, s->warned))
        return;
    memcpy(s->warned, text, sizeof text);
    msg_warn("%s", text);
}

/* Whether anything of B is in trouble, whose time goes on by itself. */
static bool is_troubled(const struct board *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->entries[i].v.state == VIEWED_RUNNING &&
            b->entries[i].v.verdict >= VIEWED_SLOW)
            return true;
    return false;
}

static bool is_failed(const struct board *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->entries[i].v.state == VIEWED_FAILED)
            return true;
    return false;
}

static void draw(struct show *s, bool all)
{
    struct terminal *t = &s->terminal;
    size_t width, height;

    terminal_size(t, &width, &height);
    if (!screen_lay(&s->screen, &s->board, t->style, width, all ? 0 : height,
                    clock_wall(s->clock))) {
        s->no_memory = true;
        return;
    }
    (void)terminal_draw(t, &s->screen, board_percent(&s->board),
                        is_failed(&s->board)     ? TAB_FAILED
                        : is_troubled(&s->board) ? TAB_TROUBLED
                                                 : TAB_GOES_ON);
}

static void tell_all(struct show *s)
{
    read_late(s);
    for (size_t i = 0; i < s->board.count; i++)
        if (s->board.entries[i].moved)
            tell(s, &s->board.entries[i]);
}

/* When it is time for another frame, or line, on the steady clock; -1: there is
 * nothing to show. */
static int64_t due(const struct show *s)
{
    if (s->changed)
        return s->shown + (s->draws ? FRAME : s->interval);
    if (s->draws && is_troubled(&s->board))
        return s->shown + CLOCK_SECOND;
    if (s->draws && s->terminal.osc && !board_final(&s->board))
        return s->shown + REMINDER;
    return -1;
}

int show_step(struct show *s)
{
    int64_t now = clock_steady(s->clock), at = due(s);

    if (s->shown == 0)
        at = s->draws ? now : now + s->interval;
    if (!s->draws && s->shown == 0)
        s->shown = now;
    if (at >= 0 && now >= at) {
        s->shown = now;
        if (s->draws && !terminal_ready(&s->terminal))
            return clock_poll(FRAME);
        s->changed = false;
        read_late(s);
        if (s->draws)
            draw(s, false);
        else
            tell_all(s);
        s->changed = false;
        at = due(s);
    }
    if (!s->draws)
        out_flush(&s->out);
    if (at < 0)
        return -1;
    return clock_poll(at - now);
}

void show_finish(struct show *s)
{
    read_late(s);
    s->board.remark[0] = '\0';
    if (!s->draws) {
        tell_all(s);
        return;
    }
    buf_clear(&s->terminal.before); /* the terminal may have put "^C" there */
    draw(s, true);
    terminal_leave(&s->terminal);
}

void show_leave(struct show *s)
{
    if (s->draws)
        terminal_leave(&s->terminal);
}

void show_again(struct show *s, bool fresh)
{
    if (fresh)
        terminal_forget(&s->terminal);
    buf_clear(&s->terminal.before);
    s->changed = true;
}

void show_no_memory(void)
{
    if (drawn != NULL)
        terminal_leave(&drawn->terminal);
}

bool show_close(struct show *s)
{
    bool good = s->draws ? s->terminal.error == 0 : out_close(&s->out);

    drawn = NULL;
    terminal_close(&s->terminal);
    documents_close(&s->documents);
    screen_close(&s->screen);
    board_free(&s->board);
    buf_free(&s->late);
    return good;
}
