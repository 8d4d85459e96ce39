#include "phase/steps.h"

#include <stdio.h>

#include "phase/functions.h"
#include "phase/percent.h"
#include "phase/track.h"
#include "unit.h"

enum {
    P = STEPS_PREREQUISITES,
    E = STEPS_EXECUTION,
    C = STEPS_CLEANUP,
};

static const struct function *find(const char *name)
{
    return functions_find(name, strlen(name));
}

static void each_function_has_its_steps(void **state)
{
    static const struct {
        unsigned steps;
        const char *names[16];
    } rows[] = {
        { P | E | C,
          { "BackupData", "BackupDataAll", "ExportRDSSnapshotToLocation",
            "RestoreRDSSnapshot" } },
        { P | E,
          { "CopyVolumeData", "RestoreData", "RestoreDataAll", "DeleteData",
            "DeleteDataAll", "BackupDataStats", "CheckRepository", "KubeTask",
            "PrepareData", "MultiContainerRun", "BackupDataUsingKopiaServer",
            "RestoreDataUsingKopiaServer", "DeleteDataUsingKopiaServer",
            "DescribeBackups" } },
        { E,
          { "KubeExec", "KubeExecAll", "KubeOps", "ScaleWorkload", "Wait",
            "WaitV2", "LocationDelete", "CreateCSISnapshot",
            "CreateCSISnapshotStatic", "RestoreCSISnapshot",
            "DeleteCSISnapshot", "DeleteCSISnapshotContent",
            "CreateRDSSnapshot", "DeleteRDSSnapshot" } },
        { E,
          { "CreateVolumeSnapshot", "CreateVolumeFromSnapshot",
            "DeleteVolumeSnapshot", "WaitForSnapshotCompletion" } },
    };
    size_t current = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < 16 && rows[i].names[j] != NULL; j++) {
            const struct function *f = find(rows[i].names[j]);

            assert_row(f != NULL, rows[i].names[j]);
            assert_row(f->steps == rows[i].steps, rows[i].names[j]);
            assert_row(functions_steps(f) == rows[i].steps, rows[i].names[j]);
            current += f->until == NULL;
        }
    assert_int_equal(current, 28);
    assert_null(find("KubeExe"));
    assert_null(find("kubeexec"));
    assert_null(find(""));
    assert_int_equal(functions_steps(NULL), P | E | C);
}

static void the_catalogue_is_a_table(void **state)
{
    struct buf b = BUF_INIT(64 * 1024);
    size_t lines = 0, tabs = 0;

    (void)state;
    functions_put(&b);
    assert_false(b.failed);
    for (size_t i = 0; i < b.len; i++) {
        lines += b.bytes[i] == '\n';
        tabs += b.bytes[i] == '\t';
    }
    assert_int_equal(lines, 1 + 28 + 8);
    assert_int_equal(tabs, 5 * lines);
    buf_free(&b);
}

