/*
 * What holds for every plan and every run of records, by the lines alone: the
 * sums are made anew here, and share nothing with lib/phase.
 */
#ifndef UNIT_RULES_H
#define UNIT_RULES_H

#include <time.h>

#include "desk.h"

enum {
    HELD = 9900,
    WHOLE = 10000,
    ANY_PHASE = -2, /* one, who knows which */
    ALL_PHASES = -3,
    KEPT = 500 /* the lines of each so many-th case are kept */
};

/* The time of NOW as a status has it. */
static inline const char *time_of(struct instant now)
{
    static char text[SEEN_WORD];
    time_t second = (time_t)(now.wall / CLOCK_SECOND);
    struct tm tm;

    HOLDS(gmtime_r(&second, &tm) != NULL);
    HOLDS(strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 20);
    return text;
}

static inline bool is(const char *word, const char *other)
{
    return strcmp(word, other) == 0;
}

static inline bool has_ended(const struct seen_phase *phase)
{
    return is(phase->state, "failed") || is(phase->state, "complete");
}

/* What a percentage or a size may have become. */
static inline bool is_same_progress(const struct seen_progress *a,
                                    const struct seen_progress *b)
{
    return a->percent == b->percent && a->seconds == b->seconds &&
           memcmp(a->sizes, b->sizes, sizeof a->sizes) == 0;
}

static inline void check_bounds(const struct seen_phase *phase)
{
    int64_t percent = phase->progress.percent;

    if (is(phase->state, "complete"))
        HOLDS(percent == WHOLE && phase->progress.seconds == SEEN_NOTHING);
    else
        HOLDS(percent <= HELD);
    if (is(phase->state, "running"))
        HOLDS(percent >= 0);
    else if (is(phase->state, "pending"))
        HOLDS(percent == SEEN_NOTHING);
    else
        HOLDS(is(phase->state, "complete") || is(phase->state, "failed"));
}

/* What a phase has become; true where that is anything else. */
static inline bool check_phase(const struct seen_phase *was,
                               const struct seen_phase *after,
                               struct instant now)
{
    bool moved = !is_same_progress(&was->progress, &after->progress);
    bool turned = !is(was->state, after->state);

    HOLDS(is(was->name, after->name));
    HOLDS(after->progress.percent >= was->progress.percent);
    if (has_ended(was))
        HOLDS(!moved && !turned);
    if (turned)
        HOLDS(is(was->state, "pending") || has_ended(after));
    HOLDS(
        is(after->progress.since, moved ? time_of(now) : was->progress.since));
    return moved || turned;
}

/* Every phase is as it was but the one that the record is ABOUT. */
static inline void check_phases(const struct seen *was,
                                const struct seen *after, struct instant now,
                                int about)
{
    HOLDS(was->count == after->count);
    for (size_t i = 0; i < after->count; i++)
        if (check_phase(&was->phases[i], &after->phases[i], now)) {
            HOLDS((int)i == about || about <= ANY_PHASE);
            about = about == ALL_PHASES ? about : NO_PHASE;
        }
}

/* The mean of the phases that count, by their weights, truncated. */
static inline void check_mean(const struct desk *d, const struct seen *s,
                              bool weighted, int64_t shown)
{
    __int128 sum = 0, weights = 0;
    bool all = true;

    for (size_t i = 0; i < s->count; i++) {
        int64_t weight = weighted ? d->weights[i] : 1;
        int64_t percent = s->phases[i].progress.percent;

        if (d->deferred[i])
            continue;
        weights += weight;
        sum += (__int128)weight * (percent > 0 ? percent : 0);
        all = all && (weight == 0 || is(s->phases[i].state, "complete"));
    }
    HOLDS(shown * weights <= sum && sum < (shown + 1) * weights);
    HOLDS((shown == WHOLE) == all);
}

