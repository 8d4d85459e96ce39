#include "mover/single.h"

#include "mover/reading.h"

enum { ALL = 10000 }; /* hundredths of a percent */

void single_init(struct single *s)
{
    *s = (struct single){ .is = SINGLE_NO, .bytes = -1 };
}

void single_begin(struct single *s)
{
    if (s->is == SINGLE_NO)
        s->is = SINGLE_MAYBE;
}

static int64_t number_of(const struct values *v, enum field f)
{
    return f != FIELD_COUNT ? values_number(v, f) : -1;
}

static void forget(struct values *v, enum field f)
{
    if (f != FIELD_COUNT)
        v->known &= ~FIELD_BIT(f);
}

/* How much of the thing itself is done, in hundredths of a percent. */
static int64_t share_of(const struct values *v, int64_t bytes, int64_t total)
{
    int64_t percent = values_number(v, F_progressPercent);

    if (percent < 0 && bytes >= 0 && total > 0)
        percent =
            (int64_t)((__int128)(bytes < total ? bytes : total) * ALL / total);
    return percent < 0 ? 0 : percent < ALL ? percent : ALL;
}

/* What the line says of where it is among the things. */
static void take_place(struct single *s, const struct values *v, int64_t bytes)
{
    int64_t nth = values_number(v, F_nth), left = values_number(v, F_left);
    int64_t items = values_number(v, F_items);
    int64_t percent = values_number(v, F_progressPercent);

    if (left >= 0 && left <= items) {
        s->items = items;
        s->done = items - left;
    }
    if (nth > 0 && nth <= items) {
        s->items = items;
        s->done = nth - 1;
        s->is = SINGLE_YES;
    }
    if (s->is == SINGLE_MAYBE && left >= 0 && percent >= 0 && percent < ALL)
        s->is = SINGLE_NO;
    else if (s->is == SINGLE_MAYBE && bytes >= 0 && bytes < s->bytes)
        s->is = SINGLE_YES;
    s->bytes = bytes;
    if (left >= 0 && s->sum >= 0 &&
        (bytes < 0 || __builtin_add_overflow(s->sum, bytes, &s->sum)))
        s->sum = -1;
}

/* Bytes of the whole, or -1: of the first thing they are that in any case. */
static int64_t bytes_of_all(const struct single *s, int64_t bytes, bool ends)
{
    int64_t sum = s->sum;

    if (s->items == 0)
        return bytes;
    if (s->is != SINGLE_YES || sum <= 0)
        return -1;
    return ends || (bytes >= 0 && !__builtin_add_overflow(sum, bytes, &sum))
               ? sum
               : -1;
}

bool single_take(struct single *s, enum operation operation, struct values *v)
{
    enum field done = reading_common(operation, COMMON_DONE);
    enum field total = reading_common(operation, COMMON_TOTAL);
    enum field count = reading_common(operation, COMMON_COUNT);
    enum field of = reading_common(operation, COMMON_OF);
    int64_t bytes = number_of(v, done), share = 0;
    bool ends = values_has(v, F_left);

    take_place(s, v, bytes);
    forget(v, F_nth);
    forget(v, F_left);
    forget(v, F_items);
    if (s->is == SINGLE_NO)
        return false;
    if (s->is == SINGLE_YES && !ends && s->done < s->items)
        share = share_of(v, bytes, number_of(v, total));
    forget(v, F_progressPercent);
    forget(v, F_estimatedTimeSeconds);
    forget(v, done);
    forget(v, total);
    bytes = bytes_of_all(s, bytes, ends);
    if (bytes >= 0)
        values_set(v, done, bytes);
    forget(v, count);
    forget(v, of);
    if (s->items == 0 || count == FIELD_COUNT)
        return true;
    values_set(v, count, s->done);
    values_set(v, of, s->items);
    values_set(v, F_progressPercent,
               (int64_t)(((__int128)s->done * ALL + share) / s->items));
    return true;
}
