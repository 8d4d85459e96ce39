#include "phase/items.h"

#include <stdlib.h>

static const struct item unseen = {
    .progress = { .percent = 0,
                  .sizes = { COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN,
                             COUNT_UNKNOWN },
                  .seconds = COUNT_UNKNOWN }
};

static bool has_ended(const struct item *item)
{
    return item->state == ITEM_FAILED || item->state == ITEM_DONE;
}

static bool is_timed(const struct item *item)
{
    return !has_ended(item) && item->progress.seconds >= 0;
}

/* Counts ITEM's time among those that are left. */
static void count_seconds(struct items *items, const struct item *item)
{
    int64_t seconds = item->progress.seconds;

    if (!is_timed(item))
        return;
    items->timed++;
    if (items->at_longest == 0 || seconds > items->longest) {
        items->longest = seconds;
        items->at_longest = 1;
    } else if (seconds == items->longest) {
        items->at_longest++;
    }
}

/* Counts it no more; what is then the longest may be to be found again. */
static void uncount_seconds(struct items *items, const struct item *item)
{
    if (!is_timed(item))
        return;
    items->timed--;
    items->at_longest -= item->progress.seconds == items->longest;
}

static void find_longest(struct items *items)
{
    items->timed = 0;
    for (size_t i = 0; i < items->count; i++)
        count_seconds(items, &items->each[i]);
}

/* A size that is known stays known. */
static void count_sizes(struct items *items, const struct item *was,
                        const struct item *is)
{
    for (int i = 0; i < SIZES; i++) {
        int64_t before = was->progress.sizes[i], after = is->progress.sizes[i];

        items->sized[i] += (before < 0) & (after >= 0);
        items->sizes[i] += (after > 0 ? after : 0) - (before > 0 ? before : 0);
    }
}

static bool is_going(const struct item *item)
{
    return !has_ended(item) && item->over == 0;
}

static void count_work(struct items *items, const struct item *was,
                       const struct item *is)
{
    items->work.moved += is->moved - was->moved;
    items->work.passed += is->passed - was->passed;
    items->work.signs += is->signs - was->signs;
    items->going += is_going(is);
    items->going -= is_going(was);
}

static int64_t at_most(int64_t count)
{
    return count < COUNT_LARGEST ? count : COUNT_LARGEST;
}

void items_put(struct items *items, size_t index, const struct item *is)
{
    struct item *item = &items->each[index];

    items->in[item->state]--;
    items->in[is->state]++;
    items->percents += is->progress.percent - item->progress.percent;
    count_sizes(items, item, is);
    count_work(items, item, is);
    uncount_seconds(items, item);
    *item = *is;
    if (items->at_longest == 0 && items->timed > 0)
        find_longest(items);
    else
        count_seconds(items, item);
}

bool items_grow(struct items *items, size_t count)
{
    struct item *each;

    if (count <= items->count)
        return true;
    each = reallocarray(items->each, count, sizeof *each);
    if (each == NULL)
        return false;
    items->each = each;
    items->in[ITEM_WAITING] += count - items->count;
    items->going += count - items->count;
    while (items->count < count)
        each[items->count++] = unseen;
    return true;
}

void items_take(struct items *items, size_t index, const struct progress *said,
                const struct measure *work)
{
    struct item item = items->each[index];

    if (has_ended(&item))
        return;
    item.state = ITEM_MOVING;
    progress_raise(&item.progress, said->percent);
    progress_take_sizes(&item.progress, said);
    item.progress.seconds = said->seconds;
    item.moved = at_most(work->moved);
    item.passed = at_most(work->passed);
    item.signs = work->signs;
    item.over = 0;
    items_put(items, index, &item);
}

void items_end_mover(struct items *items, size_t index)
{
    struct item item = items->each[index];

    item.over = 1;
    items_put(items, index, &item);
}

void items_set(struct items *items, size_t index, enum item_state state)
{
    struct item item = items->each[index];

    if (has_ended(&item) || state < item.state)
        return;
    item.state = state;
    if (state == ITEM_DONE)
        item.progress.percent = PERCENT_WHOLE;
    if (has_ended(&item))
        item.progress.seconds = COUNT_UNKNOWN;
    items_put(items, index, &item);
}

size_t items_in(const struct items *items, enum item_state state)
{
    return items->in[state];
}

struct progress items_together(const struct items *items)
{
    struct progress all = progress_unknown;

    all.percent = items->percents / (int64_t)items->count;
    for (int i = 0; i < SIZES; i++)
        if (items->sized[i] > 0)
            all.sizes[i] = items->sizes[i] < COUNT_LARGEST ? items->sizes[i]
                                                           : COUNT_LARGEST;
    if (items->timed > 0 &&
        items->timed == items->in[ITEM_WAITING] + items->in[ITEM_MOVING])
        all.seconds = items->longest;
    return all;
}

struct measure items_measure(const struct items *items)
{
    struct progress together = items_together(items);
    struct measure all =
        work_measure(&work_unknown, &together, together.percent);

    all.moved = at_most(items->work.moved);
    all.passed = at_most(items->work.passed);
    all.signs = items->work.signs % COUNT_LARGEST;
    return all;
}

bool items_over(const struct items *items)
{
    return items->count > 0 && items->going == 0;
}

void items_free(struct items *items)
{
    free(items->each);
    *items = (struct items){ 0 };
}
