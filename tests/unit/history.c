/* phase/history.h: what earlier runs took. */
#include "phase/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

enum { CASES = 3000, SLOW_CASES = 100, FIRST_SEED = 20230220 };

static const struct scan_word blueprint = SCAN_WORD("bp");

static struct history_key key_of(const char *action, const char *phase)
{
    return (struct history_key){
        { blueprint, { action, strlen(action) }, { phase, strlen(phase) } }
    };
}

static void add(struct history *h, const char *phase, int64_t ms, int64_t bytes)
{
    struct history_key key = key_of("backup", phase);

    assert_true(history_add(h, &key, (struct history_run){ ms, bytes }));
}

/* Gives all actions the blueprint of the keys. */
static void name_blueprint(struct plan *plan)
{
    for (size_t i = 0; i < plan->action_count; i++)
        assert_true(action_set_blueprint(&plan->actions[i], blueprint.text,
                                         blueprint.len));
}

/* What is typical of PHASE of the action backup. */
static struct typical typical(const struct history *h, const char *phase)
{
    struct plan plan = { 0 };
    struct typical *all, one;

    assert_true(plan_of_names(&plan, phase, "backup"));
    name_blueprint(&plan);
    all = history_of_plan(h, &plan);
    assert_non_null(all);
    one = all[0];
    free(all);
    plan_free(&plan);
    return one;
}

static void assert_text(const struct history *h, const char *text)
{
    struct buf b = BUF_INIT(HISTORY_MAX);

    buf_str(&b, "what was there before");
    assert_true(history_write(h, &b));
    buf_char(&b, '\0');
    assert_string_equal(b.bytes, text);
    buf_free(&b);
}

static bool read_text(struct history *h, const char *text)
{
    *h = (struct history){ 0 };
    return history_read(h, text, strlen(text));
}

#define HEAD  "{\"type\":\"history\",\"version\":1,\"entries\":["
#define NAMES "\"blueprint\":\"bp\",\"action\":\"backup\",\"phase\":\"dump\""
#define TAIL  "]}\n"

static void a_history_is_one_line(void **state)
{
    struct history h = { 0 };

    (void)state;
    assert_text(&h, HEAD TAIL);
    add(&h, "dump", 61250, 4500000000);
    add(&h, "say \"x\"\n", 0, COUNT_UNKNOWN);
    add(&h, "dump", HISTORY_MS_MAX, COUNT_LARGEST);
    assert_text(&h, HEAD "{\"blueprint\":\"bp\",\"action\":\"backup\","
                         "\"phase\":\"say \\\"x\\\"\\n\","
                         "\"runs\":[{\"ms\":0}]},"
                         "{" NAMES ",\"runs\":["
                         "{\"ms\":61250,\"bytes\":4500000000},"
                         "{\"ms\":10000000000,\"bytes\":9007199254740992}"
                         "]}" TAIL);
    history_free(&h);
}

static void what_was_written_is_read(void **state)
{
    struct buf b = BUF_INIT(HISTORY_MAX);
    struct history h = { 0 }, other = { 0 };

    (void)state;
    add(&h, "dump", 7, 8);
    add(&h, "say \"x\"\n", 0, COUNT_UNKNOWN);
    add(&h, "dump", 9, COUNT_UNKNOWN);
    assert_true(history_write(&h, &b));
    assert_true(history_read(&other, b.bytes, b.len));
    buf_char(&b, '\0');
    assert_text(&other, b.bytes);
    history_free(&other);
    assert_true(history_read(&other, NULL, 0));
    assert_text(&other, HEAD TAIL);
    history_free(&other);
    history_free(&h);
    buf_free(&b);
}

