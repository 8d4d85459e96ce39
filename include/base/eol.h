/*
 * The ends of lines: '\n', or '\r' as of a line that is drawn anew.
 */
#ifndef BASE_EOL_H
#define BASE_EOL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether C ends a line. */
static inline bool eol_is(char c)
{
    return c == '\n' || c == '\r';
}

/* How many of the N bytes there are up to the end of the first line, which
 * counts, or N where none ends in them. */
size_t eol_length(const char *bytes, size_t n);

#endif
