#include "base/shown.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static const char cut_mark[] = "...";

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether the N bytes at TEXT, one character, may stand in a message: not the
 * C1 controls (U+0080 to U+009F), nor U+200E, U+200F, U+2028 to U+202E and
 * U+2066 to U+2069. */
static bool is_harmless(const unsigned char *text, size_t n)
{
    if (n == 1)
        return text[0] >= 0x20 && text[0] < 0x7F;
    if (n == 2)
        return text[0] != 0xC2 || text[1] >= 0xA0;
    if (n == 3 && text[0] == 0xE2 && text[1] == 0x80)
        return text[2] < 0x8E || (text[2] > 0x8F && text[2] < 0xA8) ||
               text[2] > 0xAE;
    return !(n == 3 && text[0] == 0xE2 && text[1] == 0x81 && text[2] >= 0xA6 &&
             text[2] <= 0xA9);
}

/* How much of OUT, whole characters, leaves room for the mark. */
static size_t back_up(const char *out, size_t len, size_t most)
{
    while (len > most || (len > 0 && len == most && out[len - 1] == ' '))
        len = utf8_start(out, len - 1);
    return len;
}

size_t shown(char *out, size_t room, const char *text, size_t len)
{
    size_t at = 0, n, used = 0;
    bool space = false;

    for (; at < len; at += n) {
        const char *from = text + at;
        size_t whole = utf8_length(from, len - at);

        n = whole > 0 ? whole : 1;
        if (is_space(*from)) {
            space = used > 0;
            continue;
        }
        if (whole == 0 || !is_harmless((const unsigned char *)from, whole)) {
            from = "?";
            whole = 1;
        }
        if (used + space + whole >= room) {
            used = back_up(out, used, room - sizeof cut_mark);
            memcpy(out + used, cut_mark, sizeof cut_mark);
            return used + sizeof cut_mark - 1;
        }
        if (space)
            out[used++] = ' ';
        space = false;
        memcpy(out + used, from, whole);
        used += whole;
    }
    out[used] = '\0';
    return used;
}
