/*
 * The pieces of the input, through an adapter, into records.
 */
#ifndef ANY_PROGRESS_LINES_H
#define ANY_PROGRESS_LINES_H

#include "base/rec.h"
#include "box.h"
#include "mover/adapted.h"
#include "mover/adapter.h"

struct lines {
    struct adapter *adapter;
    struct box *box; /* of its jq program; NULL where it has none */
    struct adapted run;
    /* gets each line that was not understood; may be NULL */
    void (*unmatched)(void *arg, const char *line, size_t len);
    void *arg;
    uint64_t recognised, missed;
    uint64_t limits; /* how often a rule passed PCRE2's limit */
    int limit_line;  /* of the first rule that did */
    char why[256]; /* the jq program did not understand the last line; or "" */

    /* private */
    struct buf plain; /* the piece without colours */
};

/* Prepares L; `run.emit`, `run.total` and the like are the caller's to set. */
void lines_init(struct lines *l, struct adapter *adapter, struct box *box);
void lines_free(struct lines *l);

/* Takes the next piece.  One that the end of the input has cut, or that is
 * above the ceiling, may be half a number: it is not understood. */
void lines_piece(struct lines *l, const struct record *piece);

#endif
