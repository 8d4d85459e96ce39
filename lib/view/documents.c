#include "view/documents.h"

#include <string.h>

#include "base/rec.h"

void documents_open(struct documents *d)
{
    *d = (struct documents){ .text = BUF_INIT(DOCUMENT_MAX), .fresh = true };
}

void documents_close(struct documents *d)
{
    buf_free(&d->text);
}

bool documents_is_line(const char *text, size_t len)
{
    static const char status[] = "{\"type\":\"status\"";

    return len >= sizeof status && memcmp(text, status, sizeof status - 1) == 0;
}

static void pass_over(struct documents *d)
{
    d->strange++;
    d->huge += d->too_long;
    d->too_long = false;
    d->depth = 0;
    d->in_string = d->escaped = false;
    buf_clear(&d->text);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Looks at a byte of a document; false where it was the last. */
static bool step(struct documents *d, char c)
{
    if (d->in_string) {
        if (d->escaped)
            d->escaped = false;
        else if (c == '\\')
            d->escaped = true;
        else if (c == '"')
            d->in_string = false;
        return true;
    }
    if (c == '"')
        d->in_string = true;
    else if (c == '{' || c == '[')
        d->depth++;
    else if (c == '}' || c == ']')
        return --d->depth > 0;
    return true;
}

/* Keeps bytes of a document that goes on. */
static void keep(struct documents *d, const char *bytes, size_t n)
{
    d->too_long |= n > DOCUMENT_MAX - d->text.len;
    buf_add(&d->text, bytes, n);
}

/* A whole document: SEE has it, unless it is a record above the ceiling. */
static void hand_out(struct documents *d, const char *text, size_t len,
                     documents_see *see, void *arg)
{
    if (len <= REC_CEILING || !documents_is_line(text, len)) {
        see(arg, text, len);
        return;
    }
    d->strange++;
    d->above++;
}

/* The document that has begun ends with N more bytes; of most there is nothing
 * yet, and they need not be copied. */
static void end_document(struct documents *d, const char *bytes, size_t n,
                         documents_see *see, void *arg)
{
    if (d->text.len == 0 && !d->text.failed) {
        hand_out(d, bytes, n, see, arg);
        return;
    }
    keep(d, bytes, n);
    if (d->text.failed) {
        pass_over(d);
        return;
    }
    hand_out(d, d->text.bytes, d->text.len, see, arg);
    buf_clear(&d->text);
}

/* Takes bytes of a document that has begun, up to its end or to where it cannot
 * be one; how many. */
static size_t go_on(struct documents *d, const char *bytes, size_t n,
                    documents_see *see, void *arg)
{
    for (size_t i = 0; i < n; i++) {
        bool begins = d->fresh && bytes[i] == '{' && d->text.len + i > 0;
        bool ends;

        /* a string has no newline in it */
        if (begins || (d->in_string && bytes[i] == '\n')) {
            pass_over(d);
            return i;
        }
        d->fresh = bytes[i] == '\n';
        ends = !step(d, bytes[i]);
        if (!ends)
            continue;
        end_document(d, bytes, i + 1, see, arg);
        return i + 1;
    }
    keep(d, bytes, n);
    return n;
}

/* A line that begins no document has ended. */
static void end_skipping(struct documents *d)
{
    d->above += d->skipping && d->skipped > REC_CEILING;
    d->skipping = false;
}

/* Takes bytes from between documents, up to where one begins; how many. */
static size_t look(struct documents *d, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (d->skipping) {
            const char *end = memchr(bytes + i, '\n', n - i);
            size_t at = end != NULL ? (size_t)(end - bytes) : n;

            d->skipped += at - i;
            if (end == NULL)
                return n;
            i = at;
            end_skipping(d);
        }
        if (bytes[i] == '{')
            return i;
        d->fresh = bytes[i] == '\n';
        if (!is_space(bytes[i])) {
            d->skipping = true;
            d->skipped = 1;
            d->strange++;
        }
    }
    return n;
}

void documents_take(struct documents *d, const char *bytes, size_t n,
                    documents_see *see, void *arg)
{
    while (n > 0) {
        size_t taken = d->depth > 0 ? 0 : look(d, bytes, n);

        bytes += taken;
        n -= taken;
        taken = go_on(d, bytes, n, see, arg);
        bytes += taken;
        n -= taken;
    }
}

void documents_end(struct documents *d)
{
    if (d->depth > 0)
        pass_over(d);
    end_skipping(d);
}
