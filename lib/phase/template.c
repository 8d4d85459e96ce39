#include "phase/template.h"

#include <string.h>

enum { TEMPLATE_MAX = 4096 };

/* U+E07B, which Unicode leaves to whoever wants to use it. */
static const char sign[] = "\xEE\x81\xBB";

bool template_is_in(const char *text, size_t len)
{
    return memmem(text, len, "{{", 2) != NULL ||
           memmem(text, len, sign, sizeof sign - 1) != NULL;
}

/* The end of the string or comment of a template that begins at AT, or AT + 1
 * where none does; LEN where it has no end.  Two bytes are there at least. */
static size_t skip_token(const char *text, size_t len, size_t at)
{
    char quote = text[at];
    const char *end;

    if (memcmp(text + at, "/*", 2) == 0) {
        end = memmem(text + at + 2, len - at - 2, "*/", 2);
        return end != NULL ? (size_t)(end - text) + 2 : len;
    }
    if (quote != '"' && quote != '`')
        return at + 1;
    for (at++; at < len && text[at] != quote; at++)
        if (quote == '"' && text[at] == '\\')
            at++;
    return at < len ? at + 1 : len;
}

/* The end of the template that begins at AT; AT where none does, or a longer
 * one than anybody writes. */
static size_t template_end(const char *text, size_t len, size_t at)
{
    size_t i = at + 2;

    if (len - at > TEMPLATE_MAX)
        len = at + TEMPLATE_MAX;
    if (len - at < 4 || memcmp(text + at, "{{", 2) != 0)
        return at;
    while (i + 1 < len && memcmp(text + i, "{{", 2) != 0) {
        if (memcmp(text + i, "}}", 2) == 0)
            return i + 2;
        i = skip_token(text, len, i);
    }
    return at;
}

static size_t skip_space(const char *text, size_t len, size_t at)
{
    while (at < len && (text[at] == ' ' || text[at] == '\t'))
        at++;
    return at;
}

/* Where the line ends that begins at AT and has nothing but templates; 0 where
 * there is something else in it, or nothing. */
static size_t templates_end(const char *text, size_t len, size_t at)
{
    size_t first = skip_space(text, len, at), end = first, next;

    while ((next = template_end(text, len, end)) > end)
        end = skip_space(text, len, next);
    if (end < len && text[end] == '\r')
        end++;
    return end > first && (end == len || text[end] == '\n') ? end : 0;
}

/* Whether `{{ end }}` stands at AT. */
static bool is_end(const char *text, size_t len, size_t at)
{
    size_t word = at + 2;

    if (len - at < 2 || memcmp(text + at, "{{", 2) != 0)
        return false;
    if (word < len && text[word] == '-')
        word++;
    word = skip_space(text, len, word);
    return len - word >= 3 && memcmp(text + word, "end", 3) == 0;
}

static bool begins(const char *text, size_t len, size_t at, const char *word)
{
    size_t n = strlen(word);

    return len - at >= n && memcmp(text + at, word, n) == 0;
}

/* Whether the line at AT, and what comes below, stands below `actions:`, where
 * BEFORE says it of the line before. */
static bool is_below(const char *text, size_t len, size_t at, bool before)
{
    if (begins(text, len, at, "actions:"))
        return true;
    if (begins(text, len, at, "---") || begins(text, len, at, "..."))
        return false;
    return before && (at >= len || strchr(" \t\r\n#-{", text[at]) != NULL);
}

/* Appends START..END with WITH in the place of each character but newlines. */
static void put_hidden(struct buf *out, const char *text, size_t start,
                       size_t end, const char *with)
{
    for (size_t i = start; i < end; i++)
        if (text[i] == '\n')
            buf_char(out, '\n');
        else if ((text[i] & 0xC0) != 0x80) /* else within a character */
            buf_str(out, with);
}

/* Appends the rest of the line at AT, or of those over which a template goes;
 * returns where the next begins. */
static size_t put_line(struct buf *out, const char *text, size_t len, size_t at)
{
    while (at < len && text[at] != '\n') {
        size_t end = template_end(text, len, at);

        if (end > at) {
            put_hidden(out, text, at, end, sign);
            at = end;
        } else {
            buf_char(out, text[at++]);
        }
    }
    if (at < len)
        buf_char(out, text[at++]);
    return at;
}

void template_hide(struct buf *out, const char *text, size_t len)
{
    bool below = false;
    size_t at = 0;

    while (at < len) {
        size_t end = templates_end(text, len, at);

        below = is_below(text, len, at, below);
        if (end > 0 && (!below || is_end(text, len, at))) {
            put_hidden(out, text, at, end, " ");
            at = end;
        }
        at = put_line(out, text, len, at);
    }
}
