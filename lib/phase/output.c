#include "phase/output.h"

#include <string.h>

#include "phase/explain.h"
#include "phase/text.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

void output_open(struct output *o, enum format format)
{
    *o = (struct output){ .format = format,
                          .text = BUF_INIT(TEXT_MAX),
                          .said = BUF_INIT(TEXT_MAX) };
}

static const struct buf *next_text(struct output *o, const struct line *l)
{
    struct buf spare = o->said;

    text_put(&o->text, l);
    if (o->text.failed)
        return &o->text;
    if (buf_same(&o->text, &o->said)) {
        buf_clear(&o->text); /* nothing to say */
        return &o->text;
    }
    o->said = o->text;
    o->text = spare;
    return &o->said;
}

const struct buf *output_next(struct output *o, const struct line *l)
{
    buf_clear(&o->text);
    if (o->format == FORMAT_TEXT && !l->text.failed)
        return next_text(o, l);
    return o->format == FORMAT_REASONS ? &o->text : &l->text;
}

const struct buf *output_last(struct output *o, const struct line *l)
{
    buf_clear(&o->text);
    if (o->format == FORMAT_REASONS)
        explain_put(&o->text, l->plan);
    return &o->text;
}

void output_close(struct output *o)
{
    buf_free(&o->text);
    buf_free(&o->said);
}
