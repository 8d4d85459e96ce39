/*
 * Properties that hold for every plan and every run of records.  A failure
 * prints the seed of its case; PHASEPIPE_SEED in the environment runs that one
 * alone, and PHASEPIPE_CASES another number of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/rec.h"
#include "phase/agg.h"
#include "phase/whole.h"
#include "unit.h"

enum {
    CASES = 2000,
    SLOW_CASES = 100,
    RECORDS = 60,
    MAX_PHASES = 24,
    FIRST_SEED = 20230220,
    KEPT = 50 /* the records of each so many-th case are validated */
};

struct desk {
    struct agg agg;
    struct instant now;
    char latest[4 * REC_CEILING];
};

static unsigned seed;

#define START (INT64_C(1676897395) * CLOCK_SECOND) /* 2023-02-20T12:49:55Z */

/* Fewer where a wrapper makes each slow, or as many as PHASEPIPE_CASES says. */
static unsigned last_seed(void)
{
    const char *cases = getenv("PHASEPIPE_CASES");

    if (cases != NULL)
        return FIRST_SEED + (unsigned)strtoul(cases, NULL, 10);
    return FIRST_SEED + (getenv("PHASEPIPE_WRAP") != NULL ? SLOW_CASES : CASES);
}

#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("seed %u: not (%s)", seed, #condition);                   \
    } while (0)

static int any(int below)
{
    return rand() % below;
}

static void random_plan(struct plan *p)
{
    int actions = 1 + any(3);

    *p = (struct plan){ 0 };
    for (int i = 0; i < actions; i++) {
        int phases = any(7) + (i == 0);

        assert_true(plan_add_action(p, "act", 3));
        for (int j = 0; j < phases; j++)
            assert_non_null(plan_add_phase(p, &"abcdefg"[j], 1, false));
        if (any(3) == 0)
            assert_non_null(plan_add_phase(p, "z", 1, true));
    }
}

/* Functions, weights, and what may be asked for. */
static void random_settings(struct plan *p)
{
    static const char *const names[] = { "KubeTask", "KubeExec", "BackupData",
                                         "Mine" };

    p->within_steps = any(3) == 0;
    p->weighted = any(2);
    p->by_time = any(2);
    for (size_t i = 0; i < p->phase_count; i++) {
        const char *name = names[any(4)];

        if (any(2))
            assert_true(phase_set_function(&p->phases[i], name, strlen(name)));
        p->phases[i].weight = p->weighted ? 1 + any(1000) : 1;
        for (enum step s = 0; s < STEPS && any(2); s++)
            p->phases[i].weights[s] = any(9);
    }
}

static void open_agg(struct desk *d)
{
    d->agg.stall_after = 100 * CLOCK_SECOND;
    assert_true(agg_prepare(&d->agg));
    assert_true(agg_open(&d->agg, d->now));
}

static void open_desk(struct desk *d)
{
    d->agg = (struct agg){ 0 };
    d->now = (struct instant){ START, START };
    random_plan(&d->agg.plan);
    random_settings(&d->agg.plan);
    assert_true(
        target_find(&d->agg.target, &d->agg.plan, "0", any(2) ? "a" : NULL) ||
        target_find(&d->agg.target, &d->agg.plan, NULL, "a"));
    open_agg(d);
}

static int random_stats(char *text, size_t room)
{
    static const char *const percents[] = { "null",  "-3",        "100",
                                            "1e300", "\"33.33\"", "99.999" };
    char percent[16];

    snprintf(percent, sizeof percent, "%d.%02d", any(101), any(100));
    return snprintf(text, room,
                    "\"type\":\"progress\",\"progressPercent\":%s,"
                    "\"sizeUploadedB\":%d,\"%s\":%d",
                    any(4) ? percent : percents[any(6)], any(1000000),
                    any(2) ? "estimatedTimeSeconds" : "sizeDownloadedB",
                    any(50) - 5);
}

static int random_event(char *text, size_t room)
{
    static const char *const states[] = { "pending",  "running", "running",
                                          "complete", "failed",  "odd" };
    static const char *const steps[] = { "prerequisites", "execution",
                                         "cleanup", "upload" };

    if (any(2))
        return snprintf(text, room, "\"type\":\"phase\",\"state\":\"%s\"",
                        states[any(6)]);
    return snprintf(text, room,
                    "\"type\":\"phase\",\"step\":\"%s\",\"done\":%s",
                    steps[any(4)], any(3) ? "true" : "false");
}

