/*
 * The two spellings of one plan: the design document's hundredths, and the
 * controller's whole numbers.  Every number here was worked out by hand.
 */
#include "kube/kanister.h"

#include <stdio.h>

#include "phase/track.h"
#include "phase/whole.h"
#include "unit.h"

/* A plan in short: one letter for each phase's state (pending, running,
 * failed, complete; for a defer phase P, R, F and D), its percent behind it
 * where one is known; "|" begins the next action. */
struct row {
    const char *plan;
    const char *document;
    int64_t controller;
};

static const struct row rows[] = {
    /* the example of the design document */
    { "c100.00 r30.00 p", "43.33", 43 },
    /* its thirds: after the prerequisites, after the execution */
    { "r33.33", "33.33", 33 },
    { "r66.66", "66.66", 66 },
    { "c100.00 r33.33 p", "44.44", 44 },
    { "c100.00 r66.66 p", "55.55", 55 },
    { "c100.00 p p", "33.33", 33 },
    { "c100.00 c100.00 p", "66.66", 66 },
    { "c100.00 c100.00 c100.00", "100.00", 100 },
    /* nothing was said of any: "" is 0 in both */
    { "p", "0.00", 0 },
    { "p p p", "0.00", 0 },
    { "r p", "0.00", 0 },
    /* what is unknown counts below the line: not 100 of 1 */
    { "c100.00 p p p", "25.00", 25 },
    { "r0.99", "0.99", 0 },
    { "r1.00", "1.00", 1 },
    { "r99.00", "99.00", 99 },
    { "r99.99", "99.99", 99 },
    /* each phase is truncated first: the controller loses up to a whole one
     * that the document's mean still has */
    { "r10.90 r11.90", "11.40", 10 },
    { "r0.50 r0.50", "0.50", 0 },
    { "r0.99 r0.99 r0.99 r0.99", "0.99", 0 },
    { "r33.99 r33.99 r33.99", "33.99", 33 },
    { "r12.75 r12.75 r12.75 r13.75", "13.00", 12 },
    { "c100.00 c100.00 r98.99", "99.66", 99 },
    { "c100.00 c100.00 r97.99", "99.33", 99 },
    { "c100.00 c100.00 r96.99", "98.99", 98 },
    /* the mean is truncated, not rounded */
    { "c100.00 c100.00 c100.00 c100.00 c100.00 c100.00 r99.00", "99.85", 99 },
    { "r1.00 p p", "0.33", 0 },
    { "r2.00 p p", "0.66", 0 },
    /* a phase that failed at 30 keeps it: 65, not 50 */
    { "c100.00 f30.00", "65.00", 65 },
    { "c100.00 f30.00 p", "43.33", 43 },
    { "f", "0.00", 0 },
    /* a mean of phases, not of actions: one of one, none of three */
    { "c100.00 | p p p", "25.00", 25 },
    { "c100.00 | r50.00 p", "50.00", 50 },
    { "r33.33 | r66.66", "49.99", 49 },
    { "c100.00 c100.00 | r30.00 p p", "46.00", 46 },
    /* a defer phase is neither above nor below the line */
    { "c100.00 r30.00 p D100.00", "43.33", 43 },
    { "c100.00 c100.00 D", "100.00", 100 },
    { "r50.00 D100.00 | r25.00 D100.00", "37.50", 37 },
    /* all is at 100 while it runs, and where it fails */
    { "c100.00 c100.00 P", "100.00", 100 },
    { "c100.00 c100.00 R40.00", "100.00", 100 },
    { "c100.00 c100.00 F40.00", "100.00", 100 },
    /* nor does it make up for what has failed before it */
    { "c100.00 f30.00 D100.00", "65.00", 65 },
};

static void add_phase(struct plan *p, const char *text)
{
    static const enum phase_state states[] = {
        ['p'] = PHASE_PENDING,  ['r'] = PHASE_RUNNING,  ['f'] = PHASE_FAILED,
        ['c'] = PHASE_COMPLETE, ['P'] = PHASE_PENDING,  ['R'] = PHASE_RUNNING,
        ['F'] = PHASE_FAILED,   ['D'] = PHASE_COMPLETE,
    };
    char name[32];
    int len = snprintf(name, sizeof name, "phase-%zu", p->phase_count);
    struct phase *phase = plan_add_phase(p, name, (size_t)len, *text < 'a');

    assert_non_null(phase);
    phase->state = states[(unsigned char)*text];
    if (text[1] != '\0')
        phase->progress.percent = percent_of_text(text + 1, strlen(text + 1));
}

