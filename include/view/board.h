/*
 * What there is to show: the latest status of each action, or ActionSet, with
 * what only a succession of them tells.
 */
#ifndef VIEW_BOARD_H
#define VIEW_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view/rate.h"
#include "view/status.h"

enum { BOARD_MAX = 1000 }; /* so many are kept at the most */

struct board_phase {
    struct rate rate;
    enum viewed_state told; /* the state that was told last (told.h) */
};

struct board_entry {
    struct viewed v;
    struct board_phase *phases; /* as many as v has */
    /* for told.h */
    bool begun;    /* anything of it was told */
    bool moved;    /* it has changed since */
    int64_t tenth; /* of the percent that was told */
    enum viewed_state told;
};

struct board {
    struct board_entry *entries; /* in the order in which they came */
    size_t count, room;
    uint64_t dropped; /* for which there was no room */
    char remark[256]; /* what else there is to say, or empty */
};

/* Takes V, of which nothing is left to the caller: it takes the place of the
 * status of the same uid, or else of the same name in the same namespace, or
 * else of the one that has no name, or where there is no room of the first that
 * has ended.  NULL with errno set where there is no memory; NULL and errno 0
 * where BOARD_MAX others still go on. */
struct board_entry *board_take(struct board *b, struct viewed *v);

/* Forgets the entry with this INDEX; those behind it move up. */
void board_forget(struct board *b, size_t index);

/* Whether there is something, and nothing will change any more. */
bool board_final(const struct board *b);

/* Whether all that there is, is complete. */
bool board_complete(const struct board *b);

/* The mean percent of all that there is, in hundredths; VIEWED_UNKNOWN where
 * nobody knows. */
int64_t board_percent(const struct board *b);

/* Bytes a second of a phase of E; -1 where it does not run, or is not known. */
int64_t board_rate(const struct board_entry *e, size_t phase);

void board_free(struct board *b);

#endif