/* A record, without its braces. */
static void random_record(char *text, size_t room)
{
    int len = any(3) ? random_stats(text, room) : random_event(text, room);

    if (any(3) == 0)
        len +=
            snprintf(text + len, room - (size_t)len, ",\"action\":%d", any(4));
    if (any(2))
        len += snprintf(text + len, room - (size_t)len, ",\"phase\":\"%c\"",
                        "abcdefgz"[any(8)]);
    else if (any(2))
        len += snprintf(text + len, room - (size_t)len, ",\"phase\":%d",
                        any(8) - 1);
    if (any(5) == 0)
        len += snprintf(text + len, room - (size_t)len,
                        ",\"item\":%d,\"of\":%d", any(6) - 1, any(8));
    assert_in_range(len, 1, room - 1);
}

/* Time goes on, and the wall clock now and then jumps. */
static void pass(struct desk *d)
{
    int64_t by = any(4) ? any(20) * CLOCK_SECOND : any(200) * CLOCK_SECOND;

    d->now.steady += by;
    d->now.wall += by;
    if (any(30) == 0)
        d->now.wall = any(2) ? START - any(100) * CLOCK_SECOND
                             : d->now.wall + any(100000) * CLOCK_SECOND;
}

/* Applies a record; true where it makes a line due. */
static bool say(struct desk *d, const char *record)
{
    enum agg_result result;
    char text[512];

    snprintf(text, sizeof text, any(2) ? "{%s}" : "{ %s }", record);
    HOLDS(agg_read(&d->agg, text, strlen(text)));
    HOLDS(d->agg.note.kind == NOTE_PROGRESS || d->agg.note.kind == NOTE_EVENT);
    result = agg_take(&d->agg, d->now);
    HOLDS(result != AGG_NO_MEMORY);
    return result == AGG_DUE;
}

static void check_phase(const struct phase *before, const struct phase *after)
{
    int64_t percent = after->progress.percent;

    HOLDS(percent >= before->progress.percent);
    HOLDS(percent <= PERCENT_WHOLE);
    HOLDS((percent == PERCENT_WHOLE) == (after->state == PHASE_COMPLETE));
    HOLDS(percent <= PERCENT_HELD || after->state == PHASE_COMPLETE);
    if (after->state == PHASE_PENDING)
        HOLDS(progress_equal(&after->progress, &progress_unknown));
    if (after->state == PHASE_RUNNING)
        HOLDS(percent >= 0);
    if (before->state == PHASE_FAILED || before->state == PHASE_COMPLETE) {
        HOLDS(after->state == before->state);
        HOLDS(progress_equal(&after->progress, &before->progress));
    }
    if (before->state == PHASE_RUNNING)
        HOLDS(after->state != PHASE_PENDING);
}

static void check_whole(const struct plan *plan, const struct whole *before,
                        const struct whole *after)
{
    int64_t sum = 0, n = 0;

    for (size_t i = 0; i < plan->phase_count; i++) {
        int64_t percent = plan->phases[i].progress.percent;

        int64_t weight = plan->by_time ? plan->phases[i].weight : 1;

        if (plan->phases[i].deferred)
            continue;
        n += weight;
        sum += percent > 0 ? weight * percent : 0;
    }
    HOLDS(after->percent * n <= sum && sum < (after->percent + 1) * n);
    HOLDS(after->percent >= before->percent);
    HOLDS(before->state != PHASE_FAILED || after->state == PHASE_FAILED);
    HOLDS(after->state != PHASE_COMPLETE || after->percent == PERCENT_WHOLE);
}

/* A time changes only with the values beside it. */
static void check_times(const struct line *line, const struct shown *shown,
                        const struct whole *whole, const char *since)
{
    for (size_t i = 0; i < line->plan->phase_count; i++)
        HOLDS(memcmp(line->phases[i].since, shown[i].since, CLOCK_TEXT) == 0 ||
              !progress_equal(&line->phases[i].progress, &shown[i].progress));
    HOLDS(memcmp(line->since, since, CLOCK_TEXT) == 0 ||
          line->whole.percent != whole->percent ||
          memcmp(line->whole.sizes, whole->sizes, sizeof whole->sizes) != 0);
}

