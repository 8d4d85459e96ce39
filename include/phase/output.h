/*
 * What is written of a status: records, lines for people, or the reasons at the
 * end.
 */
#ifndef PHASE_OUTPUT_H
#define PHASE_OUTPUT_H

#include <stdbool.h>

#include "base/buf.h"
#include "phase/line.h"

enum format {
    FORMAT_JSON,
    FORMAT_TEXT,    /* a line that is as the one before is left out */
    FORMAT_REASONS, /* nothing before the end */
};

struct output {
    enum format format;

    /* private */
    struct buf text, said; /* of this time, and of the last */
};

/* Prepares O; allocates nothing yet. */
void output_open(struct output *o, enum format format);

/* What is to be written where L has changed, or at the end, of L's plan; O's or
 * L's own, perhaps empty; `failed` says that memory ran out. */
const struct buf *output_next(struct output *o, const struct line *l);
const struct buf *output_last(struct output *o, const struct line *l);

void output_close(struct output *o);

#endif