static void an_impossible_run_is_cut_or_passed_over(void **state)
{
    struct history h = { 0 };
    struct history_key key = key_of("backup", "");
    char *name = malloc(PLAN_NAME_MAX + 2);

    (void)state;
    add(&h, "dump", INT64_MAX, INT64_MAX);
    add(&h, "dump", -1, 5);
    add(&h, "dump", 3, -7);
    assert_true(history_add(&h, &key, (struct history_run){ 1, 1 }));
    memset(name, 'n', PLAN_NAME_MAX + 1);
    name[PLAN_NAME_MAX + 1] = '\0';
    add(&h, name, 1, 1);
    assert_text(&h, HEAD "{" NAMES ",\"runs\":[{\"ms\":10000000000},"
                         "{\"ms\":3}]}" TAIL);
    add(&h, name + 1, 1, 1);
    assert_int_equal(h.count, 2);
    history_free(&h);
    free(name);
}

static void the_median_is_typical(void **state)
{
    static const struct {
        int64_t ms, bytes;  /* the run that comes next */
        int64_t typical[3]; /* what is typical then: ms, bytes, rate */
    } rows[] = {
        { 9000, COUNT_UNKNOWN, { 9000, COUNT_UNKNOWN, COUNT_UNKNOWN } },
        { 1000, 5000, { 5000, 5000, 5000 } },
        { 2000, 0, { 2000, 2500, 5000 } },
        { 0, 6000, { 1500, 5000, 3002500 } },
        { INT64_MAX, COUNT_LARGEST, { 2000, 5500, 6000000 } },
        { 100000, 1, { 5500, 5000, 3002500 } }, /* less than a byte a second */
        { 4000, 4000, { 4000, 4500, 5000 } },
        { 4000, 4000, { 4000, 4000, 3000 } },
        { 1, 1, { 3000, 4000, 1000 } }, /* the first of all is forgotten */
    };
    struct history h = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct typical t;

        add(&h, "dump", rows[i].ms, rows[i].bytes);
        t = typical(&h, "dump");
        if (t.ms != rows[i].typical[0] || t.bytes != rows[i].typical[1] ||
            t.rate != rows[i].typical[2])
            fail_msg("row %zu: %ld ms, %ld bytes, %ld a second", i, (long)t.ms,
                     (long)t.bytes, (long)t.rate);
    }
    assert_int_equal(typical(&h, "other").ms, COUNT_UNKNOWN);
    add(&h, "crawl", 1001, 1);
    assert_int_equal(typical(&h, "crawl").rate, 1);
    history_free(&h);
}

static void a_phase_is_known_by_all_three_names(void **state)
{
    struct history h = { 0 };
    struct history_key restore = key_of("restore", "dump");
    struct history_key glued = key_of("backupd", "ump");
    struct history_key nameless = { { [HISTORY_PHASE] = SCAN_WORD("dump") } };
    struct plan plan = { 0 };
    struct typical *all;

    (void)state;
    add(&h, "dump", 1, COUNT_UNKNOWN);
    assert_true(history_add(&h, &restore, (struct history_run){ 2, -1 }));
    assert_true(history_add(&h, &glued, (struct history_run){ 3, -1 }));
    assert_true(history_add(&h, &nameless, (struct history_run){ 4, -1 }));
    assert_int_equal(h.count, 4);
    assert_true(plan_of_names(&plan, "before,dump", "backup"));
    assert_non_null(plan_add_phase(&plan, "late", 4, true));
    assert_true(plan_of_names(&plan, "dump", "restore"));
    assert_true(plan_of_names(&plan, "dump", NULL));
    name_blueprint(&plan);
    all = history_of_plan(&h, &plan);
    assert_int_equal(all[0].ms, COUNT_UNKNOWN);
    assert_int_equal(all[1].ms, 1);
    assert_int_equal(all[2].ms, COUNT_UNKNOWN);
    assert_int_equal(all[3].ms, 2);
    assert_int_equal(all[4].ms, COUNT_UNKNOWN);
    free(all);
    for (size_t i = 0; i < plan.action_count; i++)
        assert_true(action_set_blueprint(&plan.actions[i], NULL, 0));
    all = history_of_plan(&h, &plan);
    assert_int_equal(all[3].ms, COUNT_UNKNOWN);
    assert_int_equal(all[4].ms, 4);
    free(all);
    plan_free(&plan);
    history_free(&h);
}

