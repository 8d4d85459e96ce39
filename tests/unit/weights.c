/* phase/weights.h: weights that somebody gives. */
#include "phase/weights.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "unit.h"

enum { CASES = 3000, SLOW_CASES = 100, FIRST_SEED = 20230220 };

/* backup: a dump late(deferred); restore: dump 7; 7: dump; and one without a
 * name: dump. */
static void make_plan(struct plan *p)
{
    *p = (struct plan){ 0 };
    assert_true(plan_of_names(p, "a,dump", "backup"));
    assert_non_null(plan_add_phase(p, "late", 4, true));
    assert_true(plan_of_names(p, "dump,7", "restore"));
    assert_true(plan_of_names(p, "dump", "7"));
    assert_true(plan_of_names(p, "dump", NULL));
    assert_int_equal(p->phase_count, 7);
}

static bool read_bytes(struct plan *p, const char *text, size_t len)
{
    jv root = json_parse(text, len);
    bool good = weights_read(p, root);

    jv_free(root);
    return good;
}

/* The weights of all phases, then the steps of those that differ from 1. */
static const char *weights_of(const struct plan *p)
{
    static char text[512];
    size_t len = 0;

    for (size_t i = 0; i < p->phase_count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%ld",
                                i > 0 ? " " : "", (long)p->phases[i].weight);
    for (size_t i = 0; i < p->phase_count; i++) {
        const int64_t *w = p->phases[i].weights;

        if (w[0] != 1 || w[1] != 1 || w[2] != 1)
            len += (size_t)snprintf(text + len, sizeof text - len,
                                    "; %zu: %ld %ld %ld", i, (long)w[0],
                                    (long)w[1], (long)w[2]);
    }
    return text;
}

static void weights_are_given_by_phase_and_step(void **state)
{
    static const struct {
        const char *text, *weights;
        bool weighted;
    } rows[] = {
        { "{}", "1 1 1 1 1 1 1", false },
        { "{\"phases\":{},\"steps\":{},\"actions\":{}}", "1 1 1 1 1 1 1",
          false },
        { "{\"phases\":{\"dump\":5}}", "1 5 1 5 1 5 5", true },
        { "{\"phases\":{\"a\":0,\"7\":1000000}}", "0 1 1 1 1000000 1 1", true },
        { "{\"phases\":{\"a\":2.0,\"7\":1e1}}", "2 1 1 1 10 1 1", true },
        { "{\"steps\":{\"a\":{\"prerequisites\":2,\"execution\":8,"
          "\"cleanup\":0}}}",
          "1 1 1 1 1 1 1; 0: 2 8 0", false },
        { "{\"steps\":{\"dump\":{\"execution\":8},\"late\":{\"cleanup\":3},"
          "\"7\":{}}}",
          "1 1 1 1 1 1 1; 1: 1 8 1; 2: 1 1 3; 3: 1 8 1; 5: 1 8 1; 6: 1 8 1",
          false },
        { "{\"actions\":{\"backup\":{\"phases\":{\"dump\":9}}},"
          "\"phases\":{\"dump\":5}}",
          "1 9 1 5 1 5 5", true },
        { "{\"actions\":{\"backup\":{\"phases\":{\"dump\":9}}}}",
          "1 9 1 1 1 1 1", true },
        /* the name of an action goes before its index */
        { "{\"actions\":{\"7\":{\"phases\":{\"dump\":9}}}}", "1 1 1 1 1 9 1",
          true },
        { "{\"actions\":{\"3\":{\"phases\":{\"dump\":9}},\"1\":"
          "{\"steps\":{\"dump\":{\"cleanup\":0}}}}}",
          "1 1 1 1 1 1 9; 3: 1 1 0", true },
        { "{\"phases\":{\"a\":0,\"dump\":0}}", "0 0 1 0 1 0 0", true },
        /* actions of other ActionSets */
        { "{\"actions\":{\"delete\":{\"phases\":{\"wipe\":3}},\"4\":{},"
          "\"\":{\"steps\":{\"wipe\":7}}}}",
          "1 1 1 1 1 1 1", false },
        { "{\"actions\":{\"delete\":{\"phases\":{\"dump\":3}},"
          "\"backup\":{\"phases\":{\"dump\":9}}}}",
          "1 9 1 1 1 1 1", true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct plan p;

        make_plan(&p);
        assert_row(read_bytes(&p, rows[i].text, strlen(rows[i].text)),
                   rows[i].text);
        assert_string_equal(weights_of(&p), rows[i].weights);
        assert_int_equal(p.weighted, rows[i].weighted);
        plan_free(&p);
    }
}

#define NO_WEIGHT "a weight is a whole number from 0 to 1000000"

static void what_is_no_weight_is_refused_with_its_name(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "", "this is not one object" },
        { "[]", "this is not one object" },
        { "{\"phase\":{}}", "\"phase\": there is no such member" },
        { "{\"phases\":[]}", "\"phases\": this is no object" },
        { "{\"steps\":null}", "\"steps\": this is no object" },
        { "{\"actions\":1}", "\"actions\": this is no object" },
        { "{\"phases\":{\"dmp\":5}}",
          "phases: \"dmp\": there is no such phase" },
        { "{\"phases\":{\"late\":5}}",
          "phases: \"late\": a defer phase does not count" },
        { "{\"phases\":{\"a\":-1}}", "phases: \"a\": " NO_WEIGHT },
        { "{\"phases\":{\"a\":1000001}}", "phases: \"a\": " NO_WEIGHT },
        { "{\"phases\":{\"a\":1e300}}", "phases: \"a\": " NO_WEIGHT },
        { "{\"phases\":{\"a\":nan}}", "phases: \"a\": " NO_WEIGHT },
        { "{\"phases\":{\"a\":0.5}}", "phases: \"a\": " NO_WEIGHT },
        { "{\"phases\":{\"a\":\"5\"}}", "phases: \"a\": " NO_WEIGHT },
        { "{\"phases\":{\"a\":null}}", "phases: \"a\": " NO_WEIGHT },
        { "{\"phases\":{\"a\":{}}}", "phases: \"a\": " NO_WEIGHT },
        { "{\"steps\":{\"a\":5}}", "steps: \"a\": this is no object" },
        { "{\"steps\":{\"b\":{}}}", "steps: \"b\": there is no such phase" },
        { "{\"steps\":{\"a\":{\"execution\":-8}}}",
          "steps: \"a\": " NO_WEIGHT },
        { "{\"steps\":{\"a\":{\"upload\":8}}}",
          "steps: \"a\": the steps are prerequisites, execution and cleanup" },
        { "{\"steps\":{\"a\":{\"prerequisites\":0,\"execution\":0,"
          "\"cleanup\":0}}}",
          "steps: \"a\": all its steps have the weight 0" },
        { "{\"actions\":{\"delete\":5}}",
          "actions: \"delete\": this is no object" },
        { "{\"actions\":{\"backup\":5}}",
          "actions: \"backup\": this is no object" },
        { "{\"actions\":{\"backup\":{\"actions\":{}}}}",
          "action \"backup\": \"actions\": there is no such member" },
        { "{\"actions\":{\"backup\":{\"phases\":{\"7\":1}}}}",
          "action \"backup\": phases: \"7\": there is no such phase" },
        { "{\"actions\":{\"0\":{\"steps\":{\"7\":{}}}}}",
          "action \"0\": steps: \"7\": there is no such phase" },
        { "{\"phases\":{\"a\":0,\"dump\":0,\"7\":0}}",
          "all phases have the weight 0" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct plan p;

        make_plan(&p);
        assert_row(!read_bytes(&p, rows[i].text, strlen(rows[i].text)),
                   rows[i].text);
        assert_string_equal(p.why, rows[i].why);
        plan_free(&p);
    }
}

