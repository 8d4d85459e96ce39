#include "phase/merge.h"

#include <stdio.h>
#include <stdlib.h>

#include "phase/actionset.h"
#include "unit.h"

/* The plan of an ActionSet whose status has these actions, as YAML. */
static struct plan plan_of(const char *actions)
{
    char text[4096];
    struct plan p = { 0 };

    snprintf(text, sizeof text,
             "kind: ActionSet\nmetadata: {uid: u}\nstatus: {actions: [%s]}\n",
             actions);
    if (!actionset_read(&p, text, strlen(text), NULL))
        fail_msg("%s: %s", actions, p.why);
    return p;
}

/* One action of one phase. */
static struct plan plan_of_one(const char *state, const char *progress)
{
    char action[512];

    snprintf(action, sizeof action,
             "{name: x, phases: [{name: a, state: %s, progress: {%s}}]}", state,
             progress);
    return plan_of(action);
}

/* What a phase was, what a later reading has, and what it then is. */
static const struct later {
    const char *state, *progress;       /* before */
    const char *newer, *newer_progress; /* what is read */
    enum phase_state is;
    int64_t percent, uploaded, seconds;
} laters[] = {
    { "pending", "", "pending", "", PHASE_PENDING, -1, -1, -1 },
    { "pending", "", "running", "", PHASE_RUNNING, 0, -1, -1 },
    { "pending", "", "running", "progressPercent: '12', sizeUploadedB: 5",
      PHASE_RUNNING, 1200, 5, -1 },
    { "pending", "", "complete", "progressPercent: '100'", PHASE_COMPLETE,
      10000, -1, -1 },
    { "pending", "", "failed", "", PHASE_FAILED, -1, -1, -1 },
    { "running", "progressPercent: '12'", "running", "progressPercent: '45'",
      PHASE_RUNNING, 4500, -1, -1 },
    /* the controller puts it back, and wipes the rest */
    { "running",
      "progressPercent: '45', sizeUploadedB: 9, estimatedTimeSeconds: 7",
      "running", "progressPercent: '0'", PHASE_RUNNING, 4500, 9, 7 },
    { "running", "sizeUploadedB: 9", "running",
      "sizeUploadedB: 3, estimatedTimeSeconds: 7", PHASE_RUNNING, 0, 3, 7 },
    { "running", "progressPercent: '45'", "running", "progressPercent: '100'",
      PHASE_RUNNING, 4500, -1, -1 },
    { "running", "progressPercent: '45'", "pending", "", PHASE_RUNNING, 4500,
      -1, -1 },
    { "running", "progressPercent: '45', sizeUploadedB: 9", "complete",
      "progressPercent: '0', sizeUploadedB: 10", PHASE_COMPLETE, 10000, 10,
      -1 },
    { "running", "progressPercent: '45'", "failed", "progressPercent: '50'",
      PHASE_FAILED, 5000, -1, -1 },
    { "running", "progressPercent: '45'", "failed", "progressPercent: '100'",
      PHASE_FAILED, 4500, -1, -1 },
    { "failed", "progressPercent: '45'", "complete", "", PHASE_FAILED, 4500, -1,
      -1 },
    { "failed", "progressPercent: '45'", "failed", "progressPercent: '50'",
      PHASE_FAILED, 4500, -1, -1 },
    { "complete", "sizeUploadedB: 9", "running", "sizeUploadedB: 3",
      PHASE_COMPLETE, 10000, 9, -1 },
    { "complete", "", "failed", "", PHASE_COMPLETE, 10000, -1, -1 },
};

static void what_others_move_goes_forward(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(laters); i++) {
        const struct later *row = &laters[i];
        struct plan p = plan_of_one(row->state, row->progress);
        struct plan newer = plan_of_one(row->newer, row->newer_progress);
        const struct phase *phase = &p.phases[0];
        char name[512];

        snprintf(name, sizeof name, "%s {%s}, then %s {%s}", row->state,
                 row->progress, row->newer, row->newer_progress);
        assert_true(merge_plan(&p, &newer));
        assert_string_equal(p.why, "");
        assert_row(phase->state == row->is, name);
        assert_row(phase->progress.percent == row->percent, name);
        assert_row(phase->progress.sizes[SIZE_UPLOADED] == row->uploaded, name);
        assert_row(phase->progress.seconds == row->seconds, name);
        plan_free(&p);
        plan_free(&newer);
    }
}

