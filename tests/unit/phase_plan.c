#include "phase/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "phase/actionset.h"
#include "phase/track.h"
#include "unit.h"

static void names_make_one_action(void **state)
{
    struct plan p = { 0 };

    (void)state;
    assert_true(plan_of_names(&p, "prepare,dump data,cleanup", "backup"));
    assert_int_equal(p.action_count, 1);
    assert_string_equal(p.actions[0].name, "backup");
    assert_int_equal(p.actions[0].count, 3);
    assert_false(p.actions[0].has_defer);
    assert_int_equal(p.phase_count, 3);
    assert_string_equal(p.phases[1].name, "dump data");
    assert_int_equal(p.phases[1].name_len, 9);
    assert_int_equal(p.phases[1].state, PHASE_PENDING);
    assert_ptr_equal(plan_find(&p, 0, "cleanup", 7), &p.phases[2]);
    assert_null(plan_find(&p, 0, "clean", 5));
    plan_free(&p);
    assert_true(plan_of_names(&p, "one", NULL));
    assert_null(p.actions[0].name);
    plan_free(&p);
}

static void names_that_make_no_plan_are_refused(void **state)
{
    static const struct {
        const char *names, *why;
    } rows[] = {
        { "", "a phase has an empty name" },
        { ",", "a phase has an empty name" },
        { "a,", "a phase has an empty name" },
        { "a,,b", "a phase has an empty name" },
        { "a,b,a", "two phases of one action are named \"a\"" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct plan p = { 0 };

        assert_row(!plan_of_names(&p, rows[i].names, NULL), rows[i].names);
        assert_string_equal(p.why, rows[i].why);
        plan_free(&p);
    }
}

static void a_name_has_a_ceiling(void **state)
{
    char name[PLAN_NAME_MAX + 2];
    struct plan p = { 0 };

    (void)state;
    memset(name, 'x', sizeof name - 1);
    name[PLAN_NAME_MAX] = '\0';
    assert_true(plan_of_names(&p, name, name));
    plan_free(&p);
    name[PLAN_NAME_MAX] = 'x';
    name[PLAN_NAME_MAX + 1] = '\0';
    assert_false(plan_of_names(&p, name, "backup"));
    assert_string_equal(p.why, "a phase's name has more than 1024 bytes");
    plan_free(&p);
    assert_false(plan_of_names(&p, "a", name));
    assert_string_equal(p.why, "an action's name has more than 1024 bytes");
    plan_free(&p);
}

static void so_many_phases_and_no_more(void **state)
{
    struct plan p = { 0 };

    (void)state;
    for (int i = 0; i < PLAN_MAX_PHASES; i++) {
        if (i % 10 == 0)
            assert_true(plan_add_action(&p, NULL, 0));
        assert_non_null(plan_add_phase(&p, &"0123456789"[i % 10], 1, false));
    }
    assert_true(plan_add_action(&p, NULL, 0));
    assert_null(plan_add_phase(&p, "one more", 8, false));
    assert_string_equal(p.why, "more than 10000 phases");
    while (p.action_count < PLAN_MAX_PHASES)
        assert_true(plan_add_action(&p, NULL, 0));
    assert_false(plan_add_action(&p, NULL, 0));
    assert_string_equal(p.why, "more than 10000 actions");
    plan_free(&p);
}

static bool read_text(struct plan *p, const char *text)
{
    *p = (struct plan){ 0 };
    return actionset_read(p, text, strlen(text), NULL);
}

static void an_actionset_gives_its_phases_and_their_states(void **state)
{
    struct plan p;

    (void)state;
    assert_true(read_text(
        &p, "{\"kind\":\"ActionSet\",\"status\":{\"state\":\"running\","
            "\"actions\":["
            "{\"name\":\"backup\",\"phases\":["
            "{\"name\":\"a\",\"state\":\"complete\"},"
            "{\"name\":\"b\",\"state\":\"running\"},"
            "{\"name\":\"c\",\"state\":\"pending\",\"output\":{\"x\":[1]}}],"
            "\"deferPhase\":{\"name\":\"d\",\"state\":\"pending\"}},"
            "{\"phases\":[{\"name\":\"a\",\"state\":\"failed\"},"
            "{\"name\":\"b\",\"state\":\"\"},{\"name\":\"c\"}],"
            "\"deferPhase\":{\"name\":\"\",\"state\":\"\"}}]}}"));
    assert_int_equal(p.action_count, 2);
    assert_string_equal(p.actions[0].name, "backup");
    assert_true(p.actions[0].has_defer);
    assert_null(p.actions[1].name);
    assert_int_equal(p.actions[1].first, 4);
    assert_int_equal(p.actions[1].count, 3);
    assert_false(p.actions[1].has_defer);
    assert_int_equal(p.phase_count, 7);
    assert_true(p.phases[3].deferred);
    assert_int_equal(p.phases[0].state, PHASE_COMPLETE);
    assert_int_equal(p.phases[0].progress.percent, PERCENT_WHOLE);
    assert_int_equal(p.phases[1].state, PHASE_RUNNING);
    assert_int_equal(p.phases[1].progress.percent, 0);
    assert_int_equal(p.phases[4].state, PHASE_FAILED);
    for (int i = 2; i < 7; i++)
        assert_int_equal(p.phases[i].progress.percent, PERCENT_UNKNOWN);
    assert_int_equal(p.phases[5].state, PHASE_PENDING);
    assert_int_equal(p.phases[6].state, PHASE_PENDING);
    plan_free(&p);
}

/* What is taken over from a phase with this state and progress. */
static const struct taken {
    const char *name, *state, *progress;
    int64_t percent, uploaded, seconds;
    const char *since;
} taken_over[] = {
    { "nothing", "running", "{}", 0, -1, -1, "" },
    { "none", "running", "null", 0, -1, -1, "" },
    { "a whole number", "running", "{\"progressPercent\":\"30\"}", 3000, -1, -1,
      "" },
    { "hundredths", "running", "{\"progressPercent\":\"33.33\"}", 3333, -1, -1,
      "" },
    { "a number", "running", "{\"progressPercent\":30.5}", 3050, -1, -1, "" },
    { "all members", "running",
      "{\"progressPercent\":\"30\",\"sizeUploadedB\":50000,"
      "\"estimatedTimeSeconds\":120,"
      "\"lastTransitionTime\":\"2023-02-20T12:49:55Z\"}",
      3000, 50000, 120, "2023-02-20T12:49:55Z" },
    { "the design document's spelling", "running",
      "{\"progressPercent\":\"30.00\",\"sizeUploaded\":\"50000\","
      "\"estimatedTimeSeconds\":\"120\","
      "\"lastTransitionTime\":\"2023-02-20T12:448:55Z\"}",
      3000, 50000, 120, "" },
    { "both spellings", "running",
      "{\"sizeUploaded\":\"1\",\"sizeUploadedB\":2}", 0, 2, -1, "" },
    { "another zone", "running",
      "{\"lastTransitionTime\":\"2023-02-20T13:49:55.25+01:00\"}", 0, -1, -1,
      "2023-02-20T12:49:55Z" },
    { "a 100 that cannot be", "running", "{\"progressPercent\":\"100\"}", 0, -1,
      -1, "" },
    { "more than 100", "running", "{\"progressPercent\":\"340\"}", 0, -1, -1,
      "" },
    { "above 99", "running", "{\"progressPercent\":\"99.5\"}", 9900, -1, -1,
      "" },
    { "no percentage", "running", "{\"progressPercent\":\"much\"}", 0, -1, -1,
      "" },
    { "complete", "complete",
      "{\"progressPercent\":\"33\",\"sizeUploadedB\":7,"
      "\"estimatedTimeSeconds\":3}",
      10000, 7, -1, "" },
    { "completed", "completed", "{}", 10000, -1, -1, "" },
    { "failed", "failed", "{\"progressPercent\":\"30\",\"sizeUploadedB\":7}",
      3000, 7, -1, "" },
    { "failed with a 100", "failed",
      "{\"progressPercent\":\"100\",\"sizeUploadedB\":7}", 0, 7, -1, "" },
    { "failed at once", "failed", "{}", -1, -1, -1, "" },
    { "pending", "pending",
      "{\"progressPercent\":\"0\",\"sizeUploadedB\":7,"
      "\"lastTransitionTime\":\"2023-02-20T12:49:55Z\"}",
      -1, -1, -1, "" },
};

static void the_progress_that_is_there_is_taken_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(taken_over); i++) {
        const struct taken *row = &taken_over[i];
        const struct phase *phase;
        char text[512];
        struct plan p;

        snprintf(text, sizeof text,
                 "{\"status\":{\"actions\":[{\"phases\":[{\"name\":\"a\","
                 "\"state\":\"%s\",\"progress\":%s}]}]}}",
                 row->state, row->progress);
        assert_row(read_text(&p, text), row->name);
        phase = &p.phases[0];
        assert_row(phase->progress.percent == row->percent, row->name);
        assert_row(phase->progress.sizes[SIZE_UPLOADED] == row->uploaded,
                   row->name);
        assert_row(phase->progress.seconds == row->seconds, row->name);
        assert_row(strcmp(phase->since, row->since) == 0, row->name);
        plan_free(&p);
    }
}

