/*
 * The items of a phase that does the same for each of several, pods as a rule:
 * each is reckoned as a phase of its own, and all of them together are what the
 * phase's mover says.
 */
#ifndef PHASE_ITEMS_H
#define PHASE_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "phase/work.h"

enum { ITEMS_MAX = 1000 };

enum item_state {
    ITEM_WAITING,
    ITEM_MOVING,
    ITEM_FAILED,
    ITEM_DONE,
    ITEM_STATES
};

struct item {
    enum item_state state;
    struct progress progress; /* its percent is 0 at least */

    /* of its mover's latest record, as in struct measure, COUNT_LARGEST at
     * most */
    int64_t moved, passed, signs;
    int64_t over; /* 1: its mover has had its last word */
};

/* All zero: no items.  items_free() gives the memory back.  What the items come
 * to is kept up with each change: there may be a thousand of them, and a record
 * changes one. */
struct items {
    struct item *each; /* to look at only */
    size_t count;

    /* private: sums over all items */
    size_t in[ITEM_STATES];
    int64_t percents;
    int64_t sizes[SIZES]; /* of those that are known, not cut: 2^53 x 1000 */
    size_t sized[SIZES];  /* how many are known */
    struct measure work;  /* moved, passed and signs alone; not cut either */
    size_t going;         /* how many have not ended, nor has their mover */
    /* of those that have not ended: */
    size_t timed;      /* how many say what time is left */
    int64_t longest;   /* the most that one says */
    size_t at_longest; /* and how many say that */
};

/* Makes them COUNT (at most ITEMS_MAX) where they are fewer; false where there
 * is no memory. */
bool items_grow(struct items *items, size_t count);

/* Makes the item INDEX what IS says, from a state that was kept say; of no size
 * that was known it may be unknown now. */
void items_put(struct items *items, size_t index, const struct item *is);

/* What the mover of one item says, and how much work that shows; nothing where
 * the item has ended. */
void items_take(struct items *items, size_t index, const struct progress *said,
                const struct measure *work);

/* The mover of one item has had its last word. */
void items_end_mover(struct items *items, size_t index);

/* STATE for one item, which never goes back. */
void items_set(struct items *items, size_t index, enum item_state state);

/* How many are in STATE. */
size_t items_in(const struct items *items, enum item_state state);

/* All of them (one at least) together: the mean of the percentages, the sums
 * of what is known of the sizes, and, as they move side by side, the longest
 * time that is left, where it is known of each that has not ended. */
struct progress items_together(const struct items *items);

/* The same as work: what is done is their percentage, as those that have not
 * begun have told no total; what moves is the sum of what each does. */
struct measure items_measure(const struct items *items);

/* Whether each (one at least) has ended, or its mover has. */
bool items_over(const struct items *items);

void items_free(struct items *items);

#endif
