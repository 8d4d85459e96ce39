#include "phase/eta.h"

#include <string.h>

#include "base/clock.h"

#define MS (CLOCK_SECOND / 1000)

/* Marks come as often as movers print, at first: kopia does at 300 ms. */
enum { FIRST_GAP_MS = 250 };

/* Before that an estimate is a guess. */
enum { ADVANCES = 4, SPAN_MS = 1000 };
enum { SHARE = 100 };     /* a hundredth of the total was seen going by ... */
enum { LONG_MS = 60000 }; /* ... or it was watched for this long */

/* A total that changes by less than that share stands still; one that has
 * changed within the last quarter of the time may go on growing. */
enum { TOTAL_BLUR = 64 };

/* A window holds more than one burst. */
enum { WINDOW_MS = 10000 };

/* To both sides, beside the share of an eighth: half a second, as what kopia
 * does when all is hashed takes its time however little there was. */
enum { MARGIN = 8, MARGIN_MS = 500 };

/* Beside twice what is expected: nothing may have grown for so long. */
enum { PATIENCE_MS = 10000 };

#define NEVER INT64_MAX

/* Times that can be subtracted from one another: what lies before the zero of
 * the clock was moved there. */
#define EARLIEST (-(INT64_C(1) << 61))
#define LATEST   (INT64_C(1) << 62)

static void begin(struct eta *e, int64_t unit)
{
    *e = (struct eta){ .unit = unit, .gap = FIRST_GAP_MS * MS };
}

/* Whether what is done has fallen as it does where a source ends and the next
 * begins; a little less is the rounding of what was printed. */
static bool restarted(int64_t before, int64_t done)
{
    return done < before - before / 8;
}

static void see_total(struct eta *e, int64_t at, int64_t total)
{
    int64_t change =
        total > e->total_then ? total - e->total_then : e->total_then - total;

    e->total = total;
    if (total == 0)
        return;
    if (e->total_then == 0) /* the first that is known */
        e->total_since = e->count > 0 ? e->marks[0].at : at;
    else if (change > e->total_then / TOTAL_BLUR)
        e->total_since = at;
    else
        return;
    e->total_then = total;
}

static void thin_out(struct eta *e)
{
    for (int i = 1; i < ETA_MARKS / 2; i++)
        e->marks[i] = e->marks[2 * i];
    e->count = ETA_MARKS / 2;
    memset(&e->marks[e->count], 0, ETA_MARKS / 2 * sizeof *e->marks);
    if (e->gap < LATEST)
        e->gap *= 2;
}

/* The first sight is no advance, but a time that it stands since. */
static void advance(struct eta *e, int64_t at)
{
    if (e->count > 0 && e->advances < ADVANCES)
        e->advances++;
    e->advanced = at;
}

void eta_see(struct eta *e, int64_t now, const struct measure *m)
{
    struct eta_mark here = { now, m->done };

    if (m->unit == MEASURE_NOTHING)
        return;
    if (e->count > 0 && now < e->last.at)
        here.at = e->last.at;
    if (e->count == 0 || e->unit != (int64_t)m->unit ||
        restarted(e->last.done, m->done))
        begin(e, m->unit);
    else if (here.done < e->last.done)
        here.done = e->last.done;
    see_total(e, here.at, m->total);
    if (e->count == 0 || here.done > e->last.done)
        advance(e, here.at);
    e->last = here;
    if (e->count > 0 && here.at - e->marks[e->count - 1].at < e->gap)
        return;
    if (e->count == ETA_MARKS)
        thin_out(e);
    e->marks[e->count++] = here;
}

static bool worth_showing(const struct eta *e, int64_t now)
{
    int64_t span, moved;

    if (e->count == 0 || e->total == 0 || e->advances < ADVANCES)
        return false;
    span = e->last.at - e->marks[0].at;
    moved = e->last.done - e->marks[0].done;
    return span >= SPAN_MS * MS &&
           (moved >= e->total / SHARE || span >= LONG_MS * MS) &&
           (now - e->total_since) >= (now - e->marks[0].at) / 4;
}

