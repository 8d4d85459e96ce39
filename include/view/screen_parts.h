/*
 * The parts of a screen: columns, and a row as a line, or some.
 */
#ifndef VIEW_SCREEN_PARTS_H
#define VIEW_SCREEN_PARTS_H

#include "view/screen.h"

enum {
    SCREEN_MARK = 2,    /* and a space behind it */
    SCREEN_GAP = 2,     /* between columns */
    SCREEN_PERCENT = 7, /* "100.00%" */
};

/* The smaller one. */
static inline size_t screen_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How wide each column is; 0: it is not shown. */
struct columns {
    size_t name, function, state, bar, percent, bytes, rate, left;
};

/* How rows become lines. */
struct screen_look {
    struct pen_style style;
    struct columns columns;
    size_t width;
    bool named;  /* each row says whose it is: there are no heads */
    size_t more; /* so many lines may be beyond one for each row */
};

/* The columns of the name of ROW; see screen_look. */
size_t screen_name_width(const struct row *row, bool named);

/* Appends ROW, a note over as many lines as it takes, where there are so many.
 * False where there is no memory. */
bool screen_put_row(struct screen *s, const struct row *row,
                    struct screen_look *look);

/* Ends the line that began at START of the text and has COLUMNS.  False where
 * there is no memory. */
bool screen_add_line(struct screen *s, size_t start, size_t columns);

#endif
