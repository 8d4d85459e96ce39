#include "mover/message.h"

#include <string.h>

#include "mover/cause.h"

static const char QUOTE_END[] = "\": ";
enum { QUOTE_END_LEN = sizeof QUOTE_END - 1 };

/* A message with more separators, or a path with more quotes, is not looked
 * into further: hostile names shall cost no more than their length. */
enum { PIECES_MAX = 256, QUOTES_MAX = 8, LOOKS_MAX = 4 * MESSAGE_CEILING };

/* A name of 255 bytes holds no more lines of progress than that. */
enum { LINES_MAX = 3 };

static const char *find_end(const char *from, const char *end)
{
    return from < end
               ? memmem(from, (size_t)(end - from), QUOTE_END, QUOTE_END_LEN)
               : NULL;
}

static bool is_end(const char *quote, const char *end)
{
    return (size_t)(end - quote) >= QUOTE_END_LEN &&
           memcmp(quote, QUOTE_END, QUOTE_END_LEN) == 0;
}

static bool is_separator(char c)
{
    return c == '\r' || c == '\n';
}

/* Whether TEXT holds "/PATH:", as the operating system's error does.  The two
 * quotes around PATH become what is looked for, and quotes again. */
static bool names_path(struct message *m)
{
    char *needle = m->raw.bytes + m->head - 1;
    size_t len = m->path.len + 2;
    bool found;

    if (m->path.len == 0)
        return false;
    needle[0] = '/';
    needle[len - 1] = ':';
    found = memmem(m->text.at, m->text.len, needle, len) != NULL;
    needle[0] = needle[len - 1] = '"';
    return found;
}

/* Whether each `": ` in TEXT closes a quote that TEXT opened, as in `blob
 * "p70c20": not found`.  One that does not would be the end of the path. */
static bool explains_quotes(struct text text)
{
    const char *end = text.at + text.len;
    bool inside = false;

    for (const char *at = text.at; at < end; at++) {
        if (inside && *at == '\\' && at + 1 < end)
            at++; /* Go's %q escapes */
        else if (*at == '"' && inside)
            inside = false;
        else if (*at == '"' && is_end(at, end))
            return false;
        else if (*at == '"')
            inside = at == text.at || memchr(" ([{=:,\n", at[-1], 8) != NULL;
    }
    return true;
}

static void split_at(struct message *m, const char *quote, const char *end)
{
    m->path.at = m->raw.bytes + m->head;
    m->path.len = (size_t)(quote - m->path.at);
    m->text.at = quote + QUOTE_END_LEN;
    m->text.len = (size_t)(end - m->text.at);
}

/* Finds where the path ends in the first LEN bytes: where the text names the
 * path again; else at the first place that leaves a text whose quotes are its
 * own; else at the last place.  The text of older releases has no quotes. */
static void split(struct message *m, size_t len)
{
    const char *end = m->raw.bytes + len, *best = NULL, *last = NULL;
    const char *quote = find_end(m->raw.bytes + m->head, end);

    for (int quotes = 0; quote != NULL; quotes++) {
        last = quote;
        split_at(m, quote, end);
        if (quotes < QUOTES_MAX && names_path(m))
            return;
        if (quotes < QUOTES_MAX && best == NULL && explains_quotes(m->text))
            best = quote;
        quote = find_end(quote + 1, end);
    }
    if (last != NULL) /* it is named, so there was one */
        split_at(m, best != NULL ? best : last, end);
}

/* Where PATH goes on if the text was cut at SEPARATOR inside its copy of PATH:
 * it ends with "/" and PATH up to a SEPARATOR in it.  0 where it was not. */
static size_t cut_in_path(const struct message *m, char separator)
{
    const char *path = m->path.at;

    for (size_t i = 0; i < m->path.len && i < m->text.len; i++) {
        const char *copy = m->text.at + m->text.len - i;

        if (path[i] == separator && copy > m->text.at && copy[-1] == '/' &&
            memcmp(copy, path, i) == 0)
            return i + 1;
    }
    return 0;
}

/* Whether PIECE is what the cut copy of PATH goes on with: up to the next
 * separator in it, or to its end and the colon behind that, or up to where the
 * input ends. */
static bool continues_copy(const struct message *m, const struct record *piece)
{
    const char *path = m->raw.bytes + m->head + m->copy;
    size_t left = m->path.len - m->copy, len = 0;

    if (m->copy == 0)
        return false;
    while (len < left && !is_separator(path[len]))
        len++;
    if (piece->after == 0 && piece->len < len)
        len = piece->len;
    if (piece->len < len || memcmp(piece->text, path, len) != 0)
        return false;
    if (piece->len == len)
        return piece->after == 0 || (len < left && piece->after == path[len]);
    return len == left && piece->text[len] == ':';
}

