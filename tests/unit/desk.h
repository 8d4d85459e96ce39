/*
 * Random actions: a plan, what is asked of it, and what then comes, record by
 * record.  What the test knows of the plan it keeps for itself.
 */
#ifndef UNIT_DESK_H
#define UNIT_DESK_H

#include "base/clock.h"
#include "base/rec.h"
#include "phase/actionset.h"
#include "phase/agg.h"
#include "phase/merge.h"
#include "random.h"
#include "seen.h"

enum { RECORD_MAX = 512, DESK_ACTIONS = 8, NO_PHASE = -1 };

/* 2023-02-20T12:49:55Z, and a steady clock that has little to do with it. */
#define START  (INT64_C(1676897395) * CLOCK_SECOND)
#define STEADY (INT64_C(5000) * CLOCK_SECOND)

struct desk {
    struct agg agg;
    struct instant now;
    int64_t moved; /* by the movers */

    /* of the plan */
    size_t count;
    bool deferred[SEEN_PHASES];
    int64_t weights[SEEN_PHASES];
    int actions, first[DESK_ACTIONS], counts[DESK_ACTIONS];
    int late[DESK_ACTIONS]; /* its defer phase; NO_PHASE */
    bool names_one;         /* what names no phase is of a p0 */
    int about;              /* whose the latest record is; NO_PHASE */
};