static void read_plan(struct plan *p, const char *text)
{
    *p = (struct plan){ 0 };
    assert_true(plan_add_action(p, NULL, 0));
    while (*text != '\0') {
        char word[16] = "";
        int used;

        assert_int_equal(sscanf(text, "%15s%n", word, &used), 1);
        text += used;
        if (*word == '|')
            assert_true(plan_add_action(p, NULL, 0));
        else
            add_phase(p, word);
    }
}

/* What the plan's phases have, in hundredths, defer phases left out. */
static size_t take_percents(const struct plan *p, int64_t *hundredths)
{
    size_t n = 0;

    for (size_t i = 0; i < p->phase_count; i++)
        if (!p->phases[i].deferred)
            hundredths[n++] = p->phases[i].progress.percent;
    return n;
}

static void both_spellings_are_as_by_hand(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct plan plan;
        struct buf document = BUF_INIT(16);
        int64_t hundredths[16];
        size_t n;

        read_plan(&plan, row->plan);
        assert_in_range(plan.phase_count, 1, COUNT(hundredths));
        n = take_percents(&plan, hundredths);
        percent_put(&document, whole_of(&plan).percent);
        assert_row(document.len == strlen(row->document) &&
                       memcmp(document.bytes, row->document, document.len) == 0,
                   row->plan);
        assert_row(kanister_percent_completed(KANISTER_WHOLE, hundredths, n) ==
                       row->controller,
                   row->plan);
        buf_clear(&document);
        kanister_put(
            &document, KANISTER_DOCUMENT,
            kanister_percent_completed(KANISTER_DOCUMENT, hundredths, n));
        assert_row(document.len == strlen(row->document) &&
                       memcmp(document.bytes, row->document, document.len) == 0,
                   row->plan);
        buf_free(&document);
        plan_free(&plan);
    }
}

/* Two actions of one Blueprint: a, b and a defer phase z each.  After each
 * record, all as by hand: the percentage in both spellings, bytes uploaded and
 * to be uploaded, and the phase that runs. */
static const struct told {
    const char *record; /* a member each: action, phase, and what it says */
    const char *document;
    int64_t controller, uploaded, estimated;
    const char *running;
} story[] = {
    { "0,\"phase\":\"a\",\"state\":\"running\"", "0.00", 0, -1, -1, "a" },
    /* a quarter of 33.33; the controller has a quarter of 33 */
    { "0,\"phase\":\"a\",\"progressPercent\":33.33,\"sizeUploadedB\":50000,"
      "\"estimatedUploadSizeB\":100000000",
      "8.33", 8, 50000, 100000000, "a" },
    /* equal names: the other one's number is its own */
    { "1,\"phase\":\"a\",\"progressPercent\":66.66,\"sizeUploadedB\":7",
      "24.99", 24, 50007, 100000000, "a" },
    { "0,\"phase\":\"a\",\"state\":\"complete\"", "41.66", 41, 50007, 100000000,
      "a" },
    /* what is complete is not put back by its namesake */
    { "1,\"phase\":\"a\",\"progressPercent\":70.99,\"sizeUploadedB\":8",
      "42.74", 42, 50008, 100000000, "a" },
    { "0,\"phase\":\"b\",\"progressPercent\":30,\"estimatedUploadSizeB\":1",
      "50.24", 50, 50008, 100000001, "b" },
    /* it fails at 30: percent and bytes stay and go on to count */
    { "0,\"phase\":\"b\",\"state\":\"failed\"", "50.24", 50, 50008, 100000001,
      "a" },
    { "0,\"phase\":\"b\",\"progressPercent\":90,\"sizeUploadedB\":900", "50.24",
      50, 50008, 100000001, "a" },
    { "0,\"phase\":\"b\",\"state\":\"complete\"", "50.24", 50, 50008, 100000001,
      "a" },
    /* the defer phase still runs: its percent and bytes are no part of it */
    { "0,\"phase\":\"z\",\"progressPercent\":50,\"sizeUploadedB\":5", "50.24",
      50, 50008, 100000001, "z" },
    { "0,\"phase\":\"z\",\"state\":\"complete\"", "50.24", 50, 50008, 100000001,
      "a" },
    /* a number that is none, and one above the whole: held at 99 */
    { "1,\"phase\":\"a\",\"progressPercent\":-5", "50.24", 50, 50008, 100000001,
      "a" },
    { "1,\"phase\":\"a\",\"progressPercent\":340", "57.25", 57, 50008,
      100000001, "a" },
    { "1,\"phase\":\"a\",\"state\":\"completed\"", "57.50", 57, 50008,
      100000001, "" },
    { "1,\"phase\":\"b\",\"state\":\"complete\"", "82.50", 82, 50008, 100000001,
      "" },
};