static void a_long_name_is_cut_where_it_is_said(void **state)
{
    char text[1200], why[PLAN_WHY_MAX], name[1001];
    struct plan p;

    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(text, sizeof text, "{\"phases\":{\"%s\":1}}", name);
    snprintf(why, sizeof why, "phases: \"%.200s\": there is no such phase",
             name);
    make_plan(&p);
    assert_false(read_bytes(&p, text, strlen(text)));
    assert_string_equal(p.why, why);
    plan_free(&p);
}

static const char sample[] =
    "{\"phases\":{\"dump\":5},\"steps\":{\"a\":{\"execution\":8}},"
    "\"actions\":{\"backup\":{\"phases\":{\"dump\":9}}}}";

static void a_text_that_is_cut_is_refused(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof sample - 1; len++) {
        struct plan p;

        make_plan(&p);
        if (read_bytes(&p, sample, len))
            fail_msg("%zu bytes are taken for weights", len);
        plan_free(&p);
    }
}

static void assert_weight(int64_t weight, unsigned seed)
{
    if (weight < 0 || weight > WEIGHTS_LARGEST)
        fail_msg("seed %u: a weight of %ld", seed, (long)weight);
}

static void damaged_bytes_do_no_harm(void **state)
{
    unsigned cases = getenv("PHASEPIPE_WRAP") != NULL ? SLOW_CASES : CASES;

    (void)state;
    for (unsigned seed = FIRST_SEED; seed < FIRST_SEED + cases; seed++) {
        char text[sizeof sample];
        struct plan p;

        srand(seed);
        memcpy(text, sample, sizeof text);
        for (int i = 1 + rand() % 4; i > 0; i--)
            text[(size_t)rand() % (sizeof text - 1)] =
                (char)(rand() % 3 ? "0-9.e\"{}[],:nul"[rand() % 15] : rand());
        make_plan(&p);
        if (!read_bytes(&p, text, sizeof text - 1) && p.why[0] == '\0')
            fail_msg("seed %u: refused without a reason", seed);
        for (size_t i = 0; i < p.phase_count; i++) {
            assert_weight(p.phases[i].weight, seed);
            for (int s = 0; s < STEPS; s++)
                assert_weight(p.phases[i].weights[s], seed);
        }
        plan_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_given_by_phase_and_step),
        cmocka_unit_test(what_is_no_weight_is_refused_with_its_name),
        cmocka_unit_test(a_long_name_is_cut_where_it_is_said),
        cmocka_unit_test(a_text_that_is_cut_is_refused),
        cmocka_unit_test(damaged_bytes_do_no_harm),
    };

    return cmocka_run_group_tests_name("weights", tests, NULL, NULL);
}
