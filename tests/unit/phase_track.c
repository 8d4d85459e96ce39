#include "phase/track.h"

#include <stdio.h>

#include "phase/whole.h"
#include "unit.h"

/* Two actions, each with phases a and b; the second with defer phase d; the
 * target is phase a of the first. */
struct house {
    struct plan plan;
    struct target target;
};

static void open_house(struct house *h)
{
    *h = (struct house){ 0 };
    assert_true(plan_add_action(&h->plan, "one", 3));
    assert_non_null(plan_add_phase(&h->plan, "a", 1, false));
    assert_non_null(plan_add_phase(&h->plan, "b", 1, false));
    assert_true(plan_add_action(&h->plan, "two", 3));
    assert_non_null(plan_add_phase(&h->plan, "a", 1, false));
    assert_non_null(plan_add_phase(&h->plan, "b", 1, false));
    assert_non_null(plan_add_phase(&h->plan, "d", 1, true));
    assert_true(target_find(&h->target, &h->plan, NULL, "a"));
}

static enum track say(struct house *h, const char *text)
{
    static struct note note;
    struct phase *phase = NULL;

    note_read(&note, text, strlen(text));
    return track_note(&h->plan, &h->target, &note, &phase);
}

static void a_record_finds_its_phase(void **state)
{
    static const struct {
        const char *members;
        int phase; /* within the plan; or what is said instead */
        enum track track;
    } rows[] = {
        { "", 0, TRACK_TAKEN },
        { ",\"action\":null,\"phase\":null", 0, TRACK_TAKEN },
        { ",\"phase\":\"a\"", 0, TRACK_TAKEN },
        { ",\"phase\":\"b\"", 1, TRACK_TAKEN },
        { ",\"phase\":1", 1, TRACK_TAKEN },
        { ",\"action\":0", 0, TRACK_TAKEN },
        { ",\"action\":1", 2, TRACK_TAKEN }, /* the target's name there */
        { ",\"action\":1,\"phase\":\"b\"", 3, TRACK_TAKEN },
        { ",\"action\":1,\"phase\":1", 3, TRACK_TAKEN },
        { ",\"action\":1,\"phase\":\"d\"", 4, TRACK_TAKEN },
        { ",\"phase\":\"b\",\"phase\":\"a\"", 0, TRACK_TAKEN },
        { ",\"phase\":\"b\",\"phase\":null", 0, TRACK_TAKEN },
        { ",\"phase\":\"b\",\"phase\":0", 0, TRACK_TAKEN },
        { ",\"phase\":\"c\"", -1, TRACK_UNKNOWN },
        { ",\"phase\":\"d\"", 4, TRACK_TAKEN }, /* of one action alone */
        { ",\"phase\":2", -1, TRACK_UNKNOWN },
        { ",\"phase\":0.5", -1, TRACK_UNKNOWN },
        { ",\"phase\":-1", -1, TRACK_UNKNOWN },
        { ",\"phase\":1e99", -1, TRACK_UNKNOWN },
        { ",\"phase\":true", -1, TRACK_UNKNOWN },
        { ",\"phase\":[]", -1, TRACK_UNKNOWN },
        { ",\"phase\":\"\"", -1, TRACK_UNKNOWN },
        { ",\"action\":2", -1, TRACK_UNKNOWN },
        { ",\"action\":-1", -1, TRACK_UNKNOWN },
        { ",\"action\":\"two\"", 2, TRACK_TAKEN },
        { ",\"action\":\"t\\u0077o\",\"phase\":\"b\"", 3, TRACK_TAKEN },
        { ",\"action\":\"1\",\"phase\":\"b\"", 3, TRACK_TAKEN },
        { ",\"action\":\"two\",\"action\":0", 0, TRACK_TAKEN },
        { ",\"action\":\"two\",\"action\":null", 0, TRACK_TAKEN },
        { ",\"action\":\"three\"", -1, TRACK_UNKNOWN },
        { ",\"action\":\"2\"", -1, TRACK_UNKNOWN },
        { ",\"action\":\"\"", -1, TRACK_UNKNOWN },
        { ",\"action\":1,\"phase\":2", -1, TRACK_UNKNOWN }, /* the defer's */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[128];
        struct house h;

        open_house(&h);
        snprintf(text, sizeof text, "{\"type\":\"progress\"%s}",
                 rows[i].members);
        assert_row(say(&h, text) == rows[i].track, text);
        for (int p = 0; p < 5; p++)
            assert_row(h.plan.phases[p].state ==
                           (p == rows[i].phase ? PHASE_RUNNING : PHASE_PENDING),
                       text);
        plan_free(&h.plan);
    }
}

/* Three actions, the last two of one name; a phase that is in the second and
 * the third, and one that is in the third alone. */