/* A line is due exactly where it is another one than the latest. */
static void check_line(struct desk *d, bool due)
{
    const struct buf *line = &d->agg.status.line.text;
    jv object;

    HOLDS(line->len < sizeof d->latest);
    if (!due) {
        line_render(&d->agg.status.line);
        HOLDS(strlen(d->latest) == line->len);
        HOLDS(memcmp(d->latest, line->bytes, line->len) == 0);
        return;
    }
    HOLDS(strlen(d->latest) != line->len ||
          memcmp(d->latest, line->bytes, line->len) != 0);
    memcpy(d->latest, line->bytes, line->len);
    d->latest[line->len] = '\0';
    if (seed % KEPT == 0)
        keep_records(line->bytes, line->len);
    object = json_parse(line->bytes, line->len);
    HOLDS(jv_get_kind(object) == JV_KIND_OBJECT);
    jv_free(object);
}

/* Whatever RECORD does, or the time that passes before it. */
static void check_step(struct desk *d, const char *record)
{
    const struct plan *plan = &d->agg.plan;
    const struct line *line = &d->agg.status.line;
    struct whole whole = whole_of(plan), now;
    struct phase before[MAX_PHASES];
    struct shown shown[MAX_PHASES];
    char since[CLOCK_TEXT];

    memcpy(before, plan->phases, plan->phase_count * sizeof *before);
    memcpy(shown, line->phases, plan->phase_count * sizeof *shown);
    memcpy(since, line->since, CLOCK_TEXT);
    check_line(d, record != NULL ? say(d, record)
                                 : agg_tick(&d->agg, d->now) == AGG_DUE);
    for (size_t i = 0; i < plan->phase_count; i++)
        check_phase(&before[i], &plan->phases[i]);
    now = whole_of(plan);
    check_whole(plan, &whole, &now);
    check_times(line, shown, &whole, since);
}

static void run_case(void)
{
    static struct desk d;

    srand(seed);
    d.latest[0] = '\0';
    open_desk(&d);
    check_line(&d, true);
    HOLDS(d.agg.plan.phase_count <= MAX_PHASES);
    for (int i = 0; i < RECORDS; i++) {
        char record[256];

        pass(&d);
        check_step(&d, NULL);
        random_record(record, sizeof record);
        check_step(&d, record);
    }
    agg_close(&d.agg);
}

static void whatever_comes_the_rules_hold(void **state)
{
    const char *only = getenv("PHASEPIPE_SEED");

    (void)state;
    if (only != NULL) {
        seed = (unsigned)strtoul(only, NULL, 10);
        run_case();
        return;
    }
    for (seed = FIRST_SEED; seed < last_seed(); seed++)
        run_case();
}

/* The end of RECORDS records, whose order is shuffled as far as each phase
 * still gets its own in order. */
static void end_of(char records[RECORDS][256], const int *phase_of,
                   const int *order, char *end)
{
    static struct desk d;
    int next[3] = { 0 };

    d = (struct desk){ .now = { START, START } };
    assert_true(plan_of_names(&d.agg.plan, "a,b,c", NULL));
    assert_true(target_find(&d.agg.target, &d.agg.plan, NULL, NULL));
    open_agg(&d);
    for (int i = 0; i < RECORDS; i++) {
        int *at = &next[order[i]];

        while (phase_of[*at] != order[i])
            (*at)++;
        (void)say(&d, records[(*at)++]);
    }
    memcpy(end, d.agg.status.line.text.bytes, d.agg.status.line.text.len);
    end[d.agg.status.line.text.len] = '\0';
    agg_close(&d.agg);
}

static void the_order_between_phases_does_not_matter(void **state)
{
    static char records[RECORDS][256], one[REC_CEILING], other[REC_CEILING];
    int phase_of[RECORDS], order[RECORDS];

    (void)state;
    for (seed = FIRST_SEED; seed < last_seed(); seed++) {
        srand(seed);
        for (int i = 0; i < RECORDS; i++) {
            int len = any(3) ? random_stats(records[i], sizeof *records)
                             : random_event(records[i], sizeof *records);

            order[i] = phase_of[i] = any(3);
            snprintf(records[i] + len, sizeof *records - (size_t)len,
                     ",\"phase\":%d", phase_of[i]);
        }
        end_of(records, phase_of, order, one);
        for (int i = RECORDS - 1; i > 0; i--) {
            int j = any(i + 1), kept = order[i];

            order[i] = order[j];
            order[j] = kept;
        }
        end_of(records, phase_of, order, other);
        if (strcmp(one, other) != 0)
            fail_msg("seed %u: %s is not %s", seed, one, other);
    }
}

