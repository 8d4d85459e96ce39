/* A row as a line of a terminal; a note may take some. */
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "view/screen_parts.h"

enum {
    NOTE_MAX = 4096, /* an error is no log */
    WRAP_MIN = 10,   /* hardly a terminal */
};

/* --- cells */

static enum pen_colour colour_of(const struct row *row)
{
    if (row->troubled)
        return PEN_YELLOW;
    switch (row->state) {
    case VIEWED_RUNNING:
        return PEN_CYAN;
    case VIEWED_FAILED:
        return PEN_RED;
    case VIEWED_DONE:
        return PEN_GREEN;
    default:
        return PEN_DIM;
    }
}

static const char *mark_of(const struct row *row, bool unicode)
{
    static const char *const ascii[] = { "-", ">", "x", "+", "?" };
    static const char *const marks[] = { "\u00B7", "\u2022", "\u2717", "\u2713",
                                         "?" };

    return unicode ? marks[row->state] : ascii[row->state];
}

static void put_state(struct pen *p, const struct row *row, size_t width)
{
    if (row->state == VIEWED_OTHER)
        (void)pen_text(p, row->state_text.bytes, row->state_text.len, width);
    else
        pen_word(p, rows_state(row->state));
}

/* A column behind a gap, its text at the right. */
static void put_cell(struct pen *p, const char *text, size_t width)
{
    if (width == 0)
        return;
    pen_to(p, p->columns + SCREEN_GAP);
    pen_right(p, text, width);
}

static void put_cells(struct pen *p, const struct row *row,
                      const struct columns *c)
{
    size_t column = SCREEN_MARK + c->name;
    enum pen_colour colour = colour_of(row);
    char percent[16];

    if (c->function > 0) {
        pen_to(p, column + SCREEN_GAP);
        pen_colour(p, PEN_DIM);
        (void)pen_text(p, row->function.bytes, row->function.len, c->function);
        pen_colour(p, PEN_PLAIN);
        column += SCREEN_GAP + c->function;
    }
    if (c->state > 0) {
        pen_to(p, column + SCREEN_GAP);
        pen_colour(p, colour);
        put_state(p, row, c->state);
        pen_colour(p, PEN_PLAIN);
        column += SCREEN_GAP + c->state;
    }
    pen_to(p, column);
    if (c->bar > 0) {
        pen_to(p, column + SCREEN_GAP);
        pen_bar(p, row->percent, c->bar, colour);
    }
    if (c->percent > 0) {
        pen_to(p, p->columns + SCREEN_GAP);
        if (row->kind == ROW_TOTAL)
            pen_colour(p, PEN_BOLD);
        rows_percent(row->percent, percent);
        pen_right(p, percent, SCREEN_PERCENT);
        if (row->kind == ROW_TOTAL)
            pen_colour(p, PEN_PLAIN);
    }
    put_cell(p, row->bytes, c->bytes);
    put_cell(p, row->rate, c->rate);
    put_cell(p, row->left, c->left);
}

/* --- names */

enum { NAME_PARTS = 3 };

/* What ROW is called, with whose it is, or without. */
static size_t parts_of(const struct row *row, bool named,
                       struct viewed_text parts[static NAME_PARTS])
{
    size_t n = 0;

    if (named && row->set.len > 0)
        parts[n++] = row->set;
    if (named && row->action.len > 0)
        parts[n++] = row->action;
    if (row->kind != ROW_TOTAL || n == 0)
        parts[n++] = row->name;
    return n;
}

/* Of N parts, one at least, with blanks between them. */
static size_t width_of(const struct viewed_text *parts, size_t n)
{
    size_t width = n - 1;

    for (size_t i = 0; i < n; i++)
        width += pen_width(parts[i].bytes, parts[i].len);
    return width;
}

size_t screen_name_width(const struct row *row, bool named)
{
    struct viewed_text parts[NAME_PARTS];

    return width_of(parts, parts_of(row, named, parts));
}

/* Where there is no room for all parts of a name, what follows one has up to
 * half of what is left. */
static void put_name(struct pen *p, const struct row *row, bool named,
                     size_t width)
{
    struct viewed_text parts[NAME_PARTS];
    size_t n = parts_of(row, named, parts), end = p->columns + width;

    for (size_t i = 0; i < n && p->columns < end; i++) {
        size_t left = end - p->columns;
        size_t more = i + 1 < n ? 1 + width_of(parts + i + 1, n - i - 1) : 0;

        (void)pen_text(p, parts[i].bytes, parts[i].len,
                       left - screen_smaller(more, left / 2));
        if (more > 0 && p->columns < end)
            pen_word(p, " ");
    }
}