/* A terminal has made "\r\n" of each '\n', the message's last one too. */
static size_t undo_terminal(char *bytes, size_t len)
{
    size_t to = 0;

    if (len < 2 || memcmp(bytes + len - 2, "\r\n", 2) != 0)
        return len;
    for (size_t from = 0; from < len; from++)
        if (bytes[from] != '\r' || from + 1 == len || bytes[from + 1] != '\n')
            bytes[to++] = bytes[from];
    return to;
}

void message_close(struct message *m)
{
    size_t end;

    m->open = false;
    if (!m->named)
        return;
    end = undo_terminal(m->raw.bytes, m->kept);
    while (end > 0 && is_separator(m->raw.bytes[end - 1]))
        end--;
    split(m, end);
}

/* Decides what the bytes behind FROM, which end at SEPARATOR, make of it.
 * There is room for SEPARATOR. */
static void consider(struct message *m, size_t from, bool belongs,
                     char separator)
{
    const char *end = m->raw.bytes + m->raw.len;
    bool more = separator != '\n' || m->progress;

    belongs = belongs || !m->named;
    m->named = m->named || find_end(m->raw.bytes + from, end) != NULL;
    m->path = m->text = (struct text){ "", 0 }; /* `raw` may have moved */
    m->copy = 0;
    if (m->named && separator != 0 && m->looked < LOOKS_MAX) {
        m->looked += m->raw.len;
        split(m, m->raw.len);
        m->copy = cut_in_path(m, separator);
        more = more || (belongs && (m->copy > 0 || cause_is_open(m->text)));
    }
    if (separator != 0)
        buf_char(&m->raw, separator);
    if (belongs)
        m->kept = m->raw.len;
    m->open = separator != 0 && ++m->pieces < PIECES_MAX && (more || !m->named);
    if (!m->open)
        message_close(m);
}

void message_begin(struct message *m, const char *level, bool progress,
                   struct text line, size_t head, char separator)
{
    buf_clear(&m->raw);
    m->level = level;
    m->progress = progress;
    m->named = false;
    m->open = false;
    m->head = m->kept = 0;
    m->pieces = m->lines = 0;
    m->looked = 0;
    if (line.len >= MESSAGE_CEILING) {
        line.len = MESSAGE_CEILING - 1;
        separator = 0;
    }
    if (!buf_reserve(&m->raw, line.len + 1))
        return;
    m->head = head;
    buf_add(&m->raw, line.at, line.len);
    consider(m, head, true, separator);
}

/* Whether PIECE, of KIND by itself, is known to belong to M, which has a text
 * and of which all is known that came before. */
static bool belongs(const struct message *m, const struct record *piece,
                    enum piece_kind kind)
{
    if (continues_copy(m, piece))
        return true;
    if (kind == PIECE_LINE || kind == PIECE_MESSAGE)
        return false;
    if (m->raw.bytes[m->raw.len - 1] == '\r')
        return true;
    return m->copy == 0 && kind == PIECE_TEXT &&
           cause_goes_on(m->text, (struct text){ piece->text, piece->len });
}

/* Whether PIECE, of KIND by itself, may be what PATH goes on with. */
static bool may_be_path(struct message *m, const struct record *piece,
                        enum piece_kind kind)
{
    const char *end = piece->text + piece->len;

    if (kind == PIECE_MESSAGE && m->lines > 0 &&
        find_end(piece->text, end) != NULL)
        return false;
    m->lines += kind == PIECE_LINE || kind == PIECE_MESSAGE;
    return m->lines <= LINES_MAX;
}

/* Whether PIECE, of KIND by itself, is behind M, which has a text.  Where it is
 * what stands in front of kopia's progress, all that came before belongs to M.
 */
static bool is_behind(struct message *m, const struct record *piece,
                      enum piece_kind kind)
{
    size_t len = m->raw.len;

    if (m->progress && kind == PIECE_BLANK && m->raw.bytes[len - 1] == '\n' &&
        piece->after == '\r') {
        m->kept = len;
        return true;
    }
    return kind == PIECE_LINE || kind == PIECE_MESSAGE;
}

bool message_add(struct message *m, const struct record *piece,
                 enum piece_kind kind)
{
    size_t from = m->raw.len;
    bool known = m->named ? m->kept == from && belongs(m, piece, kind)
                          : may_be_path(m, piece, kind);

    if ((!known && (!m->named || is_behind(m, piece, kind))) ||
        !buf_reserve(&m->raw, piece->len + 1)) {
        message_close(m);
        return false;
    }
    buf_add(&m->raw, piece->text, piece->len);
    consider(m, from, known, piece->after);
    return true;
}

struct text message_first_line(const struct message *m)
{
    size_t len = m->head;

    while (len < m->raw.len && !is_separator(m->raw.bytes[len]))
        len++;
    return (struct text){ m->raw.bytes, len };
}

struct text message_rest(const struct message *m)
{
    size_t from = m->kept;

    if (!m->named) {
        from = message_first_line(m).len;
        from += from < m->raw.len;
    }
    return (struct text){ m->raw.bytes + from, m->raw.len - from };
}
