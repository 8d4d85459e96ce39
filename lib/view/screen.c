#include "view/screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum {
    MARK = 2,    /* and a space behind it */
    GAP = 2,     /* between columns */
    PERCENT = 7, /* "100.00%" */
    NAME_MIN = 12,
    FUNCTION_MAX = 24,
    BAR_MIN = 8,
    BAR_MAX = 40,
    /* where these are known at all, usual ones fit from the beginning */
    BYTES_MIN = 20, /* "546.9 MB of 546.9 MB" */
    RATE_MIN = 9,   /* "99.9 MB/s" */
    LEFT_MIN = 8,   /* "59s left" */
};

/* How wide each column is; 0: it is not shown. */
struct columns {
    size_t name, function, state, bar, percent, bytes, rate, left;
};

void screen_open(struct screen *s)
{
    *s = (struct screen){ .text = BUF_INIT(SCREEN_TEXT_MAX) };
}

void screen_close(struct screen *s)
{
    buf_free(&s->text);
    free(s->lines);
    rows_free(&s->rows);
    *s = (struct screen){ 0 };
}

/* --- columns */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void widen(size_t *width, size_t to)
{
    if (to > *width)
        *width = to;
}

static void measure(struct screen_widths *w, const struct rows *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct row *row = &r->row[i];

        if (row->kind != ROW_PHASE && row->kind != ROW_TOTAL)
            continue;
        widen(&w->name, pen_width(row->name.bytes, row->name.len));
        widen(&w->function,
              smaller(pen_width(row->function.bytes, row->function.len),
                      FUNCTION_MAX));
        widen(&w->bytes, strlen(row->bytes));
        widen(&w->rate, strlen(row->rate));
        widen(&w->left, strlen(row->left));
    }
    w->state = sizeof "complete" - 1;
    if (w->bytes > 0) {
        widen(&w->bytes, BYTES_MIN);
        widen(&w->rate, RATE_MIN);
        widen(&w->left, LEFT_MIN);
    }
}

/* Takes WANTED columns of *ROOM, and a gap before them, where there are so
 * many. */
static size_t grant(size_t *room, size_t wanted)
{
    if (wanted == 0 || *room < wanted + GAP)
        return 0;
    *room -= wanted + GAP;
    return wanted;
}

static struct columns divide(const struct screen_widths *w, size_t width)
{
    struct columns c = { .name = w->name, .percent = PERCENT };
    size_t room = width > MARK ? width - MARK : 0, more;

    if (room < NAME_MIN + GAP + PERCENT) { /* hardly a terminal */
        c.percent = room >= 4 + GAP + PERCENT ? PERCENT : 0;
        c.name = smaller(c.name, room - (c.percent > 0 ? GAP + PERCENT : 0));
        return c;
    }
    room -= GAP + PERCENT;
    /* a name that is long shall leave room for a bar */
    more = NAME_MIN + GAP + BAR_MIN <= room ? GAP + BAR_MIN : 0;
    c.name = smaller(c.name, room - more);
    room -= c.name;
    c.bar = grant(&room, BAR_MIN);
    c.left = grant(&room, w->left);
    c.bytes = grant(&room, w->bytes);
    c.rate = grant(&room, c.bytes > 0 ? w->rate : 0);
    c.state = grant(&room, c.rate > 0 || w->rate == 0 ? w->state : 0);
    c.function = grant(&room, c.state > 0 ? w->function : 0);
    more = c.bar > 0 ? smaller(room, BAR_MAX - BAR_MIN) : 0;
    c.bar += more;
    return c;
}

/* --- lines */

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
    pen_to(p, p->columns + GAP);
    pen_right(p, text, width);
}

static void put_cells(struct pen *p, const struct row *row,
                      const struct columns *c)
{
    size_t column = MARK + c->name;
    enum pen_colour colour = colour_of(row);
    char percent[16];

    if (c->function > 0) {
        pen_to(p, column + GAP);
        pen_colour(p, PEN_DIM);
        (void)pen_text(p, row->function.bytes, row->function.len, c->function);
        pen_colour(p, PEN_PLAIN);
        column += GAP + c->function;
    }
    if (c->state > 0) {
        pen_to(p, column + GAP);
        pen_colour(p, colour);
        put_state(p, row, c->state);
        pen_colour(p, PEN_PLAIN);
        column += GAP + c->state;
    }
    pen_to(p, column);
    if (c->bar > 0) {
        pen_to(p, column + GAP);
        pen_bar(p, row->percent, c->bar, colour);
    }
    if (c->percent > 0) {
        pen_to(p, p->columns + GAP);
        if (row->kind == ROW_TOTAL)
            pen_colour(p, PEN_BOLD);
        rows_percent(row->percent, percent);
        pen_right(p, percent, PERCENT);
        if (row->kind == ROW_TOTAL)
            pen_colour(p, PEN_PLAIN);
    }
    put_cell(p, row->bytes, c->bytes);
    put_cell(p, row->rate, c->rate);
    put_cell(p, row->left, c->left);
}

