/* phase/resume.h: what a restart goes on from. */
#include "phase/resume.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/rec.h"
#include "phase/status.h"
#include "unit.h"

enum { CASES = 600, SLOW_CASES = 20, RECORDS = 40, FIRST_SEED = 20230220 };

/* 2023-02-20T12:49:55Z, and a steady clock that has little to do with it. */
#define WALL   (INT64_C(1676897395) * CLOCK_SECOND)
#define STEADY (INT64_C(5000) * CLOCK_SECOND)

static const struct instant then = { WALL, STEADY };

/* A part as parts are: a time, a count, and a number that may be large. */
struct watch {
    int64_t at, count, large;
};

static void move_watch(void *part, int64_t by)
{
    struct watch *w = part;

    w->at += by;
}

static bool valid_watch(const void *part)
{
    const struct watch *w = part;

    return w->count >= 0;
}

enum { MAX_PHASES = 8 };

struct desk {
    struct plan plan;
    struct target target;
    struct status status;
    struct watch watches[MAX_PHASES], whole;
    struct resume_part of_phases[2], of_whole[2];
    struct resume resume;
};

/* backup: a, dump, and late, deferred; one without a name: dump. */
static void make_plan(struct desk *d)
{
    *d = (struct desk){ 0 };
    assert_true(plan_of_names(&d->plan, "a,dump", "backup"));
    assert_non_null(plan_add_phase(&d->plan, "late", 4, true));
    assert_true(plan_of_names(&d->plan, "dump", NULL));
    d->of_phases[0] = (struct resume_part){ .name = "watch",
                                            .first = d->watches,
                                            .stride = sizeof *d->watches,
                                            .words = 3,
                                            .move = move_watch,
                                            .valid = valid_watch };
    d->of_whole[0] = (struct resume_part){
        .name = "all", .first = &d->whole, .words = 3, .valid = valid_watch
    };
    d->resume = (struct resume){ .plan = &d->plan,
                                 .of_phases = d->of_phases,
                                 .of_whole = d->of_whole };
}

static void open_desk(struct desk *d)
{
    assert_true(target_find(&d->target, &d->plan, "0", "dump"));
    assert_true(status_open(&d->status, &d->plan, &d->target));
    line_render(&d->status.line);
}

static void close_desk(struct desk *d)
{
    status_close(&d->status);
    plan_free(&d->plan);
}

static void say(struct desk *d, const char *record, int64_t wall)
{
    static struct note note;
    struct phase *phase = NULL;

    note_read(&note, record, strlen(record));
    if (note.kind == NOTE_RESULT)
        d->status.result = note.result;
    track_note(&d->plan, &d->target, &note, &phase);
    (void)status_next(&d->status, phase, wall);
    line_render(&d->status.line);
}

static void save(struct desk *d, struct instant now, struct buf *b)
{
    assert_true(resume_write(&d->resume, &d->status.line, now, b));
}

static enum resume_result load(struct desk *d, const char *text)
{
    return resume_read(&d->resume, text, strlen(text), then);
}

/* A desk at which something has happened. */
static void make_busy(struct desk *d)
{
    make_plan(d);
    open_desk(d);
    say(d, "{\"type\":\"phase\",\"phase\":\"a\",\"state\":\"complete\"}", WALL);
    say(d,
        "{\"type\":\"progress\",\"progressPercent\":30.5,\"sizeUploadedB\":7,"
        "\"estimatedUploadSizeB\":9,\"estimatedTimeSeconds\":4}",
        WALL + CLOCK_SECOND);
    say(d, "{\"type\":\"progress\",\"progressPercent\":20}",
        WALL + 2 * CLOCK_SECOND);
    say(d,
        "{\"type\":\"phase\",\"action\":1,\"phase\":0,\"item\":1,\"of\":3,"
        "\"done\":true}",
        WALL + 3 * CLOCK_SECOND);
    d->plan.phases[3].ended = STEP_EXECUTION;
    d->watches[1] = (struct watch){ STEADY - 250, 7, INT64_C(1) << 60 };
    d->watches[3] = (struct watch){ STEADY, 1, -(INT64_C(1) << 54) };
    d->whole = (struct watch){ 1, 2, 3 };
}

#define HEAD                                                                   \
    "{\"type\":\"state\",\"version\":1,"                                       \
    "\"saved\":\"2023-02-20T12:49:55.000000000Z\","

