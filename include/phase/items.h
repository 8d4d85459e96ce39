/*
 * The items of a phase that does the same for each of several, pods as a rule:
 * each is reckoned as a phase of its own, and all of them together are what the
 * phase's mover says.
 */
#ifndef PHASE_ITEMS_H
#define PHASE_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "phase/progress.h"

enum { ITEMS_MAX = 1000 };

enum item_state { ITEM_WAITING, ITEM_MOVING, ITEM_FAILED, ITEM_DONE };

struct item {
    enum item_state state;
    struct progress progress; /* its percent is 0 at least */
};

/* All zero: no items.  items_free() gives the memory back. */
struct items {
    struct item *each;
    size_t count;
};

/* Makes them COUNT (at most ITEMS_MAX) where they are fewer; false where there
 * is no memory. */
bool items_grow(struct items *items, size_t count);

/* What the mover of one item says; nothing where the item has ended. */
void items_take(struct item *item, const struct progress *said);

/* STATE for one item, which never goes back. */
void items_set(struct item *item, enum item_state state);

/* How many are in STATE. */
size_t items_in(const struct items *items, enum item_state state);

/* All of them (one at least) together: the mean of the percentages, the sums
 * of what is known of the sizes, and, as they move side by side, the longest
 * time that is left, where it is known of each. */
struct progress items_together(const struct items *items);

void items_free(struct items *items);

#endif