/* Of what records have told, only the end is taken over. */
static void what_records_tell_stays(void **state)
{
    static const enum basis bases[] = { BASIS_MOVER, BASIS_ITEMS, BASIS_STEP };

    (void)state;
    for (size_t i = 0; i < COUNT(bases); i++) {
        struct plan p = plan_of_one("running", "progressPercent: '12', "
                                               "sizeUploadedB: 5");
        struct plan newer =
            plan_of_one("running", "progressPercent: '60', sizeUploadedB: 7, "
                                   "estimatedTimeSeconds: 9");

        p.phases[0].basis = bases[i];
        assert_true(merge_plan(&p, &newer));
        assert_int_equal(p.phases[0].progress.percent, 1200);
        assert_int_equal(p.phases[0].progress.sizes[SIZE_UPLOADED], 5);
        assert_int_equal(p.phases[0].progress.seconds, -1);
        assert_int_equal(p.phases[0].basis, bases[i]);
        newer.phases[0].state = PHASE_COMPLETE;
        assert_true(merge_plan(&p, &newer));
        assert_int_equal(p.phases[0].state, PHASE_COMPLETE);
        assert_int_equal(p.phases[0].progress.percent, PERCENT_WHOLE);
        assert_int_equal(p.phases[0].progress.sizes[SIZE_UPLOADED], 5);
        plan_free(&p);
        plan_free(&newer);
    }
}

static void phases_are_found_by_action_and_name(void **state)
{
    struct plan p = plan_of("{name: x, phases: [{name: a}, {name: b}],"
                            " deferPhase: {name: d}},"
                            "{name: x, phases: [{name: a}]}");
    struct plan newer = plan_of(
        "{name: x, phases: [{name: b, state: running}, {name: a,"
        " state: complete}, {name: o}, {name: m}],"
        " deferPhase: {name: d, state: failed}}, {name: x, phases: []}");

    (void)state;
    assert_true(merge_plan(&p, &newer));
    assert_string_equal(p.why, "it has a phase \"o\" in action 0, which is not "
                               "in the plan");
    assert_int_equal(p.phase_count, 4);
    assert_int_equal(p.phases[0].state, PHASE_COMPLETE);
    assert_int_equal(p.phases[1].state, PHASE_RUNNING);
    assert_int_equal(p.phases[2].state, PHASE_FAILED);
    assert_int_equal(p.phases[3].state, PHASE_PENDING);
    plan_free(&newer);
    /* what was said of an earlier reading is not said of this one */
    newer = plan_of("{name: x, phases: [{name: a}]}, {name: x}");
    assert_true(merge_plan(&p, &newer));
    assert_string_equal(p.why, "");
    plan_free(&newer);
    plan_free(&p);
}

static void another_actionset_is_refused(void **state)
{
    static const char *const others[] = {
        "{name: x, phases: [{name: a, state: running}]}",
        "{name: z, phases: [{name: a, state: running}]}, {name: z}",
        "{name: xx, phases: [{name: a, state: running}]}, {name: z}",
        "{name: x, phases: [{name: a, state: running}]}, {name: z}, {name: w}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        struct plan p = plan_of("{name: x, phases: [{name: a}]}, {name: z}");
        struct plan newer = plan_of(others[i]);

        assert_row(!merge_plan(&p, &newer), others[i]);
        assert_string_equal(p.why, "this is another ActionSet");
        assert_int_equal(p.phases[0].state, PHASE_PENDING);
        plan_free(&p);
        plan_free(&newer);
    }
}

/* The next backup has the same actions; its uid tells. */
static void another_run_is_told_by_its_uid(void **state)
{
    struct plan p = plan_of_one("pending", "");
    struct plan newer = plan_of_one("running", "");

    (void)state;
    assert_string_equal(p.uid, "u");
    newer.uid[0] = 'v';
    assert_false(merge_plan(&p, &newer));
    assert_string_equal(p.why, "this is another ActionSet");
    p.uid[0] = '\0'; /* as that of a file in a git repository */
    assert_true(merge_plan(&p, &newer));
    assert_int_equal(p.phases[0].state, PHASE_RUNNING);
    plan_free(&p);
    plan_free(&newer);
}

