#include "mover/message.h"

#include <string.h>

static const char QUOTE_END[] = "\": ";
enum { QUOTE_END_LEN = sizeof QUOTE_END - 1 };

/* A path with more separators, or a text with more quotes, is not looked into
 * further: hostile names shall cost no more than their length. */
enum { PIECES_MAX = 64, QUOTES_MAX = 8 };

static const char *find_end(const char *from, const char *end)
{
    return from < end
               ? memmem(from, (size_t)(end - from), QUOTE_END, QUOTE_END_LEN)
               : NULL;
}

/* Whether TEXT holds "/PATH:", as the operating system's error does. */
static bool names_path(struct text text, struct text path)
{
    const char *at = text.at, *end = text.at + text.len;

    if (path.len == 0)
        return false;
    while ((at = memmem(at, (size_t)(end - at), path.at, path.len)) != NULL) {
        const char *behind = at + path.len;

        if (at > text.at && at[-1] == '/' && behind < end && *behind == ':')
            return true;
        at++;
    }
    return false;
}

static void split_at(struct message *m, const char *quote)
{
    const char *end = m->raw.bytes + m->raw.len;

    m->path = (struct text){ m->raw.bytes, (size_t)(quote - m->raw.bytes) };
    m->text.at = quote + QUOTE_END_LEN;
    m->text.len = (size_t)(end - m->text.at);
}

/* Finds where the path ends: where the text names the path again, else at the
 * last possible place, since the text of older releases has no quotes. */
static bool split(struct message *m)
{
    const char *end = m->raw.bytes + m->raw.len;
    const char *last = NULL;
    int quotes = 0;

    for (const char *quote = find_end(m->raw.bytes, end); quote != NULL;
         quote = find_end(quote + 1, end)) {
        split_at(m, quote);
        if (++quotes <= QUOTES_MAX && names_path(m->text, m->path))
            return true;
        last = quote;
    }
    if (last != NULL)
        split_at(m, last);
    return last != NULL;
}

/* Whether the text was cut inside its copy of the path: it ends with "/" and
 * the path up to a SEPARATOR in it. */
static bool cut_in_path(const struct message *m, char separator)
{
    const char *path = m->path.at;

    for (size_t i = 0; i < m->path.len && i < m->text.len; i++) {
        const char *copy = m->text.at + m->text.len - i;

        if (path[i] == separator && copy > m->text.at && copy[-1] == '/' &&
            memcmp(copy, path, i) == 0)
            return true;
    }
    return false;
}

static void consider(struct message *m, char separator)
{
    m->open = !split(m) || (separator != 0 && cut_in_path(m, separator));
    if (m->open && separator != 0)
        buf_char(&m->raw, separator);
    if (m->open && (m->raw.failed || ++m->pieces == PIECES_MAX))
        message_close(m);
}

void message_begin(struct message *m, const char *level, const char *piece,
                   size_t len, char separator)
{
    buf_clear(&m->raw);
    m->level = level;
    m->pieces = 0;
    buf_add(&m->raw, piece, len);
    consider(m, separator);
}

void message_add(struct message *m, const char *piece, size_t len,
                 char separator)
{
    buf_add(&m->raw, piece, len);
    consider(m, separator);
}

void message_close(struct message *m)
{
    m->open = false;
    if (!split(m)) {
        m->path = (struct text){ "", 0 };
        m->text = (struct text){ m->raw.bytes, m->raw.len };
    }
    while (m->text.len > 0 && strchr("\r\n", m->text.at[m->text.len - 1]))
        m->text.len--;
}