static void tell(struct plan *p, const char *record)
{
    static struct note note;
    struct phase *phase;
    struct target target = { 0 };
    char text[256];
    int len = snprintf(text, sizeof text, "{\"type\":\"%s\",\"action\":%s}",
                       strstr(record, "state") != NULL ? "phase" : "progress",
                       record);

    note_read(&note, text, (size_t)len);
    (void)track_note(p, &target, &note, &phase);
}

static void assert_whole(const struct plan *p, const struct told *now)
{
    struct whole whole = whole_of(p);
    struct buf document = BUF_INIT(16);
    int64_t hundredths[16];
    size_t n = take_percents(p, hundredths);

    percent_put(&document, whole.percent);
    buf_char(&document, '\0');
    assert_row(strcmp(document.bytes, now->document) == 0, now->record);
    assert_row(kanister_percent_completed(KANISTER_WHOLE, hundredths, n) ==
                   now->controller,
               now->record);
    assert_row(whole.sizes[SIZE_UPLOADED] == now->uploaded, now->record);
    assert_row(whole.sizes[SIZE_UPLOAD_ESTIMATE] == now->estimated,
               now->record);
    assert_row(whole.sizes[SIZE_DOWNLOADED] == COUNT_UNKNOWN, now->record);
    assert_row(strcmp(whole.running != NULL ? whole.running->name : "",
                      now->running) == 0,
               now->record);
    buf_free(&document);
}

static void actions_of_one_blueprint_are_told_apart(void **state)
{
    struct plan plan = { 0 };

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_true(plan_of_names(&plan, "a,b", "backup"));
        assert_non_null(plan_add_phase(&plan, "z", 1, true));
    }
    for (size_t i = 0; i < COUNT(story); i++) {
        tell(&plan, story[i].record);
        assert_whole(&plan, &story[i]);
    }
    plan_free(&plan);
}

static void a_phase_loses_its_decimals(void **state)
{
    static const struct {
        int64_t hundredths, percent;
    } phases[] = {
        { PERCENT_UNKNOWN, 0 },
        { 0, 0 },
        { 99, 0 },
        { 100, 1 },
        { 3333, 33 },
        { 4399, 43 },
        { PERCENT_HELD, 99 },
        { 9999, 99 },
        { PERCENT_WHOLE, 100 },
        { 34190, 341 }, /* the controller has no cap, and this adds none */
        { INT64_C(1) << 40, INT64_C(10995116277) },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(phases); i++)
        assert_int_equal(kanister_percent(KANISTER_WHOLE, phases[i].hundredths),
                         phases[i].percent);
}

static void the_ends_of_the_range_hold(void **state)
{
    static int64_t hundredths[PLAN_MAX_PHASES];

    (void)state;
    assert_int_equal(kanister_percent_completed(KANISTER_WHOLE, hundredths, 0),
                     0);
    for (size_t i = 0; i < COUNT(hundredths); i++)
        hundredths[i] = INT64_C(1) << 40;
    assert_int_equal(kanister_percent_completed(KANISTER_WHOLE, hundredths,
                                                COUNT(hundredths)),
                     (INT64_C(1) << 40) / 100);
    for (size_t i = 0; i < COUNT(hundredths); i++)
        hundredths[i] = PERCENT_UNKNOWN;
    hundredths[0] = PERCENT_WHOLE;
    assert_int_equal(kanister_percent_completed(KANISTER_WHOLE, hundredths,
                                                COUNT(hundredths)),
                     0);
    assert_int_equal(
        kanister_percent_completed(KANISTER_WHOLE, hundredths, 100), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_spellings_are_as_by_hand),
        cmocka_unit_test(actions_of_one_blueprint_are_told_apart),
        cmocka_unit_test(a_phase_loses_its_decimals),
        cmocka_unit_test(the_ends_of_the_range_hold),
    };

    return cmocka_run_group_tests_name("kanister", tests, NULL, NULL);
}
