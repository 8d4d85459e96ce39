/*
 * A pen that writes lines for a terminal, and knows how many columns they have.
 *
 * Somebody else's text goes through pen_text(), which lets nothing pass that a
 * terminal obeys, and measures by wcwidth(3): setlocale(LC_CTYPE) decides.
 */
#ifndef VIEW_PEN_H
#define VIEW_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum pen_colour {
    PEN_PLAIN,
    PEN_RED,
    PEN_GREEN,
    PEN_YELLOW,
    PEN_CYAN,
    PEN_DIM,
    PEN_BOLD,
};

struct pen_style {
    bool unicode; /* blocks and marks, not ASCII */
    bool colour;
    bool rich; /* 256 colours: the rest of a bar is a background */
};

struct pen {
    struct buf *b;
    struct pen_style style;
    size_t columns; /* of what was written since the line's beginning */
};

/* Appends TEXT, cut to MOST columns with a mark at its end where it is longer;
 * control characters, bytes that are no UTF-8, what turns the direction of
 * writing round and what the locale cannot show come out as "?", white space as
 * one space.  Returns its columns. */
size_t pen_text(struct pen *p, const char *text, size_t len, size_t most);

/* The columns that pen_text() would take, without a limit. */
size_t pen_width(const char *text, size_t len);

/* How many bytes of TEXT, which shown() has made, go into a line of MOST
 * columns, at least one character: up to a space, where the rest does not
 * fit. */
size_t pen_fit(const char *text, size_t len, size_t most);

/* Appends our own text: harmless, each character a column. */
void pen_word(struct pen *p, const char *word);

/* Appends WORD behind as many spaces as make it WIDTH columns. */
void pen_right(struct pen *p, const char *word, size_t width);

/* Appends spaces up to COLUMN. */
void pen_to(struct pen *p, size_t column);

/* Switches the colour, where there are colours; PEN_PLAIN ends it. */
void pen_colour(struct pen *p, enum pen_colour colour);

/* Appends a bar of WIDTH columns (0 or more) that is at PERCENT (hundredths;
 * below 0: unknown, an empty one). */
void pen_bar(struct pen *p, int64_t percent, size_t width,
             enum pen_colour colour);

#endif
