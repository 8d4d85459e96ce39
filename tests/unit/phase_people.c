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
        cmocka_unit_test(the_parts_add_up_to_the_figure),
        cmocka_unit_test(a_plan_of_which_nothing_counts_is_explained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