static const char busy[] = HEAD
    "\"percent\":5461,\"since\":\"2023-02-20T12:49:58Z\",\"parts\":{\"all\":[1,"
    "2,3]},"
    "\"actions\":[{\"name\":\"backup\",\"phases\":["
    "{\"name\":\"a\",\"state\":3,\"percent\":10000,"
    "\"since\":\"2023-02-20T12:49:55Z\",\"parts\":{}},"
    "{\"name\":\"dump\",\"state\":1,\"percent\":3050,\"uploaded\":7,"
    "\"toUpload\":9,\"raw\":2000,\"basis\":2,\"hasMover\":1,"
    "\"since\":\"2023-02-20T12:49:57Z\","
    "\"parts\":{\"watch\":[-250,7,\"1152921504606846976\"]}},"
    "{\"name\":\"late\",\"deferred\":true,\"parts\":{}}]},"
    "{\"phases\":[{\"name\":\"dump\",\"state\":1,\"percent\":3333,"
    "\"raw\":3333,\"basis\":3,\"ended\":1,\"since\":\"2023-02-20T12:49:58Z\","
    "\"items\":[{\"percent\":0},{\"state\":3,\"percent\":10000},"
    "{\"percent\":0}],"
    "\"parts\":{\"watch\":[0,1,\"-18014398509481984\"]}}]}]}\n";

static void a_state_is_one_line(void **state)
{
    struct buf b = BUF_INIT(RESUME_MAX);
    struct desk d;

    (void)state;
    make_busy(&d);
    buf_str(&b, "what was there before");
    save(&d, then, &b);
    buf_char(&b, '\0');
    assert_string_equal(b.bytes, busy);
    buf_free(&b);
    close_desk(&d);
}

static void what_was_written_is_taken(void **state)
{
    struct buf b = BUF_INIT(RESUME_MAX);
    struct desk d;

    (void)state;
    make_plan(&d);
    assert_int_equal(load(&d, busy), RESUME_TAKEN);
    open_desk(&d);
    save(&d, then, &b);
    buf_char(&b, '\0');
    assert_string_equal(b.bytes, busy);
    buf_free(&b);
    close_desk(&d);
    make_plan(&d);
    assert_int_equal(load(&d, ""), RESUME_NOTHING);
    plan_free(&d.plan);
}

static void a_line_after_it_is_the_line_before(void **state)
{
    struct desk one, other;

    (void)state;
    make_busy(&one);
    make_plan(&other);
    assert_int_equal(load(&other, busy), RESUME_TAKEN);
    open_desk(&other);
    assert_int_equal(one.status.line.text.len, other.status.line.text.len);
    assert_memory_equal(one.status.line.text.bytes,
                        other.status.line.text.bytes, one.status.line.text.len);
    close_desk(&one);
    close_desk(&other);
}

static void moments_stay_where_they_were(void **state)
{
    static const struct {
        struct instant now;
        int64_t at; /* of what was 250 ns before the saving */
    } rows[] = {
        { { WALL, STEADY }, STEADY - 250 },
        /* another process, three seconds later, soon after a boot */
        { { WALL + 3 * CLOCK_SECOND, CLOCK_SECOND }, -2 * CLOCK_SECOND - 250 },
        /* the wall clock has gone back: no time has passed */
        { { WALL - 3 * CLOCK_SECOND, CLOCK_SECOND }, CLOCK_SECOND - 250 },
        { { 0, 0 }, -250 },
        /* away for a century: that is ten years */
        { { WALL + INT64_C(3153600000) * CLOCK_SECOND, 0 },
          INT64_C(-315360000) * CLOCK_SECOND - 250 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct desk d;

        make_plan(&d);
        assert_int_equal(
            resume_read(&d.resume, busy, sizeof busy - 1, rows[i].now),
            RESUME_TAKEN);
        assert_int_equal(d.watches[1].at, rows[i].at);
        assert_int_equal(d.watches[1].count, 7);
        assert_int_equal(d.watches[1].large, INT64_C(1) << 60);
        assert_int_equal(d.watches[0].at, 0);
        assert_int_equal(d.whole.at, 1); /* it has no times */
        plan_free(&d.plan);
    }
}

/* Puts TEXT in the place of FROM in the busy state. */
static const char *with(const char *from, const char *text)
{
    static char changed[2 * sizeof busy];
    const char *at = strstr(busy, from);

    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - busy), busy, text,
             at + strlen(from));
    return changed;
}