static void what_is_no_plan_is_refused_with_the_reason(void **state)
{
    static const char phaseless[] =
        "it has no status.actions with phases yet, and spec.actions gives only "
        "names: give its Blueprint too";
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "", "there is no object in it" },
        { "[]", "there is no object in it" },
        { "{\"status\":", "line 2, column 1: did not find expected node "
                          "content while parsing a flow node" },
        { "{} {}", "line 1, column 4: did not find expected <document start>" },
        { "{}\n---\n{}", "there are several ActionSets in it; give one" },
        { "kind: ActionSet", phaseless },
        { "{}", phaseless },
        { "{\"kind\":\"ActionSet\",\"spec\":{\"actions\":[{\"name\":\"a\"}]}}",
          phaseless },
        { "{\"status\":null}", phaseless },
        { "{\"status\":[]}", phaseless },
        { "{\"status\":{\"actions\":null}}", phaseless },
        { "{\"status\":{\"actions\":{}}}", phaseless },
        { "{\"status\":{\"actions\":[]}}", phaseless },
        { "{\"status\":{\"actions\":[{\"name\":\"a\"}]}}", phaseless },
        { "{\"status\":{\"actions\":[{\"phases\":{}}]}}", phaseless },
        { "{\"kind\":\"List\",\"items\":[]}", "there is no object in it" },
        { "{\"items\":[{\"kind\":\"ActionSet\"},{\"kind\":\"ActionSet\"}]}",
          "there are several ActionSets in it; give one" },
        { "{\"kind\":\"Pod\",\"status\":{}}",
          "there is no ActionSet in it, but: Pod" },
        { "{\"status\":{\"actions\":[{\"phases\":[1]}]}}",
          "a phase has no name" },
        { "{\"status\":{\"actions\":[{\"phases\":[{\"name\":7}]}]}}",
          "the name of a phase is no string" },
        { "{\"status\":{\"actions\":[{\"phases\":[{\"name\":\"\"}]}]}}",
          "a phase has an empty name" },
        { "{\"status\":{\"actions\":[{\"phases\":[{\"name\":\"a\"},"
          "{\"name\":\"a\"}]}]}}",
          "two phases of one action are named \"a\"" },
        { "{\"status\":{\"actions\":[{\"phases\":[{\"name\":\"a\"}],"
          "\"deferPhase\":{\"name\":\"a\"}}]}}",
          "two phases of one action are named \"a\"" },
        { "{\"status\":{\"actions\":[{\"phases\":[{\"name\":\"a\","
          "\"state\":\"done\"}]}]}}",
          "the state of phase \"a\" is none of pending, running, failed and "
          "complete" },
        { "{\"status\":{\"actions\":[{\"phases\":[{\"name\":\"a\","
          "\"state\":3}]}]}}",
          "the state of phase \"a\" is none of pending, running, failed and "
          "complete" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct plan p;

        assert_row(!read_text(&p, rows[i].text), rows[i].text);
        assert_string_equal(p.why, rows[i].why);
        plan_free(&p);
    }
}