static void what_was_run_longest_ago_is_forgotten(void **state)
{
    struct history h = { 0 };
    char name[16];

    (void)state;
    for (int i = 0; i <= HISTORY_ENTRIES; i++) {
        snprintf(name, sizeof name, "p%d", i);
        add(&h, name, i, COUNT_UNKNOWN);
        add(&h, "p0", 7, COUNT_UNKNOWN);
    }
    assert_int_equal(h.count, HISTORY_ENTRIES);
    assert_int_equal(typical(&h, "p0").ms, 7);
    assert_int_equal(typical(&h, "p1").ms, COUNT_UNKNOWN);
    assert_int_equal(typical(&h, "p2").ms, 2);
    assert_int_equal(typical(&h, name).ms, HISTORY_ENTRIES);
    history_free(&h);
}

/* Each name is six times as long in the text. */
static void the_text_has_a_ceiling(void **state)
{
    struct buf b = BUF_INIT(HISTORY_MAX), small = BUF_INIT(100);
    struct history h = { 0 }, other = { 0 };
    char *name = calloc(1, PLAN_NAME_MAX + 1);

    (void)state;
    memset(name, 1, PLAN_NAME_MAX);
    for (int i = 0; i < 100; i++) {
        name[0] = (char)('A' + i / 10);
        name[1] = (char)('A' + i % 10);
        add(&h, name, i, COUNT_UNKNOWN);
    }
    assert_int_equal(h.count, 100);
    assert_true(history_write(&h, &b));
    assert_in_range(b.len, HISTORY_MAX - 6400, HISTORY_MAX);
    assert_true(history_read(&other, b.bytes, b.len));
    assert_in_range(other.count, HISTORY_MAX / 6400, 99);
    assert_int_equal(typical(&other, name).ms, 99);
    name[0] = name[1] = 'A';
    assert_int_equal(typical(&other, name).ms, COUNT_UNKNOWN);
    assert_false(history_write(&h, &small));
    assert_int_equal(errno, ENOMEM);
    history_free(&other);
    history_free(&h);
    buf_free(&small);
    buf_free(&b);
    free(name);
}

static void another_document_is_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        { " ", "this is not one JSON object" },
        { "[]", "this is not one JSON object" },
        { "{}{}", "this is not one JSON object" },
        { "{}", "this is no history" },
        { "{\"type\":1,\"version\":1,\"entries\":[]}", "this is no history" },
        { "{\"type\":\"state\",\"version\":1,\"entries\":[]}",
          "this is no history" },
        { "{\"type\":\"history\",\"entries\":[]}",
          "this is a history of another version" },
        { "{\"type\":\"history\",\"version\":2,\"entries\":[]}",
          "this is a history of another version" },
        { "{\"type\":\"history\",\"version\":1}", "a history without entries" },
        { "{\"type\":\"history\",\"version\":1,\"entries\":{}}",
          "a history without entries" },
        { HEAD "1" TAIL, "an entry without the names of a phase" },
        { HEAD "{\"action\":\"\",\"phase\":\"p\",\"runs\":[]}" TAIL,
          "an entry without the names of a phase" },
        { HEAD "{" NAMES "}" TAIL, "an entry without its runs" },
        { HEAD "{" NAMES ",\"runs\":{}}" TAIL, "an entry without its runs" },
        { HEAD "{" NAMES ",\"runs\":[5]}" TAIL,
          "a run without a duration that can be" },
        { HEAD "{" NAMES ",\"runs\":[{\"bytes\":1}]}" TAIL,
          "a run without a duration that can be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":-1}]}" TAIL,
          "a run without a duration that can be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":1.5}]}" TAIL,
          "a run without a duration that can be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":\"1\"}]}" TAIL,
          "a run without a duration that can be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":nan}]}" TAIL,
          "a run without a duration that can be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":10000000001}]}" TAIL,
          "a run without a duration that can be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":1},{\"ms\":1e300}]}" TAIL,
          "a run without a duration that can be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":1,\"bytes\":-1}]}" TAIL,
          "a run with bytes that cannot be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":1,\"bytes\":\"1\"}]}" TAIL,
          "a run with bytes that cannot be" },
        { HEAD "{" NAMES ",\"runs\":[{\"ms\":1,\"bytes\":1e16}]}" TAIL,
          "a run with bytes that cannot be" },
    };
    struct history h;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(!read_text(&h, rows[i].text), rows[i].text);
        assert_string_equal(h.why, rows[i].why);
        assert_null(h.entries);
        assert_int_equal(h.count, 0);
    }
}

