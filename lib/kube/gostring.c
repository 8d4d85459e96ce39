#include "kube/gostring.h"

#include "base/utf8.h"

static void put_escape(struct buf *b, unsigned code)
{
    static const char hex[] = "0123456789abcdef";
    const char escape[] = { '\\',
                            'u',
                            hex[code >> 12 & 15],
                            hex[code >> 8 & 15],
                            hex[code >> 4 & 15],
                            hex[code & 15] };

    buf_add(b, escape, sizeof escape);
}

static void put_ascii(struct buf *b, char c)
{
    static const char letters[] = "\b\f\n\r\t\"\\";
    static const char names[] = "bfnrt\"\\";
    const char *letter = memchr(letters, c, sizeof letters - 1);

    if (letter != NULL) {
        buf_char(b, '\\');
        buf_char(b, names[letter - letters]);
    } else if ((unsigned char)c < 0x20 || c == '<' || c == '>' || c == '&') {
        put_escape(b, (unsigned char)c);
    } else {
        buf_char(b, c);
    }
}

/* U+2028 or U+2029, which end a line in JavaScript. */
static bool is_separator(const char *text, size_t n)
{
    return n == 3 && memcmp(text, "\xE2\x80", 2) == 0 &&
           ((unsigned char)text[2] & 0xFE) == 0xA8;
}

void gostring_put(struct buf *b, const char *text, size_t len)
{
    size_t n;

    buf_char(b, '"');
    for (size_t at = 0; at < len; at += n) {
        n = utf8_length(text + at, len - at);
        if (n == 0) {
            put_escape(b, 0xFFFD);
            n = 1;
        } else if (n == 1) {
            put_ascii(b, text[at]);
        } else if (is_separator(text + at, n)) {
            put_escape(b, 0x2000u | (unsigned char)text[at + 2] % 0x80u);
        } else {
            buf_add(b, text + at, n);
        }
    }
    buf_char(b, '"');
}