/* How long what is left takes at the rate since FROM. */
static int64_t at_rate_since(const struct eta *e, const struct eta_mark *from,
                             int64_t now)
{
    int64_t moved = e->last.done - from->done, span = (now - from->at) / MS;
    int64_t left = e->total > e->last.done ? e->total - e->last.done : 0, ms;

    while (__builtin_mul_overflow(left, span, &ms)) { /* both are large */
        left /= 16;
        moved /= 16;
    }
    if (moved <= 0)
        return NEVER;
    ms /= moved;
    return ms <= LEFT_LARGEST ? ms : NEVER;
}

/* The mark at which the last 1/PART of the time begins; the first one where
 * that would be too short a window. */
static const struct eta_mark *window(const struct eta *e, int64_t now, int part)
{
    const struct eta_mark *m = &e->marks[e->count - 1];
    int64_t span = (now - e->marks[0].at) / part;

    if (span < WINDOW_MS * MS)
        return e->marks;
    while (m > e->marks && now - m->at < span)
        m--;
    return m;
}

/* Whether the work has stood still so long that EXPECTED cannot be true. */
static bool overdue(const struct eta *e, int64_t expected, int64_t now)
{
    return expected == NEVER ||
           (now - e->advanced) / MS > 2 * expected + PATIENCE_MS;
}

static void order(int64_t *a, int64_t *b)
{
    int64_t larger = *a > *b ? *a : *b;

    *a = *a < *b ? *a : *b;
    *b = larger;
}

struct left eta_left(const struct eta *e, int64_t now)
{
    int64_t all, half, quarter;

    if (e->count > 0 && now < e->last.at)
        now = e->last.at;
    if (!worth_showing(e, now))
        return left_unknown;
    all = at_rate_since(e, e->marks, now);
    half = at_rate_since(e, window(e, now, 2), now);
    quarter = at_rate_since(e, window(e, now, 4), now);
    order(&all, &half);
    order(&half, &quarter);
    order(&all, &half);
    if (overdue(e, half, now))
        return left_unknown;
    all -= all / MARGIN + MARGIN_MS;
    if (quarter != NEVER)
        quarter += quarter / MARGIN + MARGIN_MS;
    return (struct left){ half, all > 0 ? all : 0,
                          quarter <= LEFT_LARGEST ? quarter : LEFT_UNKNOWN };
}

void eta_move(struct eta *e, int64_t by)
{
    e->total_since += by;
    e->advanced += by;
    e->last.at += by;
    for (int64_t i = 0; i < e->count; i++)
        e->marks[i].at += by;
}

static bool in_range(int64_t at)
{
    return at >= EARLIEST && at <= LATEST;
}

/* Whether B can have come after A. */
static bool in_order(const struct eta_mark *a, const struct eta_mark *b)
{
    return in_range(a->at) && in_range(b->at) && a->at <= b->at &&
           a->done >= 0 && a->done <= b->done && b->done <= COUNT_LARGEST * 2;
}

bool eta_valid(const struct eta *e)
{
    if (e->count == 0)
        return true;
    if (e->count < 0 || e->count > ETA_MARKS || e->gap <= 0 ||
        e->gap > LATEST || e->unit <= MEASURE_NOTHING ||
        e->unit > MEASURE_PERCENT || e->total < 0 || e->total > COUNT_LARGEST ||
        e->total_then < 0 || e->total_then > COUNT_LARGEST ||
        !in_range(e->total_since) || !in_range(e->advanced) ||
        e->advanced > e->last.at || e->advances < 0 || e->advances > ADVANCES)
        return false;
    for (int64_t i = 0; i + 1 < e->count; i++)
        if (!in_order(&e->marks[i], &e->marks[i + 1]))
            return false;
    return in_order(&e->marks[e->count - 1], &e->last);
}

void said_see(struct said *s, int64_t now, int64_t seconds)
{
    if (seconds != s->seconds)
        *s = (struct said){ seconds, now };
}

int64_t said_left(const struct said *s, int64_t now, int64_t percent)
{
    if (s->seconds < 0 || s->seconds > LEFT_LARGEST / 1000 ||
        (now - s->since) / CLOCK_SECOND >= 60 + s->seconds / 16 ||
        (s->seconds == 0 && percent < PERCENT_WHOLE))
        return LEFT_UNKNOWN;
    return s->seconds;
}
