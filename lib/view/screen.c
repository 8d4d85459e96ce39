#include "view/screen_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum {
    NAME_MIN = 12,
    FUNCTION_MAX = 24,
    BAR_MIN = 8,
    BAR_MAX = 40,
    /* where these are known at all, usual ones fit from the beginning */
    BYTES_MIN = 20, /* "546.9 MB of 546.9 MB" */
    RATE_MIN = 9,   /* "99.9 MB/s" */
    LEFT_MIN = 8,   /* "59s left" */
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

static void widen(size_t *width, size_t to)
{
    if (to > *width)
        *width = to;
}

static void measure(struct screen_widths *w, const struct rows *r, bool named)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct row *row = &r->row[i];

        if (row->kind != ROW_PHASE && row->kind != ROW_TOTAL)
            continue;
        widen(&w->name, screen_name_width(row, named));
        widen(&w->function,
              screen_smaller(pen_width(row->function.bytes, row->function.len),
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
    if (wanted == 0 || *room < wanted + SCREEN_GAP)
        return 0;
    *room -= wanted + SCREEN_GAP;
    return wanted;
}

static struct columns divide(const struct screen_widths *w, size_t width)
{
    struct columns c = { .name = w->name, .percent = SCREEN_PERCENT };
    size_t room = width > SCREEN_MARK ? width - SCREEN_MARK : 0, more;

    if (room < NAME_MIN + SCREEN_GAP + SCREEN_PERCENT) { /* hardly a terminal */
        c.percent =
            room >= 4 + SCREEN_GAP + SCREEN_PERCENT ? SCREEN_PERCENT : 0;
        c.name = screen_smaller(
            c.name, room - (c.percent > 0 ? SCREEN_GAP + SCREEN_PERCENT : 0));
        return c;
    }
    room -= SCREEN_GAP + SCREEN_PERCENT;
    /* a name that is long shall leave room for a bar */
    more = NAME_MIN + SCREEN_GAP + BAR_MIN <= room ? SCREEN_GAP + BAR_MIN : 0;
    c.name = screen_smaller(c.name, room - more);
    room -= c.name;
    c.bar = grant(&room, BAR_MIN);
    c.left = grant(&room, w->left);
    c.bytes = grant(&room, w->bytes);
    c.rate = grant(&room, c.bytes > 0 ? w->rate : 0);
    c.state = grant(&room, c.rate > 0 || w->rate == 0 ? w->state : 0);
    c.function = grant(&room, c.state > 0 ? w->function : 0);
    more = c.bar > 0 ? screen_smaller(room, BAR_MAX - BAR_MIN) : 0;
    c.bar += more;
    return c;
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

/* It stands in the place of one row, so there are two more at least. */
static bool put_more(struct screen *s, const struct screen_look *look,
                     size_t shown)
{
    struct pen p = { .b = &s->text, .style = look->style };
    size_t start = s->text.len, more = s->rows.count - shown;
    struct buf b = BUF_INIT(64);

    buf_str(&b, "and ");
    json_put_int(&b, (int64_t)more);
    buf_str(&b, " more lines");
    pen_to(&p, screen_smaller(SCREEN_MARK, look->width));
    pen_colour(&p, PEN_DIM);
    (void)pen_text(&p, b.bytes, b.len, look->width - p.columns);
    pen_colour(&p, PEN_PLAIN);
    buf_free(&b);
    return screen_add_line(s, start, p.columns);
}

static bool put_some(struct screen *s, struct screen_look *look, size_t height)
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
        if (shown && !screen_put_row(s, row, look))
            return false;
    }
    return most == height || put_more(s, look, most);
}

bool screen_lay(struct screen *s, const struct board *b, struct pen_style style,
                size_t width, size_t height, int64_t now)
{
    struct screen_look look = { .style = style, .width = width - 1 };
    struct rows *r = &s->rows;

    buf_clear(&s->text);
    s->count = 0;
    if (!rows_collect(r, b, now))
        return false;
    look.named = height > 0 && r->count > height;
    if (look.named)
        rows_drop_heads(r);
    measure(&s->widest, r, look.named);
    look.columns = divide(&s->widest, look.width);
    if (height > 0 && r->count > height)
        return put_some(s, &look, height) && !s->text.failed;
    look.more = height > 0 ? height - r->count : SIZE_MAX;
    for (size_t i = 0; i < r->count; i++)
        if (!screen_put_row(s, &r->row[i], &look))
            return false;
    return !s->text.failed;
}