static void of_several_actions_none_is_guessed(void **state)
{
    static const struct {
        const char *members;
        const char *action, *phase; /* of the options */
        int taken;                  /* the phase within the plan */
        enum track track;
    } rows[] = {
        { ",\"phase\":\"b\"", NULL, NULL, -1, TRACK_SEVERAL },
        { ",\"phase\":\"c\"", NULL, NULL, 3, TRACK_TAKEN },
        { ",\"phase\":\"b\"", "1", NULL, 1, TRACK_TAKEN },
        { ",\"phase\":\"b\"", "2", "c", 2, TRACK_TAKEN },
        { ",\"phase\":\"c\"", "0", NULL, -1, TRACK_UNKNOWN },
        { ",\"phase\":\"b\",\"action\":\"same\"", NULL, NULL, -1,
          TRACK_SEVERAL },
        { ",\"phase\":\"b\",\"action\":2", NULL, NULL, 2, TRACK_TAKEN },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct house h = { 0 };
        char text[128];

        assert_true(plan_add_action(&h.plan, "one", 3));
        assert_non_null(plan_add_phase(&h.plan, "a", 1, false));
        for (int action = 0; action < 2; action++) {
            assert_true(plan_add_action(&h.plan, "same", 4));
            assert_non_null(plan_add_phase(&h.plan, "b", 1, false));
        }
        assert_non_null(plan_add_phase(&h.plan, "c", 1, false));
        assert_true(
            target_find(&h.target, &h.plan, rows[i].action, rows[i].phase));
        snprintf(text, sizeof text, "{\"type\":\"progress\"%s}",
                 rows[i].members);
        assert_row(say(&h, text) == rows[i].track, text);
        for (int p = 0; p < 4; p++)
            assert_row(h.plan.phases[p].state ==
                           (p == rows[i].taken ? PHASE_RUNNING : PHASE_PENDING),
                       text);
        plan_free(&h.plan);
    }
}

static void without_a_target_only_an_only_phase_is_meant(void **state)
{
    struct house h = { 0 };

    (void)state;
    assert_true(plan_add_action(&h.plan, NULL, 0));
    assert_non_null(plan_add_phase(&h.plan, "a", 1, false));
    assert_non_null(plan_add_phase(&h.plan, "b", 1, false));
    assert_true(plan_add_action(&h.plan, NULL, 0));
    assert_non_null(plan_add_phase(&h.plan, "c", 1, false));
    assert_true(target_find(&h.target, &h.plan, NULL, NULL));
    assert_int_equal(say(&h, "{\"type\":\"progress\"}"), TRACK_UNPLACED);
    assert_int_equal(say(&h, "{\"type\":\"phase\",\"state\":\"failed\"}"),
                     TRACK_UNPLACED);
    assert_int_equal(say(&h, "{\"type\":\"message\"}"), TRACK_NOTHING);
    assert_int_equal(say(&h, "{\"type\":\"progress\",\"action\":1}"),
                     TRACK_TAKEN);
    assert_int_equal(h.plan.phases[2].state, PHASE_RUNNING);
    assert_true(target_find(&h.target, &h.plan, "1", NULL));
    assert_ptr_equal(h.target.phase, &h.plan.phases[2]);
    plan_free(&h.plan);
}

/* What a run of records makes of one phase. */
struct tale {
    const char *name;
    const char *said[5];
    enum phase_state state;
    int64_t percent, raw;
};

#define P(percent)  "{\"type\":\"progress\",\"progressPercent\":" percent "}"
#define E(members)  "{\"type\":\"phase\"," members "}"
#define STATE(name) E("\"state\":\"" name "\"")
#define STEP(name)  E("\"step\":\"" name "\",\"done\":true")