static inline void check_sums(const struct desk *d, const struct seen *s)
{
    static const int64_t largest = INT64_C(1) << 53;

    for (int k = 0; k < SEEN_SIZES; k++) {
        int64_t sum = SEEN_NOTHING;

        for (size_t i = 0; i < s->count; i++) {
            int64_t size = s->phases[i].progress.sizes[k];

            if (!d->deferred[i] && size >= 0)
                sum = (sum > 0 ? sum : 0) + size;
        }
        HOLDS(s->whole.sizes[k] == (sum < largest ? sum : largest));
    }
}

/* How many phases are in STATE. */
static inline size_t count_of(const struct seen *s, const char *state)
{
    size_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += is(s->phases[i].state, state);
    return n;
}

static inline void check_states(const struct seen *s)
{
    size_t n = 0;

    if (count_of(s, "failed") > 0)
        HOLDS(is(s->state, "failed"));
    else if (count_of(s, "complete") == s->count)
        HOLDS(is(s->state, "complete"));
    else if (count_of(s, "pending") == s->count)
        HOLDS(is(s->state, "pending"));
    else
        HOLDS(is(s->state, "running"));
    for (size_t i = 0; i < s->count; i++)
        if (is(s->phases[i].state, "running")) {
            HOLDS(n > 0 || is(s->running, s->phases[i].name));
            HOLDS(n < s->running_count);
            HOLDS(is(s->all_running[n++], s->phases[i].name));
        }
    HOLDS(n == s->running_count);
    HOLDS(n > 0 || s->running[0] == '\0');
    if (n == 0)
        HOLDS(s->verdict[0] == '\0' && s->eta[0] < 0 && s->raw < 0 &&
              s->whole.seconds < 0);
}

static inline void check_left(const int64_t left[3])
{
    HOLDS(left[0] < 0 ? left[1] < 0 && left[2] < 0
                      : left[1] >= 0 && left[1] <= left[0] &&
                            (left[2] < 0 || left[2] >= left[0]));
}

/* What holds of every line by itself. */
static inline void check_line(const struct desk *d, const struct seen *s)
{
    HOLDS(s->count == d->count);
    for (size_t i = 0; i < s->count; i++) {
        HOLDS(s->phases[i].deferred == d->deferred[i]);
        check_bounds(&s->phases[i]);
    }
    check_mean(d, s, d->agg.plan.by_time, s->whole.percent);
    check_mean(d, s, d->agg.plan.weighted, s->time_percent);
    check_sums(d, s);
    check_states(s);
    check_left(s->eta);
    check_left(s->action_eta);
    HOLDS((s->verdict[0] == '\0') == (s->verdict_since[0] == '\0'));
}

static inline void check_whole(const struct seen *was, const struct seen *after,
                               struct instant now)
{
    bool moved = was->whole.percent != after->whole.percent ||
                 memcmp(was->whole.sizes, after->whole.sizes,
                        sizeof after->whole.sizes) != 0;

    HOLDS(after->whole.percent >= was->whole.percent);
    HOLDS(!is(was->state, "failed") || is(after->state, "failed"));
    HOLDS(is(after->whole.since, moved ? time_of(now) : was->whole.since));
}

/* The latest line, and what was read in it. */
static char latest[REC_CEILING + 1];
static struct seen before;

static inline void rules_read(struct desk *d, struct seen *s)
{
    const char *line = desk_line(d);

    if (!seen_line(s, line))
        fail_msg("seed %" PRId64 ": this is no status: %s", seed, line);
    check_line(d, s);
    memcpy(latest, line, strlen(line) + 1);
    if (seed % KEPT == 0)
        keep_records(line, strlen(line));
}

/* The first line of D. */
static inline void rules_first(struct desk *d)
{
    rules_read(d, &before);
}

/* The line of D after a record ABOUT a phase; it is the one before where none
 * is DUE. */
static inline void rules_next(struct desk *d, int about, bool due)
{
    static struct seen after;

    HOLDS((strcmp(desk_line(d), latest) != 0) == due);
    if (!due) {
        line_render(&d->agg.status.line); /* nor is there anything to say */
        HOLDS(strcmp(desk_line(d), latest) == 0);
        return;
    }
    rules_read(d, &after);
    check_phases(&before, &after, d->now, about);
    check_whole(&before, &after, d->now);
    before = after;
}

#endif