/* --- rows */

static void put_progress(struct pen *p, const struct row *row,
                         const struct screen_look *look)
{
    bool pending = row->state == VIEWED_PENDING && row->kind == ROW_PHASE;

    pen_colour(p, colour_of(row));
    pen_word(p, mark_of(row, p->style.unicode));
    pen_colour(p, PEN_PLAIN);
    pen_to(p, SCREEN_MARK);
    if (row->kind == ROW_TOTAL)
        pen_colour(p, PEN_BOLD);
    else if (pending)
        pen_colour(p, PEN_DIM);
    put_name(p, row, look->named, look->columns.name);
    if (row->kind == ROW_TOTAL || pending)
        pen_colour(p, PEN_PLAIN);
    put_cells(p, row, &look->columns);
}

static void put_head(struct pen *p, const struct row *row, size_t width)
{
    pen_colour(p, row->kind == ROW_HEAD ? PEN_BOLD : PEN_DIM);
    (void)pen_text(p, row->name.bytes, row->name.len, width);
    pen_colour(p, PEN_PLAIN);
    if (row->text.len == 0 || p->columns + SCREEN_GAP >= width)
        return;
    pen_to(p, p->columns + SCREEN_GAP);
    pen_colour(p, PEN_DIM);
    (void)pen_text(p, row->text.bytes, row->text.len, width - p->columns);
    pen_colour(p, PEN_PLAIN);
}

/* What stands before a note's text. */
static void put_word(struct pen *p, const struct row *row,
                     const struct screen_look *look)
{
    size_t width = look->width;

    if (look->named && row->set.len > 0) {
        (void)pen_text(p, row->set.bytes, row->set.len,
                       (width - p->columns) / 2);
        pen_word(p, p->columns + 2 < width ? ": " : "");
    }
    (void)pen_text(p, row->word, strlen(row->word), width - p->columns);
    if (row->text.len > 0 && row->word[0] != '\0' && p->columns + 1 < width)
        pen_word(p, " ");
}

static enum pen_colour colour_of_note(const struct row *row)
{
    return row->state == VIEWED_PENDING ? PEN_YELLOW : colour_of(row);
}

/* A person needs all of an error: its cause is often at the end. */
static bool put_note(struct screen *s, const struct row *row,
                     struct screen_look *look)
{
    char text[NOTE_MAX];
    size_t len = shown(text, sizeof text, row->text.bytes, row->text.len);
    size_t width = look->width, start = s->text.len, n, at = 0;
    struct pen p = { .b = &s->text, .style = look->style };

    pen_to(&p, screen_smaller(SCREEN_MARK, width));
    pen_colour(&p, colour_of_note(row));
    put_word(&p, row, look);
    for (; look->more > 0 && width >= WRAP_MIN; look->more--) {
        n = p.columns + 1 < width /* a character can have two */
                ? pen_fit(text + at, len - at, width - p.columns)
                : 0;
        if (at + n == len)
            break;
        (void)pen_text(&p, text + at, n, width - p.columns);
        at += n;
        pen_colour(&p, PEN_PLAIN);
        if (!screen_add_line(s, start, p.columns))
            return false;
        start = s->text.len;
        p.columns = 0;
        pen_to(&p, screen_smaller(2 * SCREEN_MARK, width / 2));
        pen_colour(&p, colour_of_note(row));
    }
    (void)pen_text(&p, text + at, len - at, width - p.columns);
    pen_colour(&p, PEN_PLAIN);
    return screen_add_line(s, start, p.columns);
}

bool screen_add_line(struct screen *s, size_t start, size_t columns)
{
    if (s->count == s->room) {
        size_t room = s->room > 0 ? 2 * s->room : 16;
        struct screen_line *more = reallocarray(s->lines, room, sizeof *more);

        if (more == NULL)
            return false;
        s->lines = more;
        s->room = room;
    }
    /* what was put there only to fill up is not needed at the end */
    while (s->text.len > start && s->text.bytes[s->text.len - 1] == ' ') {
        s->text.len--;
        columns--;
    }
    s->lines[s->count++] =
        (struct screen_line){ start, s->text.len - start, columns };
    return true;
}

bool screen_put_row(struct screen *s, const struct row *row,
                    struct screen_look *look)
{
    struct pen p = { .b = &s->text, .style = look->style };
    size_t start = s->text.len;

    if (row->kind == ROW_NOTE)
        return put_note(s, row, look);
    if (row->kind == ROW_HEAD || row->kind == ROW_ACTION)
        put_head(&p, row, look->width);
    else if (look->width > SCREEN_MARK)
        put_progress(&p, row, look);
    return screen_add_line(s, start, p.columns);
}