/* The plan of FROM, as it was before anything came. */
static void copy_plan(struct plan *to, const struct plan *from)
{
    *to = (struct plan){ .within_steps = from->within_steps,
                         .weighted = from->weighted,
                         .by_time = from->by_time };
    for (size_t i = 0; i < from->action_count; i++) {
        const struct action *a = &from->actions[i];

        assert_true(plan_add_action(to, a->name, a->name_len));
        for (size_t j = a->first; j < a->first + a->count + a->has_defer; j++) {
            const struct phase *phase = &from->phases[j];
            struct phase *copy = plan_add_phase(
                to, phase->name, phase->name_len, phase->deferred);

            assert_non_null(copy);
            copy->weight = phase->weight;
            memcpy(copy->weights, phase->weights, sizeof copy->weights);
            assert_true(phase_set_function(
                copy, phase->function,
                phase->function != NULL ? strlen(phase->function) : 0));
        }
    }
}

/* NEW is what D would be if it was ended and started again, by a machine whose
 * steady clock is another one. */
static void restart(struct desk *new, const struct desk *d)
{
    struct buf text = BUF_INIT(RESUME_MAX);
    char why[RESUME_WHY_MAX];
    size_t action = d->agg.target.action;

    HOLDS(agg_save(&d->agg, d->now, &text));
    new->agg = (struct agg){ .stall_after = d->agg.stall_after };
    new->now = d->now;
    new->now.steady -= any(1000) * CLOCK_SECOND;
    copy_plan(&new->agg.plan, &d->agg.plan);
    assert_true(target_find(&new->agg.target, &new->agg.plan,
                            action == 0 ? "0" : NULL, d->agg.target.name));
    assert_true(agg_prepare(&new->agg));
    HOLDS(agg_resume(&new->agg, text.bytes, text.len, new->now, why) ==
          RESUME_TAKEN);
    assert_true(agg_open(&new->agg, new->now));
    buf_free(&text);
}

/* What moves on as a mover does, now and then something else. */
static void likely_record(char *text, size_t room, int i)
{
    if (any(4) == 0)
        random_record(text, room);
    else
        snprintf(text, room,
                 "\"type\":\"progress\",\"phase\":\"%c\","
                 "\"progressPercent\":%d,\"sizeUploadedB\":%d,"
                 "\"estimatedUploadSizeB\":100000",
                 "ab"[any(2)], i, i * 1000 + any(100));
}

static void check_same(struct desk *one, struct desk *other)
{
    const struct buf *a = &one->agg.status.line.text;
    const struct buf *b = &other->agg.status.line.text;

    size_t at = 0;

    if (a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0)
        return;
    while (a->bytes[at] == b->bytes[at])
        at++; /* a line ends where it is whole */
    at -= at < 20 ? at : 20;
    fail_msg("seed %u: ...%.90s is not ...%.90s", seed, b->bytes + at,
             a->bytes + at);
}

static void restart_case(void)
{
    static struct desk d, other;
    bool due, again, same = false;
    int stop;

    srand(seed);
    open_desk(&d);
    stop = any(RECORDS);
    for (int i = 0; i < RECORDS; i++) {
        int64_t by = any(20) * CLOCK_SECOND;
        char text[256];

        d.now.steady += by;
        d.now.wall += by;
        other.now.steady += by;
        other.now.wall += by;
        likely_record(text, sizeof text, i);
        due = agg_tick(&d.agg, d.now) == AGG_DUE;
        due |= say(&d, text);
        if (i == stop)
            restart(&other, &d);
        if (i <= stop)
            continue;
        again = agg_tick(&other.agg, other.now) == AGG_DUE;
        again |= say(&other, text);
        HOLDS(due == again);
        /* until then the one that was started has the later estimates */
        same |= due;
        if (same)
            check_same(&d, &other);
    }
    agg_close(&d.agg);
    agg_close(&other.agg);
}

static void a_restart_at_any_record_changes_nothing(void **state)
{
    const char *only = getenv("PHASEPIPE_SEED");

    (void)state;
    if (only != NULL) {
        seed = (unsigned)strtoul(only, NULL, 10);
        restart_case();
        return;
    }
    for (seed = FIRST_SEED; seed < last_seed(); seed++)
        restart_case();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_comes_the_rules_hold),
        cmocka_unit_test(the_order_between_phases_does_not_matter),
        cmocka_unit_test(a_restart_at_any_record_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
