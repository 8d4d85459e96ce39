/*
 * What is written for people: the text line and the explanation.
 */
#include <stdio.h>
#include <stdlib.h>

#include "phase/explain.h"
#include "phase/text.h"
#include "phase/track.h"
#include "phase/whole.h"
#include "unit.h"

enum { CASES = 2000, SLOW_CASES = 100, FIRST_SEED = 20230220 };

static bool is(const struct buf *b, const char *text)
{
    return b->len == strlen(text) && memcmp(b->bytes, text, b->len) == 0;
}

static void bytes_are_cut_to_a_tenth(void **state)
{
    static const struct {
        int64_t bytes;
        const char *text;
    } rows[] = {
        { 0, "0 B" },
        { 999, "999 B" },
        { 1000, "1.0 kB" },
        { 1999, "1.9 kB" },
        { 999999, "999.9 kB" },
        { 1000000, "1.0 MB" },
        { 546900000, "546.9 MB" },
        { 4500000000, "4.5 GB" },
        { 1000000000000, "1.0 TB" },
        { COUNT_LARGEST, "9.0 PB" },
    };
    struct buf b = BUF_INIT(64);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_clear(&b);
        text_put_bytes(&b, rows[i].bytes);
        assert_row(is(&b, rows[i].text), rows[i].text);
    }
    buf_free(&b);
}

static void a_duration_has_two_units(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {
        { 0, "0s" },        { 59, "59s" },       { 60, "1m0s" },
        { 120, "2m0s" },    { 3599, "59m59s" },  { 3600, "1h0m" },
        { 7559, "2h5m" },   { 86399, "23h59m" }, { 86400, "1d0h" },
        { 273600, "3d4h" },
    };
    struct buf b = BUF_INIT(64);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_clear(&b);
        text_put_seconds(&b, rows[i].seconds);
        assert_row(is(&b, rows[i].text), rows[i].text);
    }
    buf_free(&b);
}

static unsigned seed;

#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("seed %u: not (%s)", seed, #condition);                   \
    } while (0)

static int any(int below)
{
    return rand() % below;
}

/* Any percentages and weights, some phases deferred. */
static void random_plan(struct plan *p)
{
    int actions = 1 + any(3);

    *p = (struct plan){ .by_time = any(2) };
    for (int i = 0; i < actions; i++) {
        int phases = any(8) + (i == 0);

        assert_true(plan_add_action(p, any(2) ? "a\33b" : NULL, 3));
        for (int j = 0; j < phases + any(2); j++) {
            struct phase *phase =
                plan_add_phase(p, &"abcdefgh"[j], 1, j >= phases);

            assert_non_null(phase);
            phase->weight = 1 + any(any(2) ? 5 : 1000000);
            phase->state = (enum phase_state)any(PHASE_NO_STATE);
            phase->basis = (enum basis)any(BASIS_STEP + 1);
            phase->raw = any(3) ? any(20000) : PERCENT_UNKNOWN;
            phase->progress.percent = any(10001) - any(2);
        }
    }
}

static int64_t hundredths(const char *text)
{
    int whole, part;

    HOLDS(sscanf(text, "%d.%d", &whole, &part) == 2);
    return whole * 100 + part;
}

struct sums {
    int64_t all, phases, parts, total;
};

/* What a line of the explanation says, in hundredths times the weights. */
static void read_line(struct sums *s, const char *line)
{
    intmax_t rest, weights;
    int64_t part;

    if (line[0] != ' ' || strncmp(line, "  not counted", 13) == 0)
        return;
    HOLDS(sscanf(line + 9, "%jd/%jd", &rest, &weights) == 2);
    HOLDS(weights == s->all && rest >= 0);
    part = hundredths(line) * s->all + rest;
    if (strchr(line, '"') == NULL) {
        s->total = part;
        return;
    }
    HOLDS(rest < s->all);
    s->parts += part;
    s->phases++;
}

static void run_case(void)
{
    struct buf b = BUF_INIT(64 * 1024);
    struct sums s = { 0 };
    struct plan plan;
    int64_t shown;

    random_plan(&plan);
    s.all = whole_weights(&plan);
    explain_put(&b, &plan);
    buf_char(&b, '\0');
    HOLDS(!b.failed && strncmp(b.bytes, "The whole is at ", 16) == 0);
    shown = hundredths(b.bytes + 16);
    HOLDS(shown == whole_of(&plan).percent);
    for (char *line = b.bytes, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        HOLDS(end != NULL);
        *end = '\0';
        read_line(&s, line);
    }
    HOLDS(s.phases > 0);
    HOLDS(s.parts == s.total);
    HOLDS(s.parts / s.all == shown);
    buf_free(&b);
    plan_free(&plan);
}

static void the_parts_add_up_to_the_figure(void **state)
{
    const char *only = getenv("PHASEPIPE_SEED");
    unsigned last =
        FIRST_SEED + (getenv("PHASEPIPE_WRAP") != NULL ? SLOW_CASES : CASES);

    (void)state;
    if (only != NULL)
        last = (seed = (unsigned)strtoul(only, NULL, 10)) + 1;
    else
        seed = FIRST_SEED;
    for (; seed < last; seed++) {
        srand(seed);
        run_case();
    }
}

static void a_plan_of_which_nothing_counts_is_explained(void **state)
{
    struct buf b = BUF_INIT(1024);
    struct plan plan = { 0 };

    (void)state;
    assert_true(plan_add_action(&plan, NULL, 0));
    assert_non_null(plan_add_phase(&plan, "z", 1, true));
    explain_put(&b, &plan);
    assert_true(is(&b, "The whole is at 0.00 percent: the mean of its phases, "
                       "which weigh the same.\n"
                       "action 0\n"
                       "  not counted  \"z\" 0.00, pending\n"
                       "no phase counts\n"));
    buf_free(&b);
    plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_cut_to_a_tenth),
        cmocka_unit_test(a_duration_has_two_units),
        cmocka_unit_test(the_parts_add_up_to_the_figure),
        cmocka_unit_test(a_plan_of_which_nothing_counts_is_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
