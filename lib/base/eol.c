#include "base/eol.h"

#include <string.h>

enum { BLOCK = 256 };

/* Text has one of the two ends as a rule, so neither is looked for far beyond
 * the other. */
size_t eol_length(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i += BLOCK) {
        size_t part = n - i < BLOCK ? n - i : BLOCK;
        const char *lf = memchr(bytes + i, '\n', part), *cr;

        if (lf != NULL)
            part = (size_t)(lf + 1 - (bytes + i));
        cr = memchr(bytes + i, '\r', part);
        if (cr != NULL)
            return (size_t)(cr + 1 - bytes);
        if (lf != NULL)
            return i + part;
    }
    return n;
}