static void what_is_more_than_it_keeps_is_forgotten(void **state)
{
    struct history h;

    (void)state;
    assert_true(read_text(
        &h, HEAD "{" NAMES ",\"later\":{},\"runs\":[{\"ms\":1,\"bytes\":null}"
                 ",{\"ms\":2},{\"ms\":3},{\"ms\":4},{\"ms\":5}]},"
                 "{\"blueprint\":\"\",\"action\":\"\",\"phase\":\"x\","
                 "\"runs\":[]},"
                 "{\"blueprint\":\"\",\"action\":\"\",\"phase\":\"\","
                 "\"runs\":[{\"ms\":1}]},"
                 "{" NAMES ",\"runs\":[{\"ms\":6},{\"ms\":7},{\"ms\":8},"
                 "{\"ms\":9},{\"ms\":10}]}],\"later\":1}"));
    assert_text(&h, HEAD "{" NAMES ",\"runs\":[{\"ms\":3},{\"ms\":4},"
                         "{\"ms\":5},{\"ms\":6},{\"ms\":7},{\"ms\":8},"
                         "{\"ms\":9},{\"ms\":10}]}" TAIL);
    history_free(&h);
}

/* Whatever H has become, it can be written and read again. */
static void assert_sound(const struct history *h, unsigned seed)
{
    struct buf b = BUF_INIT(HISTORY_MAX), again = BUF_INIT(HISTORY_MAX);
    struct history other = { 0 };

    assert_true(history_write(h, &b));
    if (!history_read(&other, b.bytes, b.len))
        fail_msg("seed %u: %s", seed, other.why);
    assert_true(history_write(&other, &again));
    if (b.len != again.len || memcmp(b.bytes, again.bytes, b.len) != 0)
        fail_msg("seed %u: not as it was written", seed);
    history_free(&other);
    buf_free(&again);
    buf_free(&b);
}

static const char sample[] =
    HEAD "{" NAMES ",\"runs\":[{\"ms\":61250,\"bytes\":4500000000},"
         "{\"ms\":1}]},{\"blueprint\":\"\",\"action\":\"\",\"phase\":\"x\","
         "\"runs\":[{\"ms\":10000000000,\"bytes\":9007199254740992}]}" TAIL;

static void a_text_that_is_cut_is_refused(void **state)
{
    struct history h = { 0 };

    (void)state;
    assert_true(history_read(&h, sample, sizeof sample - 2)); /* its '\n' */
    history_free(&h);
    for (size_t len = 1; len < sizeof sample - 2; len++) {
        char *text = malloc(len); /* not a byte more */

        memcpy(text, sample, len);
        if (history_read(&h, text, len))
            fail_msg("%zu bytes are taken for a history", len);
        free(text);
    }
}

static void damaged_bytes_do_no_harm(void **state)
{
    unsigned cases = getenv("PHASEPIPE_WRAP") != NULL ? SLOW_CASES : CASES;

    (void)state;
    for (unsigned seed = FIRST_SEED; seed < FIRST_SEED + cases; seed++) {
        char text[sizeof sample];
        struct history h = { 0 };

        srand(seed);
        memcpy(text, sample, sizeof text);
        for (int i = 1 + rand() % 4; i > 0; i--)
            text[(size_t)rand() % (sizeof text - 1)] =
                (char)(rand() % 3 ? "0-9.e\"{}[],:nul"[rand() % 15] : rand());
        if (history_read(&h, text, sizeof text - 1))
            assert_sound(&h, seed);
        history_free(&h);
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (char)rand();
        if (history_read(&h, text, sizeof text))
            fail_msg("seed %u: noise is a history", seed);
    }
}

