#include "run/pick.h"

#include "base/eol.h"
#include "base/rec.h"

void pick_open(struct pick *p,
               void (*see)(void *arg, const char *line, size_t len), void *arg)
{
    *p = (struct pick){ .see = see, .arg = arg, .line = BUF_INIT(REC_CEILING) };
}

void pick_end(struct pick *p)
{
    if (!p->other && p->line.len > 0)
        p->see(p->arg, p->line.bytes, p->line.len);
    buf_clear(&p->line);
    p->other = false;
}

/* Adds N bytes of the line. */
static void add(struct pick *p, const char *bytes, size_t n)
{
    if (n == 0 || p->other)
        return;
    if (p->line.len == 0 && bytes[0] != '{') {
        p->other = true;
        return;
    }
    buf_add(&p->line, bytes, n);
    p->other = p->line.failed;
}

void pick_bytes(struct pick *p, const char *bytes, size_t n)
{
    while (n > 0) {
        size_t len = eol_length(bytes, n);
        bool ended = eol_is(bytes[len - 1]);

        add(p, bytes, len - ended);
        if (ended)
            pick_end(p);
        bytes += len;
        n -= len;
    }
}

void pick_close(struct pick *p)
{
    buf_free(&p->line);
}
