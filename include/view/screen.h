/*
 * A board as lines for a terminal of a given size.
 *
 * No line has as many columns as the terminal, so none wraps, and none leaves
 * the cursor beyond the last column.  Columns for which there is no room go,
 * the least important first: the state, of which the mark tells, the rate, the
 * bytes, the time left, the bar.  Where there are more rows than lines, those
 * stay that matter (rows.h), and the last line says what was left out.
 */
#ifndef VIEW_SCREEN_H
#define VIEW_SCREEN_H

#include "view/pen.h"
#include "view/rows.h"

struct screen_line {
    size_t start, len; /* its bytes in `text`, without a newline */
    size_t columns;
};

/* Columns never become narrower, so that nothing jumps; private. */
struct screen_widths {
    size_t name, function, state, bytes, rate, left;
};

struct screen {
    struct buf text;
    struct screen_line *lines;
    size_t count;

    struct rows rows;
    struct screen_widths widest;
    size_t room;
};

enum { SCREEN_TEXT_MAX = 64 * 1024 * 1024 };

/* Prepares S. */
void screen_open(struct screen *s);

/* Lays out B for WIDTH columns (1 or more) and HEIGHT lines (0: as many as it
 * takes); NOW is in ns since 1970.  False where there is no memory. */
bool screen_lay(struct screen *s, const struct board *b, struct pen_style style,
                size_t width, size_t height, int64_t now);

void screen_close(struct screen *s);

#endif
