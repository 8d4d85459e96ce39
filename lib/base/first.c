#include "base/first.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A document while it arrives; all before `at` has been looked at. */
struct arrival {
    const struct buf *b;
    size_t at;
    bool begun;           /* something of the document has come */
    bool is_json;         /* what that was */
    size_t depth;         /* JSON: brackets that are open */
    bool inside, escaped; /* JSON: a string, and behind a backslash in it */
    size_t end;           /* found: where it ends */
    size_t next;          /* and where what follows begins */
};

static bool found(struct arrival *a, size_t end, size_t next)
{
    a->end = end;
    a->next = next;
    return true;
}

/* One byte of JSON that is no space behind the object. */
static void json_byte(struct arrival *a, char c)
{
    if (a->escaped)
        a->escaped = false;
    else if (a->inside && c == '\\')
        a->escaped = true;
    else if (c == '"')
        a->inside = !a->inside;
    else if (!a->inside && (c == '{' || c == '['))
        a->depth++;
    else if (!a->inside && (c == '}' || c == ']'))
        a->depth--;
}

static bool json_ends(struct arrival *a)
{
    for (; a->at < a->b->len; a->at++) {
        char c = a->b->bytes[a->at];

        if (a->depth == 0 && c == '\n')
            return found(a, a->at + 1, a->at + 1);
        if (a->depth == 0 && strchr(" \t\r", c) == NULL)
            return found(a, a->at, a->at);
        json_byte(a, c);
    }
    return false;
}

/* Whether LINE is "---" or "...", with or without something behind it. */
static bool is_marker(const char *line, size_t len)
{
    return len >= 3 &&
           (memcmp(line, "---", 3) == 0 || memcmp(line, "...", 3) == 0) &&
           (len == 3 || strchr(" \t\r", line[3]) != NULL);
}

/* Whether LINE is nothing of a document yet. */
static bool is_empty(const char *line, size_t len)
{
    size_t at = 0;

    while (at < len && strchr(" \t\r", line[at]) != NULL)
        at++;
    return at == len || line[at] == '#' || line[0] == '%';
}

static bool yaml_ends(struct arrival *a)
{
    while (a->at < a->b->len) {
        const char *line = a->b->bytes + a->at;
        const char *newline = memchr(line, '\n', a->b->len - a->at);
        size_t len, next;

        if (a->begun && *line == '{')
            return found(a, a->at, a->at);
        if (newline == NULL)
            return false;
        len = (size_t)(newline - line);
        next = a->at + len + 1;
        if (is_marker(line, len)) {
            if (a->begun || *line == '.')
                return found(a, a->at, next);
        } else if (!is_empty(line, len)) {
            a->begun = true;
        }
        a->at = next;
    }
    return false;
}

/* Steps over a byte order mark; false where only a part of one has come. */
static bool skip_mark(struct arrival *a)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n = a->b->len < 3 ? a->b->len : 3;

    if (a->at > 0 || memcmp(a->b->bytes, mark, n) != 0)
        return true;
    if (n == 3)
        a->at = n;
    return n == 3;
}

/* Looks at what has come; true where the end is in it. */
static bool ends(struct arrival *a)
{
    const struct buf *b = a->b;
    size_t at;

    if (!a->begun) {
        if (!skip_mark(a))
            return false;
        at = a->at;
        while (at < b->len && strchr(" \t\r\n", b->bytes[at]) != NULL)
            at++;
        if (at < b->len && b->bytes[at] == '{') {
            a->begun = a->is_json = true;
            a->at = at + 1;
            a->depth = 1;
        }
    }
    return a->is_json ? json_ends(a) : yaml_ends(a);
}

/* Reads at most N bytes, through EINTR and EAGAIN. */
static ssize_t read_some(int fd, char *bytes, size_t n)
{
    for (;;) {
        ssize_t got = read(fd, bytes, n);

        if (got >= 0 ||
            (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return got;
        if (errno != EINTR)
            (void)poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
    }
}

bool first_read(int fd, struct buf *document, struct buf *rest)
{
    struct arrival a = { .b = document };
    char bytes[FIRST_REST_MAX];
    ssize_t n;

    while ((n = read_some(fd, bytes, sizeof bytes)) > 0) {
        buf_add(document, bytes, (size_t)n);
        if (document->failed) {
            errno =
                document->len + (size_t)n > document->ceiling ? EFBIG : ENOMEM;
            return false;
        }
        if (!ends(&a))
            continue;
        buf_add(rest, document->bytes + a.next, document->len - a.next);
        document->len = a.end;
        errno = ENOMEM;
        return !rest->failed;
    }
    return n == 0;
}