static void bytes_scale_what_is_typical(void **state)
{
    static const struct {
        struct typical typical;
        int64_t total, ms;
    } rows[] = {
        { { 5000, 1000, 200 }, COUNT_UNKNOWN, 5000 },
        { { 5000, 1000, 200 }, 0, 5000 },
        { { 5000, 1000, 200 }, 3000, 15000 },
        { { 5000, 1000, 200 }, 1, 5 },
        { { 5000, 1000, 2000000 }, 1, 1 },
        { { 5000, 1000, 1 }, COUNT_LARGEST, HISTORY_MS_MAX },
        { { 5000, 0, COUNT_UNKNOWN }, 3000, 5000 },
        { { 0, COUNT_UNKNOWN, COUNT_UNKNOWN }, COUNT_UNKNOWN, 1 },
        { { COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN }, 5, COUNT_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(history_expect(&rows[i].typical, rows[i].total),
                         rows[i].ms);
}

static void a_total_is_what_is_estimated(void **state)
{
    struct progress p = progress_unknown;

    (void)state;
    p.sizes[SIZE_UPLOADED] = 1;
    p.sizes[SIZE_DOWNLOADED] = 2;
    assert_int_equal(history_total(&p), COUNT_UNKNOWN);
    p.sizes[SIZE_DOWNLOAD_ESTIMATE] = 3;
    assert_int_equal(history_total(&p), 3);
    p.sizes[SIZE_UPLOAD_ESTIMATE] = 4;
    assert_int_equal(history_total(&p), 4);
}

static void weights_follow_the_time(void **state)
{
    struct history h = { 0 };
    struct plan plan = { 0 };
    struct typical *all;

    (void)state;
    assert_true(plan_of_names(&plan, "a,dump,new", "backup"));
    assert_non_null(plan_add_phase(&plan, "late", 4, true));
    add(&h, "late", 50, COUNT_UNKNOWN);
    name_blueprint(&plan);
    all = history_of_plan(&h, &plan);
    assert_false(history_weigh(all, &plan));
    assert_false(plan.weighted);
    for (size_t i = 0; i < plan.phase_count; i++)
        assert_int_equal(plan.phases[i].weight, 1);
    free(all);
    add(&h, "a", 1000, COUNT_UNKNOWN);
    add(&h, "dump", 2000, 100);
    name_blueprint(&plan);
    all = history_of_plan(&h, &plan);
    assert_true(history_weigh(all, &plan));
    assert_true(plan.weighted);
    assert_int_equal(plan.phases[0].weight, 1000);
    assert_int_equal(plan.phases[1].weight, 2000);
    assert_int_equal(plan.phases[2].weight, 1500);
    plan.phases[1].progress.sizes[SIZE_UPLOAD_ESTIMATE] = 1000;
    assert_true(history_weigh(all, &plan));
    assert_int_equal(plan.phases[0].weight, 1000);
    assert_int_equal(plan.phases[1].weight, 20000);
    assert_int_equal(plan.phases[2].weight, 10500);
    free(all);
    plan_free(&plan);
    history_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_history_is_one_line),
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(an_impossible_run_is_cut_or_passed_over),
        cmocka_unit_test(the_median_is_typical),
        cmocka_unit_test(a_phase_is_known_by_all_three_names),
        cmocka_unit_test(what_was_run_longest_ago_is_forgotten),
        cmocka_unit_test(the_text_has_a_ceiling),
        cmocka_unit_test(another_document_is_refused),
        cmocka_unit_test(what_is_more_than_it_keeps_is_forgotten),
        cmocka_unit_test(a_text_that_is_cut_is_refused),
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(bytes_scale_what_is_typical),
        cmocka_unit_test(a_total_is_what_is_estimated),
        cmocka_unit_test(weights_follow_the_time),
    };

    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