static void a_step_that_has_ended_gives_its_share(void **state)
{
    static const struct {
        unsigned set;
        int64_t weights[STEPS];
        int64_t ends[STEPS];
        int64_t half; /* when the execution is half done */
    } rows[] = {
        { P | E | C, { 1, 1, 1 }, { 3333, 6666, 10000 }, 5000 },
        { P | E, { 1, 1, 1 }, { 5000, 10000, 0 }, 7500 },
        { E | C, { 1, 1, 1 }, { 0, 5000, 10000 }, 2500 },
        { E, { 1, 1, 1 }, { 0, 0, 0 }, 5000 },
        { P | E | C, { 1, 8, 1 }, { 1000, 9000, 10000 }, 5000 },
        { P | E | C, { 0, 7, 0 }, { 0, 10000, 10000 }, 5000 },
        { P | E | C, { 0, 0, 0 }, { 0, 0, 0 }, 5000 },
        { P | E | C,
          { STEPS_WEIGHT_MAX, STEPS_WEIGHT_MAX, STEPS_WEIGHT_MAX },
          { 3333, 6666, 10000 },
          5000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char row[8];

        snprintf(row, sizeof row, "%zu", i);
        for (enum step s = 0; s < STEPS; s++)
            assert_row(steps_end(rows[i].set, rows[i].weights, s) ==
                           rows[i].ends[s],
                       row);
        assert_row(steps_end(rows[i].set, rows[i].weights, STEP_OTHER) == 0,
                   row);
        assert_row(steps_within(rows[i].set, rows[i].weights, 5000) ==
                       rows[i].half,
                   row);
    }
}

/* One phase of FUNCTION (NULL: unknown) after the records in TEXTS. */
static int64_t after(const char *function, bool within,
                     const char *const *texts)
{
    static struct note note;
    struct plan plan = { 0 };
    struct target target;
    struct phase *phase;
    int64_t percent;

    assert_true(plan_of_names(&plan, "a", NULL));
    plan.within_steps = within;
    if (function != NULL)
        assert_true(
            phase_set_function(&plan.phases[0], function, strlen(function)));
    assert_true(target_find(&target, &plan, NULL, "a"));
    for (; *texts != NULL; texts++) {
        note_read(&note, *texts, strlen(*texts));
        assert_row(track_note(&plan, &target, &note, &phase) == TRACK_TAKEN,
                   *texts);
    }
    percent = plan.phases[0].progress.percent;
    plan_free(&plan);
    return percent;
}

#define ENDED(step) "{\"type\":\"phase\",\"step\":\"" step "\",\"done\":true}"
#define MOVER       "{\"type\":\"phase\",\"state\":\"running\",\"mover\":\"kopia\"}"
#define NO_MOVER    "{\"type\":\"phase\",\"state\":\"running\",\"mover\":null}"
#define SAID(n)     "{\"type\":\"progress\",\"progressPercent\":" #n "}"

static void a_phase_goes_by_the_steps_of_its_function(void **state)
{
    static const struct {
        const char *function;
        bool within;
        int64_t percent;
        const char *texts[4];
    } rows[] = {
        { NULL, false, 3333, { ENDED("prerequisites") } },
        { "Own", false, 6666, { ENDED("execution") } },
        { "BackupData", false, 3333, { ENDED("prerequisites") } },
        { "BackupData", false, 6666, { ENDED("execution") } },
        { "BackupData", false, PERCENT_HELD, { ENDED("cleanup") } },
        { "KubeTask", false, 5000, { ENDED("prerequisites") } },
        { "KubeTask", false, PERCENT_HELD, { ENDED("execution") } },
        { "KubeTask", false, 0, { ENDED("cleanup") } },
        { "KubeExec", false, 0, { ENDED("prerequisites") } },
        { "KubeExec", false, 0, { ENDED("execution") } },
        { "KubeExec", false, 4000, { SAID(40) } },
        /* a mover's percent is the phase's, never lower than before */
        { "BackupData", false, 3333, { ENDED("prerequisites"), SAID(20) } },
        { "BackupData", false, 4000, { ENDED("prerequisites"), SAID(40) } },
        { "BackupData", false, 9000, { SAID(90), ENDED("execution") } },
        /* which nothing lifts before it has moved anything */
        { "BackupData", false, 2000, { SAID(20), ENDED("prerequisites") } },
        { "BackupData", false, 0, { SAID(null), ENDED("prerequisites") } },
        { "BackupData", false, 6666, { SAID(20), ENDED("execution") } },
        { "KubeTask", false, 0, { MOVER, ENDED("prerequisites") } },
        { NULL, false, 100, { MOVER, ENDED("prerequisites"), SAID(1) } },
        { NULL, false, 0, { ENDED("prerequisites\",\"mover\":\"k") } },
        { NULL, false, 3333, { NO_MOVER, ENDED("prerequisites") } },
        { NULL, true, 3333, { MOVER, ENDED("prerequisites") } },
        /* or one of its execution */
        { "BackupData", true, 3333, { SAID(0), ENDED("prerequisites") } },
        { "BackupData", true, 4333, { ENDED("prerequisites"), SAID(30) } },
        { "BackupData", true, 4333, { SAID(30) } },
        { "BackupData", true, 6666, { SAID(100) } },
        { "BackupData", true, 6666, { SAID(340) } },
        { "KubeTask", true, 6500, { SAID(30) } },
        { "KubeExec", true, 3000, { SAID(30) } },
        { NULL, true, 4333, { SAID(30), SAID(null) } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (after(rows[i].function, rows[i].within, rows[i].texts) !=
            rows[i].percent)
            fail_msg("row %zu: not %jd", i, (intmax_t)rows[i].percent);
}

static void a_function_can_be_named_anew(void **state)
{
    static char long_name[PLAN_NAME_MAX + 1];
    struct plan plan = { 0 };
    struct phase *phase;

    (void)state;
    memset(long_name, 'x', sizeof long_name);
    assert_true(plan_of_names(&plan, "a", NULL));
    phase = &plan.phases[0];
    assert_null(phase->function);
    assert_true(phase_set_function(phase, "KubeExec", 8));
    assert_string_equal(phase->function, "KubeExec");
    assert_ptr_equal(phase->known, find("KubeExec"));
    assert_true(phase_set_function(phase, "Mine", 4));
    assert_string_equal(phase->function, "Mine");
    assert_null(phase->known);
    assert_true(phase_set_function(phase, long_name, PLAN_NAME_MAX));
    assert_false(phase_set_function(phase, long_name, PLAN_NAME_MAX + 1));
    assert_null(phase->function);
    assert_true(phase_set_function(phase, "KubeExec", 8));
    assert_true(phase_set_function(phase, "", 0));
    assert_null(phase->function);
    assert_null(phase->known);
    plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_function_has_its_steps),
        cmocka_unit_test(the_catalogue_is_a_table),
        cmocka_unit_test(a_step_that_has_ended_gives_its_share),
        cmocka_unit_test(a_phase_goes_by_the_steps_of_its_function),
        cmocka_unit_test(a_function_can_be_named_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