static void put_progress(struct pen *p, const struct row *row,
                         const struct columns *c)
{
    bool pending = row->state == VIEWED_PENDING && row->kind == ROW_PHASE;

    pen_colour(p, colour_of(row));
    pen_word(p, mark_of(row, p->style.unicode));
    pen_colour(p, PEN_PLAIN);
    pen_to(p, MARK);
    if (row->kind == ROW_TOTAL)
        pen_colour(p, PEN_BOLD);
    else if (pending)
        pen_colour(p, PEN_DIM);
    (void)pen_text(p, row->name.bytes, row->name.len, c->name);
    if (row->kind == ROW_TOTAL || pending)
        pen_colour(p, PEN_PLAIN);
    put_cells(p, row, c);
}

static void put_head(struct pen *p, const struct row *row, size_t width)
{
    pen_colour(p, row->kind == ROW_HEAD ? PEN_BOLD : PEN_DIM);
    (void)pen_text(p, row->name.bytes, row->name.len, width);
    pen_colour(p, PEN_PLAIN);
    if (row->text.len == 0 || p->columns + GAP >= width)
        return;
    pen_to(p, p->columns + GAP);
    pen_colour(p, PEN_DIM);
    (void)pen_text(p, row->text.bytes, row->text.len, width - p->columns);
    pen_colour(p, PEN_PLAIN);
}

static void put_note(struct pen *p, const struct row *row, size_t width)
{
    pen_to(p, smaller(MARK, width));
    pen_colour(p, row->state == VIEWED_PENDING ? PEN_YELLOW : colour_of(row));
    (void)pen_text(p, row->word, strlen(row->word), width - p->columns);
    if (row->text.len > 0 && p->columns + 1 < width) {
        if (row->word[0] != '\0')
            pen_word(p, " ");
        (void)pen_text(p, row->text.bytes, row->text.len, width - p->columns);
    }
    pen_colour(p, PEN_PLAIN);
}

static bool add_line(struct screen *s, size_t start, size_t columns)
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

static bool put_row(struct screen *s, const struct row *row,
                    struct pen_style style, const struct columns *c,
                    size_t width)
{
    struct pen p = { .b = &s->text, .style = style };
    size_t start = s->text.len;

    if (row->kind == ROW_HEAD || row->kind == ROW_ACTION)
        put_head(&p, row, width);
    else if (row->kind == ROW_NOTE)
        put_note(&p, row, width);
    else if (width > MARK)
        put_progress(&p, row, c);
    return add_line(s, start, p.columns);
}

/* --- which rows */

/* The most important HEIGHT rows: their ranks are below the one that it
 * returns, but for *SOME of that one. */
static enum row_rank cut(const struct rows *r, size_t height, size_t *some)
{
    size_t of[RANKS + 1] = { 0 }, sum = 0;
    int rank = 0;

    for (size_t i = 0; i < r->count; i++)
        of[r->row[i].rank]++;
    while (rank < RANKS && sum + of[rank] <= height)
        sum += of[rank++];
    *some = height - sum;
    return (enum row_rank)rank;
}

static bool put_more(struct screen *s, const struct rows *r,
                     struct pen_style style, size_t shown, size_t width)
{
    struct pen p = { .b = &s->text, .style = style };
    size_t start = s->text.len;
    struct buf b = BUF_INIT(64);

    buf_str(&b, "and ");
    json_put_int(&b, (int64_t)(r->count - shown));
    buf_str(&b, r->count - shown == 1 ? " more line" : " more lines");
    pen_to(&p, smaller(MARK, width));
    pen_colour(&p, PEN_DIM);
    (void)pen_text(&p, b.bytes, b.len, width - p.columns);
    pen_colour(&p, PEN_PLAIN);
    buf_free(&b);
    return add_line(s, start, p.columns);
}

static bool put_some(struct screen *s, struct pen_style style,
                     const struct columns *c, size_t width, size_t height)
{
    const struct rows *r = &s->rows;
    size_t most = height > 2 ? height - 1 : height, some, seen = 0, of = 0;
    enum row_rank last = cut(r, most, &some);

    for (size_t i = 0; i < r->count; i++)
        of += r->row[i].rank == last;
    for (size_t i = 0; i < r->count; i++) {
        const struct row *row = &r->row[i];
        bool shown = row->rank < last;

        if (row->rank == last) {
            /* of those that are complete, the last */
            shown = last == RANK_DONE ? seen >= of - some : seen < some;
            seen++;
        }
        if (shown && !put_row(s, row, style, c, width))
            return false;
    }
    return most == height || put_more(s, r, style, most, width);
}

bool screen_lay(struct screen *s, const struct board *b, struct pen_style style,
                size_t width, size_t height, int64_t now)
{
    size_t inside = width - 1;
    struct columns c;

    buf_clear(&s->text);
    s->count = 0;
    if (!rows_collect(&s->rows, b, now))
        return false;
    measure(&s->widest, &s->rows);
    c = divide(&s->widest, inside);
    if (height > 0 && s->rows.count > height)
        return put_some(s, style, &c, inside, height) && !s->text.failed;
    for (size_t i = 0; i < s->rows.count; i++)
        if (!put_row(s, &s->rows.row[i], style, &c, inside))
            return false;
    return !s->text.failed;
}