static const struct tale tales[] = {
    { "nothing", { 0 }, PHASE_PENDING, -1, -1 },
    { "stats begin it", { P("30") }, PHASE_RUNNING, 3000, 3000 },
    { "stats without a percentage begin it",
      { P("null") },
      PHASE_RUNNING,
      0,
      -1 },
    { "an event begins it", { STATE("running") }, PHASE_RUNNING, 0, -1 },
    { "an event pending does not",
      { STATE("pending") },
      PHASE_PENDING,
      -1,
      -1 },
    { "never backwards", { P("30"), P("12.5") }, PHASE_RUNNING, 3000, 1250 },
    { "nor by an unknown one",
      { P("30"), P("null") },
      PHASE_RUNNING,
      3000,
      -1 },
    { "nor by a negative one", { P("30"), P("-5") }, PHASE_RUNNING, 3000, -1 },
    { "held at 99", { P("99.5") }, PHASE_RUNNING, 9900, 9950 },
    { "held at 99 by 100", { P("100") }, PHASE_RUNNING, 9900, 10000 },
    { "held at 99 by 340", { P("340") }, PHASE_RUNNING, 9900, 34000 },
    { "a pending event does not take it back",
      { P("30"), STATE("pending") },
      PHASE_RUNNING,
      3000,
      3000 },
    { "complete", { P("30"), STATE("complete") }, PHASE_COMPLETE, 10000, 3000 },
    { "complete at once", { STATE("complete") }, PHASE_COMPLETE, 10000, -1 },
    { "completed", { STATE("completed") }, PHASE_COMPLETE, 10000, -1 },
    { "stats after complete",
      { STATE("complete"), P("10") },
      PHASE_COMPLETE,
      10000,
      -1 },
    { "complete is final",
      { STATE("complete"), STATE("failed"), STATE("running") },
      PHASE_COMPLETE,
      10000,
      -1 },
    { "failed keeps", { P("30"), STATE("failed") }, PHASE_FAILED, 3000, 3000 },
    { "failed before it began", { STATE("failed") }, PHASE_FAILED, -1, -1 },
    { "failed is final",
      { P("30"), STATE("failed"), P("60"), STATE("running"),
        STATE("complete") },
      PHASE_FAILED,
      3000,
      3000 },
    { "the first step", { STEP("prerequisites") }, PHASE_RUNNING, 3333, -1 },
    { "the second step", { STEP("execution") }, PHASE_RUNNING, 6666, -1 },
    { "the third step", { STEP("cleanup") }, PHASE_RUNNING, 9900, -1 },
    { "all steps, and complete",
      { STEP("prerequisites"), STEP("execution"), STEP("cleanup"),
        STATE("complete") },
      PHASE_COMPLETE,
      10000,
      -1 },
    { "a step out of order",
      { STEP("execution"), STEP("prerequisites") },
      PHASE_RUNNING,
      6666,
      -1 },
    { "a step that runs ends none",
      { E("\"step\":\"execution\",\"state\":\"running\"") },
      PHASE_RUNNING,
      0,
      -1 },
    { "a step alone", { E("\"step\":\"cleanup\"") }, PHASE_RUNNING, 0, -1 },
    { "a step not done",
      { E("\"step\":\"cleanup\",\"done\":false") },
      PHASE_RUNNING,
      0,
      -1 },
    { "a step done by a word",
      { E("\"step\":\"cleanup\",\"done\":\"true\"") },
      PHASE_RUNNING,
      0,
      -1 },
    { "a step that is complete is not the phase",
      { E("\"step\":\"execution\",\"state\":\"complete\"") },
      PHASE_RUNNING,
      6666,
      -1 },
    { "a step that is pending",
      { E("\"step\":\"execution\",\"state\":\"pending\"") },
      PHASE_PENDING,
      -1,
      -1 },
    { "a step that failed fails it",
      { STEP("prerequisites"),
        E("\"step\":\"execution\",\"state\":\"failed\"") },
      PHASE_FAILED,
      3333,
      -1 },
    { "an unknown step", { STEP("upload") }, PHASE_RUNNING, 0, -1 },
    { "an unknown step is not the phase either",
      { E("\"step\":\"upload\",\"state\":\"complete\"") },
      PHASE_RUNNING,
      0,
      -1 },
    { "steps and stats: the higher",
      { P("50"), STEP("prerequisites"), STEP("execution"), P("60") },
      PHASE_RUNNING,
      6666,
      6000 },
    { "a result is not an end",
      { P("30"), "{\"type\":\"result\",\"state\":\"failed\"}",
        "{\"type\":\"result\",\"state\":\"complete\"}" },
      PHASE_RUNNING,
      3000,
      3000 },
    { "nor is a message",
      { P("30"), "{\"type\":\"message\",\"level\":\"error\",\"text\":\"x\"}" },
      PHASE_RUNNING,
      3000,
      3000 },
};

static void a_phase_follows_its_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tales); i++) {
        const struct tale *t = &tales[i];
        struct house h;

        open_house(&h);
        for (size_t j = 0; j < COUNT(t->said) && t->said[j] != NULL; j++)
            assert_row(say(&h, t->said[j]) <= TRACK_NOTHING, t->name);
        assert_row(h.target.phase->state == t->state, t->name);
        assert_row(h.target.phase->progress.percent == t->percent, t->name);
        assert_row(h.target.phase->raw == t->raw, t->name);
        for (int p = 1; p < 5; p++)
            assert_row(h.plan.phases[p].state == PHASE_PENDING, t->name);
        plan_free(&h.plan);
    }
}

static void an_event_that_says_nothing_is_unclear(void **state)
{
    static const char *const rows[] = {
        "{\"type\":\"phase\"}", STATE("done"),       STATE(""),
        E("\"state\":1"),       E("\"state\":null"), E("\"done\":true"),
        E("\"step\":null"),
    };
    struct house h;

    (void)state;
    open_house(&h);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_row(say(&h, rows[i]) == TRACK_UNCLEAR, rows[i]);
    assert_int_equal(h.target.phase->state, PHASE_PENDING);
    plan_free(&h.plan);
}

