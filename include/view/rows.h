/*
 * The rows of a board: what is said in each, and how much it matters, but not
 * how wide it is or what it looks like.
 */
#ifndef VIEW_ROWS_H
#define VIEW_ROWS_H

#include "view/board.h"

enum row_kind {
    ROW_HEAD,   /* an ActionSet's name, and its namespace as `text` */
    ROW_ACTION, /* an action's name, where there are several */
    ROW_PHASE,
    ROW_TOTAL, /* of the whole */
    ROW_NOTE,  /* `word` and `text`: what else there is to say */
};

/* Which rows stay where there is no room for all, the most important first. */
enum row_rank {
    RANK_TOTAL,
    RANK_ACTIVE, /* a phase that runs, or has failed */
    RANK_NOTE,
    RANK_OTHER_TOTAL, /* of what does not run */
    RANK_HEAD,
    RANK_PENDING,
    RANK_DONE, /* the last first */
    RANKS,
};

struct row {
    enum row_kind kind;
    enum row_rank rank;
    struct viewed_text name, function, text; /* somebody else's */
    /* Whose it is, where there are several: the ActionSet, and the action. */
    struct viewed_text set, action;
    enum viewed_state state;
    struct viewed_text state_text; /* of one that is VIEWED_OTHER */
    bool troubled;                 /* stalled, or slow */
    int64_t percent;               /* hundredths; VIEWED_UNKNOWN */
    /* Ours; empty where there is nothing to say. */
    char bytes[64], rate[32], left[32], word[64];
};

struct rows {
    struct row *row;
    size_t count, room;
};

/* Empties R and puts the rows of B into it; NOW, in ns since 1970, is what a
 * time is compared with.  False where there is no memory. */
bool rows_collect(struct rows *r, const struct board *b, int64_t now);

/* Takes the rows away that say only whose the others are: set and action of
 * these say it. */
void rows_drop_heads(struct rows *r);

/* A state as a word. */
const char *rows_state(enum viewed_state state);

/* "43.33%" at OUT; empty where HUNDREDTHS are below 0. */
void rows_percent(int64_t hundredths, char out[static 16]);

/* "21.5 MB of 103.0 MB", or less, at OUT; empty where nothing is known. */
void rows_bytes(const struct viewed_progress *p, char out[static 64]);

/* "12.3 MB/s" at OUT; empty where RATE is below 0. */
void rows_rate(int64_t rate, char out[static 32]);

/* "2m0s left" at OUT; empty where SECONDS are below 0. */
void rows_left(int64_t seconds, char out[static 32]);

void rows_free(struct rows *r);

#endif
