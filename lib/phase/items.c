#include "phase/items.h"

#include <stdlib.h>

bool items_grow(struct items *items, size_t count)
{
    struct item *each;

    if (count <= items->count)
        return true;
    each = reallocarray(items->each, count, sizeof *each);
    if (each == NULL)
        return false;
    items->each = each;
    for (; items->count < count; items->count++) {
        struct item *item = &each[items->count];

        *item = (struct item){ .progress = progress_unknown };
        item->progress.percent = 0;
    }
    return true;
}

static bool has_ended(const struct item *item)
{
    return item->state == ITEM_FAILED || item->state == ITEM_DONE;
}

void items_take(struct item *item, const struct progress *said)
{
    if (has_ended(item))
        return;
    item->state = ITEM_MOVING;
    progress_raise(&item->progress, said->percent);
    progress_take_sizes(&item->progress, said);
    item->progress.seconds = said->seconds;
}

void items_set(struct item *item, enum item_state state)
{
    if (has_ended(item) || state < item->state)
        return;
    item->state = state;
    if (state == ITEM_DONE)
        item->progress.percent = PERCENT_WHOLE;
    if (has_ended(item))
        item->progress.seconds = COUNT_UNKNOWN;
}

size_t items_in(const struct items *items, enum item_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < items->count; i++)
        n += items->each[i].state == state;
    return n;
}

struct progress items_together(const struct items *items)
{
    struct progress all = progress_unknown;
    int64_t percents = 0, seconds = 0;

    for (size_t i = 0; i < items->count; i++) {
        const struct item *item = &items->each[i];

        percents += item->progress.percent;
        progress_add_sizes(all.sizes, item->progress.sizes);
        if (has_ended(item))
            continue;
        if (item->progress.seconds < 0)
            seconds = COUNT_UNKNOWN;
        else if (seconds >= 0 && item->progress.seconds > seconds)
            seconds = item->progress.seconds;
    }
    all.percent = percents / (int64_t)items->count;
    if (items_in(items, ITEM_WAITING) + items_in(items, ITEM_MOVING) > 0)
        all.seconds = seconds;
    return all;
}

void items_free(struct items *items)
{
    free(items->each);
    *items = (struct items){ 0 };
}