static void assert_untouched(struct desk *d, const char *text)
{
    for (size_t i = 0; i < d->plan.phase_count; i++) {
        const struct phase *phase = &d->plan.phases[i];

        assert_row(phase->state == PHASE_PENDING, text);
        assert_row(phase->progress.percent == PERCENT_UNKNOWN, text);
        assert_row(phase->since[0] == '\0', text);
        assert_row(phase->items.count == 0, text);
        assert_row(d->watches[i].count == 0, text);
    }
    assert_row(d->whole.count == 0 && d->plan.since[0] == '\0', text);
}

static void a_damaged_state_changes_nothing(void **state)
{
    static const struct {
        const char *from, *text, *why;
    } rows[] = {
        { busy, " ", "this is not one JSON object" },
        { busy, "[]", "this is not one JSON object" },
        { busy, "{}", "this is no state" },
        { "\"state\"", "\"history\"", "this is no state" },
        { "\"version\":1", "\"version\":2",
          "this is a state of another version" },
        { "\"version\":1", "\"version\":\"1\"",
          "this is a state of another version" },
        { "\"saved\":", "\"sawed\":", "\"saved\" is no time" },
        { "12:49:55.000000000Z", "25:49:55Z", "\"saved\" is no time" },
        { "12:49:58Z", "soon", "\"since\" is no time" },
        { "\"2023-02-20T12:49:57Z\"", "1676897395", "\"since\" is no time" },
        { "\"actions\":", "\"action\":", "there are no \"actions\"" },
        { "\"phases\":[", "\"phases\":{},\"x\":[", "there are no \"phases\"" },
        { "{\"name\":\"backup\"", "1,{\"name\":\"backup\"",
          "it is of another plan: the number of actions is 3, not 2" },
        { "\"state\":3", "\"state\":4", "\"state\" cannot be this" },
        { "\"state\":3", "\"state\":\"3\"", "\"state\" cannot be this" },
        { "\"percent\":5461", "\"percent\":10001",
          "\"percent\" cannot be this" },
        { "\"percent\":3050", "\"percent\":-1", "\"percent\" cannot be this" },
        { "\"percent\":3050", "\"percent\":10001",
          "\"percent\" cannot be this" },
        { "\"percent\":3050", "\"percent\":30.5",
          "\"percent\" cannot be this" },
        { "\"percent\":3050", "\"percent\":nan", "\"percent\" cannot be this" },
        { "\"percent\":3050", "\"percent\":[]", "\"percent\" cannot be this" },
        { "\"percent\":3050", "\"percent\":9901",
          "a state and a percentage that do not go together" },
        { "\"percent\":3050", "\"percent\":null",
          "a state and a percentage that do not go together" },
        { "\"percent\":10000", "\"percent\":9900",
          "a state and a percentage that do not go together" },
        { "\"uploaded\":7", "\"uploaded\":1e300",
          "\"uploaded\" cannot be this" },
        { "\"uploaded\":7", "\"uploaded\":9007199254740994",
          "\"uploaded\" cannot be this" },
        { "\"basis\":2", "\"basis\":5", "\"basis\" cannot be this" },
        { "\"basis\":2", "\"ended\":3", "\"ended\" cannot be this" },
        { "\"hasMover\":1", "\"hasMover\":2", "\"hasMover\" cannot be this" },
        { "\"items\":[", "\"items\":{},\"x\":[", "\"items\" cannot be this" },
        { "\"items\":[", "\"items\":[1,", "an item is no object" },
        { "{\"state\":3,\"percent\":10000},", "{\"percent\":10001},",
          "\"percent\" cannot be this" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *text = with(rows[i].from, rows[i].text);
        enum resume_result expected = strncmp(rows[i].why, "it is of", 8) == 0
                                          ? RESUME_OTHER
                                          : RESUME_DAMAGED;
        struct desk d;

        make_plan(&d);
        assert_row(load(&d, text) == expected, text);
        assert_string_equal(d.resume.why, rows[i].why);
        assert_untouched(&d, text);
        plan_free(&d.plan);
    }
}

static void the_state_of_another_plan_changes_nothing(void **state)
{
    static const struct {
        const char *from, *text, *why;
    } rows[] = {
        { "\"backup\"", "\"restore\"",
          "it is of another plan: action \"restore\" is \"backup\" now" },
        { "\"name\":\"backup\",", "",
          "it is of another plan: action \"\" is \"backup\" now" },
        { "{\"phases\"", "{\"name\":\"x\",\"phases\"",
          "it is of another plan: action \"x\" is \"\" now" },
        { "\"late\"", "\"last\"",
          "it is of another plan: phase \"last\" is \"late\" now" },
        { "\"deferred\":true,", "",
          "it is of another plan: phase \"late\" is \"late\" now" },
        { "{\"name\":\"late\",\"deferred\":true,\"parts\":{}}", "{},{}",
          "it is of another plan: the number of phases is 4, not 3" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *text = with(rows[i].from, rows[i].text);
        struct desk d;

        make_plan(&d);
        assert_row(load(&d, text) == RESUME_OTHER, text);
        assert_string_equal(d.resume.why, rows[i].why);
        assert_untouched(&d, text);
        plan_free(&d.plan);
    }
}

static void an_identity_tells_equal_plans_apart(void **state)
{
    static const struct {
        const char *wrote, *reads;
        enum resume_result result;
    } rows[] = {
        { "uid-1", "uid-1", RESUME_TAKEN }, { "uid-1", "uid-2", RESUME_OTHER },
        { "uid-1", NULL, RESUME_TAKEN },    { NULL, "uid-2", RESUME_TAKEN },
        { "uid-1", "uid", RESUME_OTHER },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf b = BUF_INIT(RESUME_MAX);
        struct desk one, other;

        make_busy(&one);
        one.resume.identity = rows[i].wrote;
        save(&one, then, &b);
        make_plan(&other);
        other.resume.identity = rows[i].reads;
        assert_int_equal(resume_read(&other.resume, b.bytes, b.len, then),
                         rows[i].result);
        if (i == 1)
            assert_string_equal(other.resume.why,
                                "it is the state of uid-1, not of uid-2");
        buf_free(&b);
        close_desk(&one);
        plan_free(&other.plan);
    }
}

static void a_part_that_does_not_fit_has_seen_nothing(void **state)
{
    static const char *const parts[] = {
        "[-250,-7,0]", "[1,2]",
        "[1,2,3,4]",   "[1,2,null]",
        "[1,2,0.5]",   "[1,2,1e300]",
        "[1,2,\"x\"]", "[1,2,\"\"]",
        "[1,2,\"-\"]", "[1,2,\"9223372036854775807\"]",
        "[1,2,[]]",    "[\"--1\",2,3]",
        "{}",          "null",
        "[1,2,nan]",   "[1,2,\"-9223372036854775808\"]",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct desk d;

        make_plan(&d);
        assert_row(load(&d, with("[-250,7,\"1152921504606846976\"]",
                                 parts[i])) == RESUME_TAKEN,
                   parts[i]);
        assert_row(d.watches[1].at == 0 && d.watches[1].count == 0 &&
                       d.watches[1].large == 0,
                   parts[i]);
        assert_int_equal(d.watches[3].count, 1);
        plan_free(&d.plan);
    }
}

static void a_part_out_of_range_is_not_written(void **state)
{
    static const int64_t range = INT64_C(1) << 61;
    static const struct watch watches[] = {
        { STEADY, 1, range + 1 }, { STEADY, 1, -range - 1 },
        { STEADY, 1, INT64_MIN }, { STEADY - range - 1, 1, 0 },
        { STEADY, 1, range },     { STEADY - range, 1, -range },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(watches); i++) {
        struct buf b = BUF_INIT(RESUME_MAX);
        struct desk d, other;

        make_plan(&d);
        open_desk(&d);
        d.watches[1] = watches[i];
        save(&d, then, &b);
        make_plan(&other);
        assert_int_equal(resume_read(&other.resume, b.bytes, b.len, then),
                         RESUME_TAKEN);
        assert_int_equal(memmem(b.bytes, b.len, "watch", 5) != NULL, i >= 4);
        assert_int_equal(other.watches[1].count, i >= 4);
        assert_int_equal(other.watches[1].large, i >= 4 ? watches[i].large : 0);
        buf_free(&b);
        plan_free(&other.plan);
        close_desk(&d);
    }
}

static void so_many_items_and_no_more(void **state)
{
    (void)state;
    for (int count = ITEMS_MAX; count <= ITEMS_MAX + 1; count++) {
        struct buf b = BUF_INIT(RESUME_MAX);
        struct desk d;

        buf_str(&b, HEAD "\"actions\":[{\"phases\":["
                         "{\"name\":\"dump\",\"items\":[{\"percent\":1}");
        for (int i = 1; i < count; i++)
            buf_str(&b, ",{\"percent\":2}");
        buf_str(&b, "]}]}]}");
        d = (struct desk){ 0 };
        assert_true(plan_of_names(&d.plan, "dump", NULL));
        d.resume = (struct resume){ .plan = &d.plan,
                                    .of_phases = d.of_phases,
                                    .of_whole = d.of_whole };
        assert_int_equal(resume_read(&d.resume, b.bytes, b.len, then),
                         count > ITEMS_MAX ? RESUME_DAMAGED : RESUME_TAKEN);
        assert_int_equal(d.plan.phases[0].items.count,
                         count > ITEMS_MAX ? 0 : count);
        buf_free(&b);
        plan_free(&d.plan);
    }
}

/* The plan may know of more: the cluster went on meanwhile. */
static void what_was_reached_stays_whoever_says_so(void **state)
{
    static const struct {
        enum phase_state plan_state;
        int64_t plan_percent;
        enum phase_state state; /* of what comes of it with 1 and 3050 */
        int64_t percent;
        const char *since;
    } rows[] = {
        { PHASE_PENDING, -1, PHASE_RUNNING, 3050, "2023-02-20T12:49:57Z" },
        { PHASE_RUNNING, 100, PHASE_RUNNING, 3050, "2023-02-20T12:49:57Z" },
        { PHASE_RUNNING, 3050, PHASE_RUNNING, 3050, "2023-02-20T12:49:57Z" },
        { PHASE_RUNNING, 4000, PHASE_RUNNING, 4000, "2023-02-21T00:00:00Z" },
        { PHASE_COMPLETE, 10000, PHASE_COMPLETE, 10000,
          "2023-02-21T00:00:00Z" },
        { PHASE_FAILED, -1, PHASE_FAILED, 3050, "2023-02-20T12:49:57Z" },
        { PHASE_FAILED, 4000, PHASE_FAILED, 4000, "2023-02-21T00:00:00Z" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct desk d;
        struct phase *phase;

        make_plan(&d);
        phase = &d.plan.phases[1];
        phase->state = rows[i].plan_state;
        phase->progress.percent = rows[i].plan_percent;
        memcpy(phase->since, "2023-02-21T00:00:00Z", CLOCK_TEXT);
        memcpy(d.plan.since, "2023-02-21T00:00:00Z", CLOCK_TEXT);
        assert_int_equal(load(&d, busy), RESUME_TAKEN);
        assert_int_equal(phase->state, rows[i].state);
        assert_int_equal(phase->progress.percent, rows[i].percent);
        assert_string_equal(phase->since, rows[i].since);
        assert_string_equal(d.plan.since, rows[i].plan_percent > 3050 ||
                                                  rows[i].state > PHASE_RUNNING
                                              ? "2023-02-21T00:00:00Z"
                                              : "2023-02-20T12:49:58Z");
        plan_free(&d.plan);
    }
}

static void the_text_has_a_ceiling(void **state)
{
    struct buf b = BUF_INIT(sizeof busy - 2);
    struct desk d;

    (void)state;
    make_busy(&d);
    assert_false(resume_write(&d.resume, &d.status.line, then, &b));
    buf_free(&b);
    b = BUF_INIT(sizeof busy - 1);
    save(&d, then, &b);
    buf_free(&b);
    close_desk(&d);
}

static void a_text_that_is_cut_changes_nothing(void **state)
{
    (void)state;
    for (size_t len = 1; len < sizeof busy - 2; len++) {
        char *text = malloc(len); /* not a byte more */
        struct desk d;

        make_plan(&d);
        memcpy(text, busy, len);
        if (resume_read(&d.resume, text, len, then) != RESUME_DAMAGED)
            fail_msg("%zu bytes are taken for a state", len);
        assert_untouched(&d, "cut");
        free(text);
        plan_free(&d.plan);
    }
}

static unsigned seed;

#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("seed %u: not (%s)", seed, #condition);                   \
    } while (0)

static unsigned last_seed(void)
{
    return FIRST_SEED + (getenv("PHASEPIPE_WRAP") != NULL ? SLOW_CASES : CASES);
}

static void damaged_bytes_do_no_harm(void **state)
{
    static char text[sizeof busy];

    (void)state;
    for (seed = FIRST_SEED; seed < last_seed(); seed++) {
        struct desk d;

        srand(seed);
        memcpy(text, busy, sizeof text);
        for (int i = 1 + rand() % 4; i > 0; i--)
            text[(size_t)rand() % (sizeof text - 1)] =
                (char)(rand() % 3 ? "0-9.e\"{}[],:nul"[rand() % 15] : rand());
        make_plan(&d);
        if (resume_read(&d.resume, text, sizeof text - 1, then) ==
            RESUME_TAKEN) {
            open_desk(&d);
            for (size_t i = 0; i < d.plan.phase_count; i++) {
                const struct phase *phase = &d.plan.phases[i];

                HOLDS(phase->state < PHASE_NO_STATE);
                HOLDS(phase->progress.percent <= PERCENT_WHOLE);
                HOLDS(phase->progress.percent >= PERCENT_UNKNOWN);
            }
            status_close(&d.status);
        } else {
            HOLDS(d.resume.why[0] != '\0');
            assert_untouched(&d, text);
        }
        plan_free(&d.plan);
    }
}

static int any(int below)
{
    return rand() % below;
}

static void random_record(char *text, size_t room)
{
    static const char *const kinds[] = {
        "\"type\":\"phase\",\"state\":\"running\"",
        "\"type\":\"phase\",\"state\":\"complete\"",
        "\"type\":\"phase\",\"state\":\"failed\"",
        "\"type\":\"phase\",\"step\":\"prerequisites\",\"done\":true",
        "\"type\":\"phase\",\"step\":\"execution\",\"done\":true",
        "\"type\":\"progress\",\"progressPercent\":null",
        "\"type\":\"result\",\"state\":\"partial\"",
    };
    char kind[128], item[64] = "";

    if (any(3) > 0)
        snprintf(kind, sizeof kind,
                 "\"type\":\"progress\",\"progressPercent\":%d.%02d,"
                 "\"sizeUploadedB\":%d,\"estimatedTimeSeconds\":%d",
                 any(100), any(100), any(1000), any(20));
    else
        snprintf(kind, sizeof kind, "%s", kinds[any(COUNT(kinds))]);
    if (any(4) == 0)
        snprintf(item, sizeof item, ",\"item\":%d,\"of\":%d", any(4), any(6));
    snprintf(text, room, "{%s,\"action\":%d,\"phase\":\"%s\"%s}", kind, any(2),
             any(2)   ? "dump"
             : any(2) ? "a"
                      : "late",
             item);
}

/* A desk that takes over from D, at another time on another steady clock. */
static void take_over(struct desk *other, struct desk *d, int64_t wall)
{
    struct buf b = BUF_INIT(RESUME_MAX);

    save(d, (struct instant){ wall, any(1000000) }, &b);
    make_plan(other);
    HOLDS(resume_read(&other->resume, b.bytes, b.len,
                      (struct instant){ wall + any(1000000), any(1000000) }) ==
          RESUME_TAKEN);
    open_desk(other);
    other->status.result = d->status.result;
    (void)status_next(&other->status, NULL, wall);
    buf_free(&b);
}

static void a_run_that_is_resumed_is_one_that_never_stopped(void **state)
{
    (void)state;
    for (seed = FIRST_SEED; seed < last_seed(); seed++) {
        struct desk d, other;
        int at, stop;

        srand(seed);
        stop = any(RECORDS);
        make_plan(&d);
        open_desk(&d);
        for (at = 0; at < RECORDS; at++) {
            int64_t wall = WALL + at * CLOCK_SECOND / 3;
            char record[256];

            if (at == stop)
                take_over(&other, &d, wall);
            random_record(record, sizeof record);
            say(&d, record, wall);
            if (at < stop)
                continue;
            say(&other, record, wall);
            HOLDS(d.status.line.text.len == other.status.line.text.len);
            HOLDS(memcmp(d.status.line.text.bytes, other.status.line.text.bytes,
                         d.status.line.text.len) == 0);
        }
        close_desk(&d);
        close_desk(&other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_one_line),
        cmocka_unit_test(what_was_written_is_taken),
        cmocka_unit_test(a_line_after_it_is_the_line_before),
        cmocka_unit_test(moments_stay_where_they_were),
        cmocka_unit_test(a_damaged_state_changes_nothing),
        cmocka_unit_test(the_state_of_another_plan_changes_nothing),
        cmocka_unit_test(an_identity_tells_equal_plans_apart),
        cmocka_unit_test(a_part_that_does_not_fit_has_seen_nothing),
        cmocka_unit_test(a_part_out_of_range_is_not_written),
        cmocka_unit_test(so_many_items_and_no_more),
        cmocka_unit_test(what_was_reached_stays_whoever_says_so),
        cmocka_unit_test(the_text_has_a_ceiling),
        cmocka_unit_test(a_text_that_is_cut_changes_nothing),
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(a_run_that_is_resumed_is_one_that_never_stopped),
    };

    return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
