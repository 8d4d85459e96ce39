#include "view/pen.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/shown.h"
#include "base/utf8.h"

enum { TEXT_MAX = 4096 }; /* more fits no line */

static wint_t decode(const char *text, size_t n)
{
    static const unsigned char first[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    wint_t c = (unsigned char)text[0] & first[n];

    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)text[i] & 0x3F);
    return c;
}

/* Marks without a width that some terminals obey and others give a column:
 * U+061C turns the direction of writing round, as shown() knows others to. */
static bool is_unwanted(wint_t c)
{
    return c == 0x061C || c == 0x200B || (c >= 0x2060 && c <= 0x2064) ||
           c == 0xFEFF;
}

/* The next character of TEXT, of which LEN bytes are there: its columns, or -1
 * where it cannot be shown, and its bytes in *N.  glibc's and musl's wchar_t is
 * the code point in every locale. */
static int next(const char *text, size_t len, size_t *n)
{
    wint_t c;

    *n = utf8_length(text, len);
    if (*n == 0) {
        *n = 1;
        return -1;
    }
    c = decode(text, *n);
    if (is_unwanted(c) || (*n > 1 && MB_CUR_MAX == 1)) /* musl's has a width
                                                          in the C locale too */
        return -1;
    return wcwidth((wchar_t)c);
}

static size_t measure(const char *text, size_t len)
{
    size_t width = 0, n;

    for (size_t i = 0; i < len; i += n) {
        int columns = next(text + i, len - i, &n);

        width += columns < 0 ? 1 : (size_t)columns;
    }
    return width;
}

size_t pen_width(const char *text, size_t len)
{
    char fit[TEXT_MAX];

    return measure(fit, shown(fit, sizeof fit, text, len));
}

/* Appends as much of TEXT as fits into MOST columns. */
static size_t put(struct pen *p, const char *text, size_t len, size_t most)
{
    size_t width = 0, n;

    for (size_t i = 0; i < len; i += n) {
        int columns = next(text + i, len - i, &n);
        bool good = columns >= 0;

        if (width + (good ? (size_t)columns : 1) > most)
            break;
        buf_add(p->b, good ? text + i : "?", good ? n : 1);
        width += good ? (size_t)columns : 1;
    }
    return width;
}

size_t pen_text(struct pen *p, const char *text, size_t len, size_t most)
{
    char fit[TEXT_MAX];
    size_t n = shown(fit, sizeof fit, text, len), width;

    if (measure(fit, n) <= most) {
        width = put(p, fit, n, most);
    } else if (most == 0) {
        width = 0;
    } else {
        width = put(p, fit, n, most - 1) + 1;
        buf_str(p->b, p->style.unicode ? "\u2026" : "~");
    }
    p->columns += width;
    return width;
}

size_t pen_fit(const char *text, size_t len, size_t most)
{
    size_t width = 0, space = 0, n = 0, i;

    for (i = 0; i < len; i += n) {
        int columns = next(text + i, len - i, &n);

        width += columns < 0 ? 1 : (size_t)columns;
        if (text[i] == ' ')
            space = i + 1; /* which needs no room at the end of a line */
        else if (width > most)
            break;
    }
    if (i == len || (space == 0 && i > 0))
        return i;
    return space > 0 ? space : n;
}

void pen_word(struct pen *p, const char *word)
{
    buf_str(p->b, word);
    for (; *word != '\0'; word++)
        p->columns += ((unsigned char)*word & 0xC0) != 0x80;
}

void pen_to(struct pen *p, size_t column)
{
    while (p->columns < column) {
        buf_char(p->b, ' ');
        p->columns++;
    }
}

void pen_right(struct pen *p, const char *word, size_t width)
{
    size_t len = strlen(word);

    pen_to(p, p->columns + (len < width ? width - len : 0));
    pen_word(p, word);
}

void pen_colour(struct pen *p, enum pen_colour colour)
{
    static const char *const codes[] = { "\33[0m",  "\33[31m", "\33[32m",
                                         "\33[33m", "\33[36m", "\33[2m",
                                         "\33[1m" };

    if (p->style.colour)
        buf_str(p->b, codes[colour]);
}

/* The parts of a column, from the left. */
static const char *const eighths[] = { "",       "\u258F", "\u258E", "\u258D",
                                       "\u258C", "\u258B", "\u258A", "\u2589" };

static void put_filled(struct pen *p, size_t eighth)
{
    for (size_t i = 0; i < eighth / 8; i++)
        pen_word(p, "\u2588");
    pen_word(p, eighths[eighth % 8]);
}

/* A share of WIDTH; all of it only where nothing is missing. */
static size_t share(int64_t percent, size_t width)
{
    if (percent < 0)
        return 0;
    return (size_t)(percent < 10000 ? percent : 10000) * width / 10000;
}

static void put_ascii(struct pen *p, int64_t percent, size_t width,
                      enum pen_colour colour)
{
    size_t inside = width - 2, filled = share(percent, inside);

    pen_word(p, "[");
    pen_colour(p, colour);
    for (size_t i = 0; i < filled; i++)
        pen_word(p, "#");
    pen_colour(p, PEN_PLAIN);
    pen_to(p, p->columns + inside - filled);
    pen_word(p, "]");
}

/* Without a background for what is missing, edges tell how long it is. */
static void put_edged(struct pen *p, int64_t percent, size_t width,
                      enum pen_colour colour)
{
    size_t end = p->columns + width - 1;

    pen_word(p, "\u2595");
    pen_colour(p, colour);
    put_filled(p, share(percent, (width - 2) * 8));
    pen_colour(p, PEN_PLAIN);
    pen_to(p, end);
    pen_word(p, "\u258F");
}

static void put_rich(struct pen *p, int64_t percent, size_t width,
                     enum pen_colour colour)
{
    size_t end = p->columns + width;

    pen_colour(p, colour);
    buf_str(p->b, "\33[48;5;238m");
    put_filled(p, share(percent, width * 8));
    pen_to(p, end);
    pen_colour(p, PEN_PLAIN);
}

void pen_bar(struct pen *p, int64_t percent, size_t width,
             enum pen_colour colour)
{
    if (width < 3)
        pen_to(p, p->columns + width);
    else if (!p->style.unicode)
        put_ascii(p, percent, width, colour);
    else if (p->style.colour && p->style.rich)
        put_rich(p, percent, width, colour);
    else
        put_edged(p, percent, width, colour);
}
