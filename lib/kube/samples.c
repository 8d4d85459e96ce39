#include "kube/samples.h"

enum { UNCHECKED_MAX = 2 * SAMPLE_ROOM };

bool samples_open(struct samples *s, bool (*good)(const char *text, size_t len))
{
    *s = (struct samples){ .good = good,
                           .unchecked = BUF_INIT(UNCHECKED_MAX),
                           .newest = BUF_INIT(SAMPLE_ROOM) };
    if (buf_reserve(&s->unchecked, UNCHECKED_MAX) &&
        buf_reserve(&s->newest, SAMPLE_ROOM))
        return true;
    samples_close(s);
    return false;
}

void samples_close(struct samples *s)
{
    buf_free(&s->unchecked);
    buf_free(&s->newest);
}

/* Finds the newest good sample among the unchecked ones, and drops them. */
static void look(struct samples *s)
{
    struct buf *unchecked = &s->unchecked;

    while (unchecked->len > 0) {
        size_t end = unchecked->len - 1; /* the newline */
        const char *before = memrchr(unchecked->bytes, '\n', end);
        size_t start =
            before != NULL ? (size_t)(before - unchecked->bytes) + 1 : 0;
        const char *text = unchecked->bytes + start;

        unchecked->len = start;
        if (s->good(text, end - start)) {
            buf_clear(&s->newest);
            buf_add(&s->newest, text, end + 1 - start);
            buf_clear(unchecked);
        }
    }
}

void samples_add(struct samples *s, const char *text, size_t len)
{
    if (len + 1 > s->unchecked.ceiling - s->unchecked.len)
        look(s);
    buf_add(&s->unchecked, text, len);
    buf_char(&s->unchecked, '\n');
}

const struct buf *samples_newest(struct samples *s)
{
    look(s);
    return s->newest.len > 0 ? &s->newest : NULL;
}