static void a_plan_of_any_bytes_is_read_or_refused(void **state)
{
    static const char text[] =
        "{\"status\":{\"actions\":[{\"name\":\"x\",\"phases\":[{\"name\":\"a\","
        "\"state\":\"running\",\"progress\":{\"progressPercent\":\"30\"}}],"
        "\"deferPhase\":{\"name\":\"d\"}}],\"progress\":{}}}";

    (void)state;
    srand(7);
    for (int i = 0; i < 3000; i++) {
        char bytes[sizeof text];
        struct plan p = { 0 };

        memcpy(bytes, text, sizeof text);
        for (int j = rand() % 4; j >= 0; j--)
            bytes[(size_t)rand() % (sizeof text - 1)] = (char)rand();
        if (!actionset_read(&p, bytes, (size_t)rand() % sizeof text, NULL))
            assert_true(strlen(p.why) > 0);
        plan_free(&p);
        if (actionset_read(&p, bytes, sizeof text - 1, NULL))
            assert_true(p.phase_count > 0);
        plan_free(&p);
    }
}

static void options_name_the_target(void **state)
{
    static const struct {
        const char *action, *phase, *why; /* why: NULL where there is one */
        size_t in;
        int is; /* the phase's index; -1: none */
    } rows[] = {
        { NULL, NULL, NULL, 0, -1 },
        { NULL, "dump", NULL, 0, 1 },
        { "backup", "last", NULL, 0, 2 },
        { "0", "dump", NULL, 0, 1 },
        { "1", NULL, NULL, 1, 3 }, /* its only phase */
        { "1", "dump", NULL, 1, 3 },
        { "2", NULL, NULL, 2, -1 },
        { "3", "x", NULL, 4, 5 }, /* a name before an index */
        { "export", NULL,
          "--action: more than one is named \"export\"; give "
          "an index, counting from 0: backup, export, export, "
          "(no name), 3",
          0, -1 },
        { "restore", NULL,
          "--action: there is no \"restore\"; the actions "
          "are: backup, export, export, (no name), 3",
          0, -1 },
        { "5", NULL,
          "--action: there is no \"5\"; the actions are: backup, "
          "export, export, (no name), 3",
          0, -1 },
        { NULL, "x",
          "--phase: there is no \"x\" in action 0; its phases are: "
          "prepare, dump, last",
          0, -1 },
        { "2", "x",
          "--phase: there is no \"x\" in action 2; its phases are: ", 0, -1 },
    };
    struct plan p = { 0 };

    (void)state;
    assert_true(plan_of_names(&p, "prepare,dump", "backup"));
    assert_non_null(plan_add_phase(&p, "last", 4, true));
    assert_true(plan_add_action(&p, "export", 6));
    assert_non_null(plan_add_phase(&p, "dump", 4, false));
    assert_true(plan_add_action(&p, "export", 6));
    assert_true(plan_add_action(&p, NULL, 0));
    assert_non_null(plan_add_phase(&p, "y", 1, false));
    assert_true(plan_add_action(&p, "3", 1));
    assert_non_null(plan_add_phase(&p, "x", 1, false));
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct target t;
        bool found = target_find(&t, &p, rows[i].action, rows[i].phase);

        assert_int_equal(found, rows[i].why == NULL);
        if (!found) {
            assert_string_equal(p.why, rows[i].why);
            continue;
        }
        assert_int_equal(t.action, rows[i].in);
        assert_ptr_equal(t.phase,
                         rows[i].is < 0 ? NULL : &p.phases[rows[i].is]);
    }
    plan_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_make_one_action),
        cmocka_unit_test(names_that_make_no_plan_are_refused),
        cmocka_unit_test(a_name_has_a_ceiling),
        cmocka_unit_test(so_many_phases_and_no_more),
        cmocka_unit_test(an_actionset_gives_its_phases_and_their_states),
        cmocka_unit_test(the_progress_that_is_there_is_taken_over),
        cmocka_unit_test(what_is_no_plan_is_refused_with_the_reason),
        cmocka_unit_test(a_plan_of_any_bytes_is_read_or_refused),
        cmocka_unit_test(options_name_the_target),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