static void sizes_stay_known_and_the_time_left_does_not(void **state)
{
    struct house h;
    const struct progress *p;

    (void)state;
    open_house(&h);
    p = &h.target.phase->progress;
    say(&h, "{\"type\":\"progress\",\"sizeUploadedB\":500,"
            "\"estimatedUploadSizeB\":900,\"estimatedTimeSeconds\":35}");
    say(&h, "{\"type\":\"progress\",\"sizeUploadedB\":100,"
            "\"estimatedUploadSizeB\":null}");
    assert_int_equal(p->sizes[SIZE_UPLOADED], 100); /* another source began */
    assert_int_equal(p->sizes[SIZE_UPLOAD_ESTIMATE], 900);
    assert_int_equal(p->sizes[SIZE_DOWNLOADED], COUNT_UNKNOWN);
    assert_int_equal(p->seconds, COUNT_UNKNOWN);
    say(&h, "{\"type\":\"progress\",\"estimatedTimeSeconds\":20}");
    say(&h, STATE("failed"));
    assert_int_equal(p->seconds, 20); /* failed keeps all it had */
    plan_free(&h.plan);
    open_house(&h);
    p = &h.target.phase->progress;
    say(&h, "{\"type\":\"progress\",\"sizeDownloadedB\":7,"
            "\"estimatedTimeSeconds\":20}");
    say(&h, STATE("complete"));
    assert_int_equal(p->sizes[SIZE_DOWNLOADED], 7);
    assert_int_equal(p->seconds, COUNT_UNKNOWN); /* nothing is left */
    plan_free(&h.plan);
}

static void the_whole_counts_phases_and_not_actions(void **state)
{
    struct house h;
    struct whole w;

    (void)state;
    open_house(&h);
    say(&h, "{\"type\":\"phase\",\"phase\":0,\"state\":\"complete\"}");
    assert_int_equal(whole_of(&h.plan).percent, 2500);
    say(&h, "{\"type\":\"progress\",\"action\":1,\"phase\":1,"
            "\"progressPercent\":50,\"sizeUploadedB\":3}");
    say(&h, "{\"type\":\"progress\",\"action\":0,\"phase\":1,"
            "\"sizeUploadedB\":9007199254740992,\"sizeDownloadedB\":5}");
    w = whole_of(&h.plan);
    assert_int_equal(w.percent, 3750);
    assert_int_equal(w.sizes[SIZE_UPLOADED], COUNT_LARGEST);
    assert_int_equal(w.sizes[SIZE_DOWNLOADED], 5);
    assert_int_equal(w.sizes[SIZE_UPLOAD_ESTIMATE], COUNT_UNKNOWN);
    assert_ptr_equal(w.running, &h.plan.phases[1]);
    plan_free(&h.plan);
}

static void a_defer_phase_counts_for_the_state_only(void **state)
{
    struct house h;

    (void)state;
    open_house(&h);
    for (int i = 0; i < 4; i++) {
        h.plan.phases[i].state = PHASE_COMPLETE;
        h.plan.phases[i].progress.percent = PERCENT_WHOLE;
    }
    assert_int_equal(whole_of(&h.plan).percent, PERCENT_WHOLE);
    assert_int_equal(whole_of(&h.plan).state, PHASE_RUNNING);
    say(&h, "{\"type\":\"progress\",\"action\":1,\"phase\":\"d\","
            "\"progressPercent\":50,\"sizeUploadedB\":3}");
    assert_ptr_equal(whole_of(&h.plan).running, &h.plan.phases[4]);
    assert_int_equal(whole_of(&h.plan).percent, PERCENT_WHOLE);
    assert_int_equal(whole_of(&h.plan).sizes[SIZE_UPLOADED], COUNT_UNKNOWN);
    say(&h, "{\"type\":\"phase\",\"action\":1,\"phase\":\"d\","
            "\"state\":\"failed\"}");
    assert_int_equal(whole_of(&h.plan).state, PHASE_FAILED);
    plan_free(&h.plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_finds_its_phase),
        cmocka_unit_test(of_several_actions_none_is_guessed),
        cmocka_unit_test(without_a_target_only_an_only_phase_is_meant),
        cmocka_unit_test(a_phase_follows_its_records),
        cmocka_unit_test(an_event_that_says_nothing_is_unclear),
        cmocka_unit_test(sizes_stay_known_and_the_time_left_does_not),
        cmocka_unit_test(the_whole_counts_phases_and_not_actions),
        cmocka_unit_test(a_defer_phase_counts_for_the_state_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