static void half_a_text_changes_nothing(void **state)
{
    static const char text[] =
        "{\"status\":{\"actions\":[{\"name\":\"x\",\"phases\":"
        "[{\"name\":\"a\",\"state\":\"running\"}]}]}}";

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        struct plan p = plan_of_one("pending", "");

        assert_false(merge_actionset(&p, text, len, NULL));
        assert_true(p.why[0] != '\0');
        assert_int_equal(p.phases[0].state, PHASE_PENDING);
        assert_int_equal(p.phases[0].progress.percent, PERCENT_UNKNOWN);
        assert_true(merge_actionset(&p, text, sizeof text - 1, NULL));
        assert_string_equal(p.why, "");
        assert_int_equal(p.phases[0].state, PHASE_RUNNING);
        plan_free(&p);
    }
}

/* From before the controller has seen it to the first phase that runs. */
static void an_actionset_is_taken_up_while_we_look(void **state)
{
    static const char blueprint[] =
        "kind: Blueprint\nmetadata: {name: b}\n"
        "actions: {x: {phases: [{name: a, func: KubeTask}]}}\n";
    static const char fresh[] = "spec: {actions: [{name: x, blueprint: b}]}\n";
    static const char pending[] =
        "status: {actions: [{name: x, blueprint: b, phases: [{name: a, "
        "state: pending}]}]}\n";
    static const char running[] =
        "status: {actions: [{name: x, blueprint: b, phases: [{name: a, "
        "state: running}]}]}\n";
    struct blueprints b;
    struct plan p = { 0 };

    (void)state;
    assert_true(blueprints_read(&b, blueprint, sizeof blueprint - 1));
    assert_true(actionset_read(&p, fresh, sizeof fresh - 1, &b));
    assert_true(merge_actionset(&p, fresh, sizeof fresh - 1, &b));
    assert_true(merge_actionset(&p, pending, sizeof pending - 1, &b));
    assert_int_equal(p.phases[0].state, PHASE_PENDING);
    assert_true(merge_actionset(&p, running, sizeof running - 1, &b));
    assert_int_equal(p.phases[0].state, PHASE_RUNNING);
    assert_string_equal(p.phases[0].function, "KubeTask");
    plan_free(&p);
    blueprints_free(&b);
}

static struct plan random_plan(void)
{
    static const char *const states[] = { "pending", "running", "failed",
                                          "complete" };
    char progress[64];

    snprintf(progress, sizeof progress, "progressPercent: '%d'", rand() % 120);
    return plan_of_one(states[rand() % 4], progress);
}

/* Whatever is read, and in whichever order: within bounds, never backwards,
 * and final is final. */
static void no_reading_takes_anything_back(void **state)
{
    bool slow = getenv("PHASEPIPE_WRAP") != NULL;

    (void)state;
    srand(17);
    for (int i = 0; i < (slow ? 50 : 1000); i++) {
        struct plan p = random_plan();

        for (int j = 0; j < 10; j++) {
            struct phase before = p.phases[0];
            struct plan newer = random_plan();
            const struct phase *now = &p.phases[0];

            assert_true(merge_plan(&p, &newer));
            assert_true(now->progress.percent >= before.progress.percent);
            assert_true(now->state == PHASE_COMPLETE
                            ? now->progress.percent == PERCENT_WHOLE
                            : now->progress.percent <= PERCENT_HELD);
            if (before.state != PHASE_PENDING && before.state != PHASE_RUNNING)
                assert_memory_equal(now, &before, sizeof before);
            if (before.state == PHASE_RUNNING)
                assert_true(now->state != PHASE_PENDING);
            plan_free(&newer);
        }
        plan_free(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_others_move_goes_forward),
        cmocka_unit_test(what_records_tell_stays),
        cmocka_unit_test(phases_are_found_by_action_and_name),
        cmocka_unit_test(another_actionset_is_refused),
        cmocka_unit_test(another_run_is_told_by_its_uid),
        cmocka_unit_test(half_a_text_changes_nothing),
        cmocka_unit_test(an_actionset_is_taken_up_while_we_look),
        cmocka_unit_test(no_reading_takes_anything_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
