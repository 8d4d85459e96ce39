/*
 * The two spellings of one plan: the design document's hundredths, and the
 * controller's whole numbers.  Every number here was worked out by hand.
 */
#include "phase/kanister.h"

#include <stdio.h>

#include "phase/whole.h"
#include "unit.h"

/* A plan in short: one letter for each phase's state (pending, running,
 * failed, complete; D: a defer phase that is complete), its percent behind it
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
};

static void add_phase(struct plan *p, const char *text)
{
    static const enum phase_state states[] = {
        ['p'] = PHASE_PENDING,  ['r'] = PHASE_RUNNING,  ['f'] = PHASE_FAILED,
        ['c'] = PHASE_COMPLETE, ['D'] = PHASE_COMPLETE,
    };
    char name[32];
    int len = snprintf(name, sizeof name, "phase-%zu", p->phase_count);
    struct phase *phase = plan_add_phase(p, name, (size_t)len, *text == 'D');

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
        assert_row(kanister_percent_completed(hundredths, n) == row->controller,
                   row->plan);
        buf_free(&document);
        plan_free(&plan);
    }
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
        { PERCENT_LARGEST, INT64_C(90071992547409) },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(phases); i++)
        assert_int_equal(kanister_percent(phases[i].hundredths),
                         phases[i].percent);
}

static void the_ends_of_the_range_hold(void **state)
{
    static int64_t hundredths[PLAN_MAX_PHASES];

    (void)state;
    assert_int_equal(kanister_percent_completed(hundredths, 0), 0);
    for (size_t i = 0; i < COUNT(hundredths); i++)
        hundredths[i] = PERCENT_LARGEST;
    assert_int_equal(kanister_percent_completed(hundredths, COUNT(hundredths)),
                     PERCENT_LARGEST / 100);
    for (size_t i = 0; i < COUNT(hundredths); i++)
        hundredths[i] = PERCENT_UNKNOWN;
    hundredths[0] = PERCENT_WHOLE;
    assert_int_equal(kanister_percent_completed(hundredths, COUNT(hundredths)),
                     0);
    assert_int_equal(kanister_percent_completed(hundredths, 100), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_spellings_are_as_by_hand),
        cmocka_unit_test(a_phase_loses_its_decimals),
        cmocka_unit_test(the_ends_of_the_range_hold),
    };

    return cmocka_run_group_tests_name("kanister", tests, NULL, NULL);
}
