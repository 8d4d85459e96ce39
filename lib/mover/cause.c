#include "mover/cause.h"

#include <string.h>

static const char PARTS[] = "error uploading parts: ";
enum { PARTS_LEN = sizeof PARTS - 1, LINES_MAX = 64 };

/* What stands behind the last ": ". */
static struct text last_cause(struct text text)
{
    for (size_t at = text.len; at >= 2; at--)
        if (text.at[at - 2] == ':' && text.at[at - 1] == ' ')
            return (struct text){ text.at + at, text.len - at };
    return text;
}

/* Whether TEXT ends with "open /some/where", which has no reason yet. */
static bool lacks_reason(struct text text)
{
    struct text cause = last_cause(text);
    size_t word = 0;

    while (word < cause.len && cause.at[word] >= 'a' && cause.at[word] <= 'z')
        word++;
    return word > 0 && word + 1 < cause.len && cause.at[word] == ' ' &&
           cause.at[word + 1] == '/';
}

/* How the first of several joined errors begins; empty where there is none. */
static struct text first_part(struct text text)
{
    struct text part = { text.at, 0 };
    const char *end = text.at + text.len, *at = NULL;

    if (text.len > 0)
        at = memmem(text.at, text.len, PARTS, PARTS_LEN);
    if (at == NULL)
        return part;
    part.at = at + PARTS_LEN;
    while (part.at + part.len < end && part.at[part.len] != ':' &&
           part.at[part.len] != '\r' && part.at[part.len] != '\n')
        part.len++;
    return part;
}

bool cause_is_open(struct text text)
{
    return lacks_reason(text) || first_part(text).len > 0;
}

bool cause_goes_on(struct text text, struct text next)
{
    struct text part = first_part(text);

    if (lacks_reason(text))
        return true;
    return part.len > 0 && next.len >= part.len &&
           memcmp(next.at, part.at, part.len) == 0;
}

bool cause_begin(struct cause *c, struct text line)
{
    buf_clear(&c->text);
    buf_add(&c->text, line.at, line.len);
    c->lines = 1;
    c->open = !c->text.failed && cause_is_open(line);
    return c->open;
}

bool cause_add(struct cause *c, char separator, struct text next)
{
    struct text text = { c->text.bytes, c->text.len };

    if (c->lines++ == LINES_MAX || !cause_goes_on(text, next) ||
        !buf_reserve(&c->text, next.len + 1))
        return false;
    buf_char(&c->text, separator);
    buf_add(&c->text, next.at, next.len);
    return true;
}