/* Appends to B as printf() does. */
static inline void __attribute__((format(printf, 2, 3)))
put_text(struct buf *b, const char *format, ...)
{
    char text[RECORD_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buf_str(b, text);
}

static inline void put_given_phase(struct buf *b, const char *name)
{
    static const char *const states[] = { "pending", "running", "failed",
                                          "complete" };

    put_text(b, "{\"name\":\"%s\",\"state\":\"%s\"", name, states[any(4)]);
    if (any(2))
        put_text(b,
                 ",\"progress\":{\"progressPercent\":\"%d%s\","
                 "\"lastTransitionTime\":\"2023-02-20T12:%02d:00Z\","
                 "\"sizeUploadedB\":%d%s}",
                 any(101), any(3) ? "" : ".25", any(49), any(1000),
                 any(2) ? "" : ",\"estimatedTimeSeconds\":120");
    buf_str(b, "}");
}

/* The text of the ActionSet, which the controller has been at for a while. */
static inline void desk_put_text(const struct desk *d, struct buf *b)
{
    buf_str(b, "{\"kind\":\"ActionSet\",\"status\":{\"actions\":[");
    for (int i = 0; i < d->actions; i++) {
        put_text(b, "%s{\"name\":\"act\",\"phases\":[", i > 0 ? "," : "");
        for (int j = 0; j < d->counts[i]; j++) {
            char name[16];

            snprintf(name, sizeof name, "p%d", j);
            buf_str(b, j > 0 ? "," : "");
            put_given_phase(b, name);
        }
        buf_str(b, "]");
        if (d->late[i] != NO_PHASE) {
            buf_str(b, ",\"deferPhase\":");
            put_given_phase(b, "late");
        }
        buf_str(b, "}");
    }
    buf_str(b, "],\"progress\":{\"lastTransitionTime\":"
               "\"2023-02-20T12:48:00Z\"}}}");
    assert_false(b->failed);
}

static inline void desk_plan_of_text(struct desk *d)
{
    struct buf b = BUF_INIT(REC_CEILING);

    desk_put_text(d, &b);
    assert_true(actionset_read(&d->agg.plan, b.bytes, b.len, NULL));
    buf_free(&b);
}

static inline void desk_plan_of_names(struct desk *d)
{
    struct plan *p = &d->agg.plan;

    for (int i = 0; i < d->actions; i++) {
        assert_true(plan_add_action(p, any(4) ? "act" : NULL, 3));
        for (int j = 0; j < d->counts[i]; j++) {
            char name[16];
            int len = snprintf(name, sizeof name, "p%d", j);

            assert_non_null(plan_add_phase(p, name, (size_t)len, false));
        }
        if (d->late[i] != NO_PHASE)
            assert_non_null(plan_add_phase(p, "late", 4, true));
    }
}

/* Which actions there are, and what they have: all, but the first, may have a
 * defer phase only. */
static inline void desk_shape(struct desk *d)
{
    bool many = any(100) == 0;

    d->actions = 1 + any(many ? DESK_ACTIONS : 3);
    for (int i = 0; i < d->actions; i++) {
        d->first[i] = (int)d->count;
        d->counts[i] = any(many ? 16 : 5) + (i == 0);
        d->count += (size_t)d->counts[i];
        d->late[i] = NO_PHASE;
        if (any(3) == 0) {
            d->deferred[d->count] = true;
            d->late[i] = (int)d->count++;
        }
    }
}

static inline void desk_plan(struct desk *d)
{
    desk_shape(d);
    if (any(4) > 0)
        desk_plan_of_names(d);
    else
        desk_plan_of_text(d);
}

/* Functions, weights, and what may be asked for. */
static inline void desk_settings(struct desk *d)
{
    static const char *const names[] = { "KubeTask", "KubeExec", "BackupData",
                                         "Mine" };
    struct plan *p = &d->agg.plan;

    p->within_steps = any(3) == 0;
    p->weighted = any(2);
    p->by_time = p->weighted && any(2);
    for (size_t i = 0; i < p->phase_count; i++) {
        struct phase *phase = &p->phases[i];
        const char *name = names[any(4)];

        if (any(2))
            assert_true(phase_set_function(phase, name, strlen(name)));
        d->weights[i] = 1;
        if (p->weighted && i > 0)
            d->weights[i] = any(3) ? any(1000) : PHASE_WEIGHT_MAX;
        phase->weight = d->weights[i];
        for (int s = 0; s < STEPS && any(2); s++)
            phase->weights[s] = any(9);
    }
}

/* What earlier runs were like: the phases are then expected to take as long,
 * and weigh as much. */
static inline void desk_history(struct desk *d)
{
    struct history h = { 0 };
    struct plan *p = &d->agg.plan;

    for (int i = any(2) ? any(20) : 0; i > 0; i--) {
        const struct phase *phase = &p->phases[any((int)d->count)];
        struct history_key key = history_key_of(p, phase);
        struct history_run run = { any(1000000),
                                   any(4) ? any(1000000) : COUNT_UNKNOWN };

        assert_true(history_add(&h, &key, run));
    }
    assert_true(agg_expect(&d->agg, &h));
    history_free(&h);
    for (size_t i = 0; i < d->count; i++)
        d->weights[i] = p->phases[i].weight;
}

/* The action of the case at hand, always the same one; agg_open() is still to
 * come. */
static inline void desk_make(struct desk *d)
{
    uint64_t kept = random_state;

    random_begin(1);
    *d = (struct desk){ .now = { START, STEADY }, .names_one = any(2) };
    desk_plan(d);
    desk_settings(d);
    assert_true(target_find(&d->agg.target, &d->agg.plan, NULL,
                            d->names_one ? "p0" : NULL));
    d->agg.stall_after = (any(2) ? 100 : 20) * CLOCK_SECOND;
    assert_true(agg_prepare(&d->agg));
    desk_history(d);
    random_state = kept;
}

/* Makes and opens it. */
static inline void desk_open(struct desk *d)
{
    desk_make(d);
    assert_true(agg_open(&d->agg, d->now));
}

/* The line that there is, with a NUL behind it. */
static inline const char *desk_line(struct desk *d)
{
    struct buf *text = &d->agg.status.line.text;

    HOLDS(!text->failed && text->len > 0);
    buf_char(text, '\0');
    HOLDS(!text->failed);
    text->len--;
    return text->bytes;
}

/* Time goes on; the steady clock with the wall clock, or against it. */
static inline void desk_pass(struct desk *d, bool jumps)
{
    int64_t by =
        any(4) ? any(4000) * (CLOCK_SECOND / 1000) : any(200) * CLOCK_SECOND;

    d->now.steady += by;
    d->now.wall += by;
    if (jumps && any(20) == 0)
        d->now.wall = any(2) ? START - any(100) * CLOCK_SECOND
                             : d->now.wall + any(100000) * CLOCK_SECOND;
}

/* A RECORD that is taken NOW; true where it makes a line due. */
static inline bool desk_say(struct desk *d, const char *record)
{
    enum agg_result result;

    if (random_tells())
        fprintf(stderr, "%" PRId64 ".%03d s: %s\n",
                d->now.steady / CLOCK_SECOND,
                (int)(d->now.steady / (CLOCK_SECOND / 1000) % 1000), record);
    HOLDS(agg_read(&d->agg, record, strlen(record)));
    result = agg_take(&d->agg, d->now);
    HOLDS(result != AGG_NO_MEMORY);
    return result == AGG_DUE;
}

/* What is read of the ActionSet NOW, which others move; true where it makes a
 * line due. */
static inline bool desk_refresh(struct desk *d)
{
    struct buf b = BUF_INIT(REC_CEILING);
    enum agg_result result;

    desk_put_text(d, &b);
    if (random_tells())
        fprintf(stderr, "%.*s\n", (int)b.len, b.bytes);
    HOLDS(merge_actionset(&d->agg.plan, b.bytes, b.len, NULL));
    result = agg_refresh(&d->agg, d->now);
    HOLDS(result != AGG_NO_MEMORY);
    buf_free(&b);
    return result == AGG_DUE;
}

static inline int put_stats(struct desk *d, char *text, size_t room)
{
    static const char *const percents[] = { "null",  "-3",        "100",
                                            "1e300", "\"33.33\"", "99.999" };
    char percent[16];

    d->moved += any(2) ? any(1000000) : 0;
    snprintf(percent, sizeof percent, "%d.%02d", any(101), any(100));
    if (any(2)) /* a mover as they are */
        return snprintf(text, room,
                        "{\"type\":\"progress\",\"hashedB\":%" PRId64
                        ",\"cachedB\":%d,\"sizeUploadedB\":%" PRId64
                        ",\"estimatedUploadSizeB\":20000000"
                        ",\"estimatedTimeSeconds\":%d",
                        d->moved, any(3), d->moved / 2, any(90));
    return snprintf(text, room, "{\"type\":\"progress\",\"%s\":%s,\"%s\":%d",
                    any(9) ? "progressPercent" : "overallPercent",
                    any(4) ? percent : percents[any(6)],
                    any(2) ? "estimatedTimeSeconds" : "sizeDownloadedB",
                    any(50) - 5);
}

static inline int put_event(char *text, size_t room)
{
    static const char *const states[] = { "pending",  "running", "running",
                                          "complete", "failed",  "odd" };
    static const char *const steps[] = { "prerequisites", "execution",
                                         "cleanup", "upload" };

    if (any(2))
        return snprintf(text, room, "{\"type\":\"phase\",\"state\":\"%s\"",
                        states[any(6)]);
    return snprintf(text, room,
                    "{\"type\":\"phase\",\"step\":\"%s\",\"done\":%s",
                    steps[any(4)], any(3) ? "true" : "false");
}

/* A record of a phase, without its last brace; the length. */
static inline int desk_record(struct desk *d, char text[RECORD_MAX])
{
    int len =
        any(3) ? put_stats(d, text, RECORD_MAX) : put_event(text, RECORD_MAX);

    if (any(5) == 0)
        len += snprintf(text + len, RECORD_MAX - (size_t)len,
                        ",\"item\":%d,\"of\":%d", any(6) - 1, any(8));
    return len;
}

/* The phase of ACTION with the index PHASE, as far as there is one. */
static inline int desk_phase(const struct desk *d, int action, int phase)
{
    if (action >= d->actions || phase < 0 || phase >= d->counts[action])
        return NO_PHASE;
    return d->first[action] + phase;
}

/* The one that a record is about which names none. */
static inline int desk_unnamed(const struct desk *d, int action)
{
    if (action >= d->actions || (!d->names_one && d->counts[action] != 1))
        return NO_PHASE;
    return desk_phase(d, action, 0);
}

/* The phase of the ACTION (NO_PHASE: not said) that is named so: "late", or by
 * its number. */
static inline int desk_named(const struct desk *d, int action, bool late,
                             int phase)
{
    int found = NO_PHASE, count = 0;

    for (int i = 0; i < d->actions; i++) {
        int one = late ? d->late[i] : desk_phase(d, i, phase);

        if (one == NO_PHASE || (action != NO_PHASE && action != i))
            continue;
        found = one;
        count++;
    }
    if (count < 2)
        return found;
    if (!d->names_one)
        return NO_PHASE;
    return late ? d->late[0] : desk_phase(d, 0, phase);
}

/* Names a phase, by one of the ways that there are, or none. */
static inline int desk_address(struct desk *d, char *text, size_t room)
{
    int action = 0, phase = any(8) - 1, len = 0;
    bool said = any(3) == 0;

    if (said) {
        action = any(d->actions + 1);
        len = snprintf(text, room, ",\"action\":%d", action);
    }
    d->about = desk_phase(d, action, phase);
    switch (any(8)) {
    case 0:
        d->about = desk_named(d, said ? action : NO_PHASE, true, phase);
        return len +
               snprintf(text + len, room - (size_t)len, ",\"phase\":\"late\"");
    case 1:
    case 2:
        d->about = desk_named(d, said ? action : NO_PHASE, false, phase);
        return len + snprintf(text + len, room - (size_t)len,
                              ",\"phase\":\"p%d\"", phase);
    case 3:
    case 4:
        return len +
               snprintf(text + len, room - (size_t)len, ",\"phase\":%d", phase);
    default:
        d->about = desk_unnamed(d, action);
        return len;
    }
}

/* One of any phase, or of none that there is, or of none that it names; or
 * another record. */
static inline void desk_any_record(struct desk *d, char text[RECORD_MAX])
{
    static const char *const results[] = { "complete", "partial", "failed",
                                           "odd" };
    int len;

    d->about = NO_PHASE;
    if (any(40) == 0) {
        snprintf(text, RECORD_MAX, "{\"type\":\"result\",\"state\":\"%s\"}",
                 results[any(4)]);
        return;
    }
    len = desk_record(d, text);
    len += desk_address(d, text + len, RECORD_MAX - (size_t)len);
    snprintf(text + len, RECORD_MAX - (size_t)len, "}");
}

#endif
