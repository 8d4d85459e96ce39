#include "phase/verdict.h"

#include <stddef.h>
#include <string.h>

#include "base/clock.h"

enum { SLICES = 10 };     /* in the time after which a mover has stalled */
enum { SLOW_SLICES = 4 }; /* as long as this makes it slow ... */
enum { SLOW_ROW = 2 };    /* ... unless it was a single long one */
enum { PAST_ENOUGH = 8 };
enum { SLOW_PART = 4, WELL_PART = 2 }; /* of the median of the past */

enum { OVER = 1, OVER_FOR_GOOD }; /* how it has ended */

/* Times that can be subtracted from one another, as in eta.c. */
#define EARLIEST (-(INT64_C(1) << 61))
#define LATEST   (INT64_C(1) << 62)
#define LARGEST  (INT64_C(1) << 60) /* above any sum of counters */

static int64_t median(const struct verdict *v)
{
    int64_t sorted[VERDICT_PAST] = { 0 };

    for (int64_t i = 0; i < v->count; i++) {
        int64_t at = i;

        for (; at > 0 && sorted[at - 1] > v->past[i]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = v->past[i];
    }
    return sorted[v->count / 2];
}

static void remember(struct verdict *v, int64_t rate)
{
    if (v->pass_over > 0) {
        v->pass_over--;
        return;
    }
    if (v->count == VERDICT_PAST) {
        for (int i = 1; i < VERDICT_PAST / 2; i++)
            v->past[i] = v->past[2 * i];
        v->count = VERDICT_PAST / 2;
        memset(&v->past[v->count], 0, VERDICT_PAST / 2 * sizeof *v->past);
        if (v->stride < LARGEST)
            v->stride = 2 * v->stride + 1;
    }
    v->past[v->count++] = rate;
    v->pass_over = v->stride;
}

static void begin_slice(struct verdict *v, int64_t now)
{
    v->slice = now;
    v->slice_moved = v->slice_passed = 0;
}

static bool become(struct verdict *v, enum verdict_name is, int64_t since)
{
    if (v->is == (int64_t)is)
        return false;
    v->is = is;
    v->since = since;
    return true;
}

/* What moved in the slice, per second. */
static int64_t rate(const struct verdict *v)
{
    __int128 moved = (__int128)v->slice_moved * CLOCK_SECOND;

    moved /= v->now - v->slice;
    return moved < LARGEST ? (int64_t)moved : LARGEST;
}

/* Judges the slice that ends now. */
static void end_slice(struct verdict *v)
{
    int64_t now = rate(v), usual = v->count > 0 ? median(v) : 0;
    bool known = v->count >= PAST_ENOUGH;

    if (v->slice_passed > v->slice_moved) {
        v->slow_slices = 0;
    } else if (known && now < usual / SLOW_PART) {
        if (v->slow_slices++ == 0)
            v->slow_since = v->slice;
    } else if (v->is != VERDICT_SLOW || now >= usual / WELL_PART) {
        v->slow_slices = 0;
        remember(v, now);
    }
    begin_slice(v, v->now);
}

static bool judge_speed(struct verdict *v)
{
    int64_t slice = v->stall_after / SLICES;

    if (v->is == VERDICT_SLOW && v->slow_slices > 0)
        return false;
    if (v->slow_slices >= SLOW_ROW &&
        v->now - v->slow_since >= SLOW_SLICES * slice)
        return become(v, VERDICT_SLOW, v->slow_since);
    return become(v, VERDICT_RUNNING, v->now);
}

/* Adds what a counter grew; where it fell the next source has begun, and
 * nothing was moved. */
static void add_growth(int64_t *sum, int64_t before, int64_t after)
{
    if (after > before)
        *sum += after - before;
    if (*sum > LARGEST)
        *sum = LARGEST;
}

/* Takes the counters.  A slice ends when they grow, not between: they are
 * printed in steps. */
static void take(struct verdict *v, const struct measure *m)
{
    bool grew = m->moved > v->moved || m->passed > v->passed;

    add_growth(&v->slice_moved, v->moved, m->moved);
    add_growth(&v->slice_passed, v->passed, m->passed);
    v->moved = m->moved;
    v->passed = m->passed;
    if (v->signs != m->signs || v->left < 0 ||
        (m->left >= 0 && m->left < v->left))
        v->left = m->left;
    v->signs = m->signs;
    if (grew && v->now > v->slice &&
        v->now - v->slice >= v->stall_after / SLICES)
        end_slice(v);
}

/* Whether M shows that something was done since the last. */
static bool is_alive(const struct verdict *v, const struct measure *m)
{
    return m->signs != v->signs || (m->left >= 0 && m->left < v->left);
}

/* A clock that goes back stands still. */
static void look(struct verdict *v, int64_t now)
{
    if (now > v->now || v->is == VERDICT_NONE)
        v->now = now;
}

/* Whether for so long nothing has changed while somebody watched. */
static bool stands(const struct verdict *v)
{
    return v->now - v->changed - v->unwatched >= v->stall_after;
}

/* Whether what comes now ends a pause, which is no slice of it. */
static bool has_paused(const struct verdict *v)
{
    return v->is == VERDICT_STALLED || stands(v);
}

/* Something was done. */
static void go_on(struct verdict *v)
{
    if (has_paused(v)) {
        v->slow_slices = 0;
        begin_slice(v, v->now);
    }
    v->changed = v->now;
    v->unwatched = 0;
}

bool verdict_see(struct verdict *v, int64_t now, const struct measure *m)
{
    bool first, alive;

    if (v->over == OVER_FOR_GOOD || (v->over == OVER && m->signs == v->signs))
        return false;
    if (v->over == OVER)
        *v = VERDICT_INIT(v->stall_after);
    first = v->signs < 0;
    alive = first || is_alive(v, m);
    look(v, now);
    if (first)
        begin_slice(v, v->now);
    if (first || (alive && has_paused(v))) {
        v->moved = m->moved;
        v->passed = m->passed;
    }
    if (alive)
        go_on(v);
    take(v, m);
    if (!alive && has_paused(v))
        return become(v, VERDICT_STALLED, v->changed);
    return judge_speed(v);
}

bool verdict_begin(struct verdict *v, int64_t now)
{
    if (v->is != VERDICT_NONE || v->over != 0)
        return false;
    v->now = v->changed = now;
    begin_slice(v, now);
    return become(v, VERDICT_RUNNING, now);
}

bool verdict_touch(struct verdict *v, int64_t now)
{
    if (v->is == VERDICT_NONE)
        return false;
    look(v, now);
    go_on(v);
    return judge_speed(v);
}

bool verdict_end(struct verdict *v, bool for_good)
{
    bool was = v->is != VERDICT_NONE;
    int64_t signs = v->signs, over = for_good ? OVER_FOR_GOOD : OVER;

    if (over < v->over)
        over = v->over;
    *v = VERDICT_INIT(v->stall_after);
    v->signs = signs;
    v->over = over;
    return was;
}

bool verdict_at(struct verdict *v, int64_t now)
{
    if (v->is == VERDICT_NONE)
        return false;
    look(v, now);
    return stands(v) && become(v, VERDICT_STALLED, v->changed);
}

int64_t verdict_next(const struct verdict *v)
{
    int64_t due = v->changed + v->unwatched;

    if (v->is == VERDICT_NONE || v->is == VERDICT_STALLED ||
        __builtin_add_overflow(due, v->stall_after, &due))
        return INT64_MAX;
    return due;
}

const char *verdict_name(int64_t is)
{
    switch (is) {
    case VERDICT_RUNNING:
        return "running";
    case VERDICT_SLOW:
        return "slow";
    case VERDICT_STALLED:
        return "stalled";
    default:
        return NULL;
    }
}

void verdict_move(struct verdict *v, int64_t by)
{
    v->since += by;
    v->now += by;
    v->changed += by;
    v->slice += by;
    v->slow_since += by;
}

void verdict_away(struct verdict *v, int64_t ns)
{
    if (v->is == VERDICT_NONE)
        return;
    v->unwatched += ns;
    v->now += ns;
    v->slice += ns;
    v->slow_since += ns;
}

static bool in_range(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most;
}

static bool past_valid(const struct verdict *v)
{
    for (int64_t i = 0; i < v->count; i++)
        if (!in_range(v->past[i], 0, LARGEST))
            return false;
    return true;
}

bool verdict_valid(const struct verdict *v)
{
    return in_range(v->is, VERDICT_NONE, VERDICT_STALLED) &&
           v->stall_after > 0 && in_range(v->now, EARLIEST, LATEST) &&
           in_range(v->since, EARLIEST, v->now) &&
           in_range(v->changed, EARLIEST, v->now) &&
           in_range(v->slice, EARLIEST, v->now) &&
           in_range(v->slow_since, EARLIEST, v->now) &&
           in_range(v->unwatched, 0, v->now - v->changed) &&
           in_range(v->over, 0, OVER_FOR_GOOD) &&
           in_range(v->signs, -1, LARGEST) && in_range(v->moved, 0, LARGEST) &&
           in_range(v->passed, 0, LARGEST) && in_range(v->left, -1, LARGEST) &&
           in_range(v->slice_moved, 0, LARGEST) &&
           in_range(v->slice_passed, 0, LARGEST) &&
           in_range(v->slow_slices, 0, LARGEST) &&
           in_range(v->count, 0, VERDICT_PAST) &&
           in_range(v->stride, 0, 2 * LARGEST) &&
           in_range(v->pass_over, 0, v->stride) && past_valid(v);
}
