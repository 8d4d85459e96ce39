/*
 * What an action is made of where it is read: damaged parts of a state,
 * ActionSets with odd names and sizes, orders that do not go together.
 */
#include <limits.h>

#include "base/json.h"
#include "phase/actionset.h"
#include "phase/agg.h"
#include "phase/explain.h"
#include "phase/merge.h"
#include "phase/settings.h"
#include "phase/weights.h"
#include "unit.h"

#define START (INT64_C(1676897395) * CLOCK_SECOND) /* 2023-02-20T12:49:55Z */
#define LATER (5000 * CLOCK_SECOND)

static const struct instant start = { START, LATER };

static void open_agg(struct agg *a, const char *names)
{
    *a = (struct agg){ .stall_after = 60 * CLOCK_SECOND };
    assert_true(plan_of_names(&a->plan, names, "x"));
    assert_true(target_find(&a->target, &a->plan, NULL, "a"));
    assert_true(agg_prepare(a));
}

static enum agg_result say(struct agg *a, struct instant *now, const char *text)
{
    now->wall += CLOCK_SECOND;
    now->steady += CLOCK_SECOND;
    return agg_read(a, text, strlen(text)) ? agg_take(a, *now) : AGG_SAME;
}

#define PHASE(name, state)                                                     \
    "{\"type\":\"phase\",\"phase\":\"" name "\",\"state\":\"" state "\"}"

/* --- states */

/* TEXT with TO in the place of what stands behind FROM, up to the bracket. */
static void damage(struct buf *to, const struct buf *text, const char *from,
                   const char *with)
{
    const char *at = memmem(text->bytes, text->len, from, strlen(from));
    const char *end;

    assert_non_null(at);
    at += strlen(from);
    end = memchr(at, ']', (size_t)(text->bytes + text->len - at));
    buf_clear(to);
    buf_add(to, text->bytes, (size_t)(at - text->bytes));
    buf_str(to, with);
    buf_add(to, end, (size_t)(text->bytes + text->len - end));
    assert_false(to->failed);
}

/* What a part says that it cannot say is as if it had not been kept. */
static void a_damaged_part_has_seen_nothing(void **state)
{
    static const struct {
        const char *from, *with;
        bool span; /* is taken */
    } rows[] = {
        { "\"span\":[", "1,-1000000000,0", true },
        { "\"span\":[", "2,-2000000000,-1000000000", true },
        { "\"span\":[", "2,-1000000000,-2000000000", false },
        { "\"span\":[", "-1,0,0", false },
        { "\"span\":[", "3,0,0", false },
        { "\"said\":[", "-2,0", true },
        { "\"weight\":[", "-1", true },
        { "\"weight\":[", "1000000000000", true },
        { "\"ending\":[", "-1", true },
        { "\"ending\":[", "99", true },
    };
    struct buf text = BUF_INIT(1 << 20), other = BUF_INIT(1 << 20);
    struct history h = { 0 };
    struct instant now = start;
    struct agg a;

    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "a" : "b";
        const struct history_key key = { .names[HISTORY_ACTION] = { "x", 1 },
                                         .names[HISTORY_PHASE] = { name, 1 } };

        assert_true(
            history_add(&h, &key, (struct history_run){ 7000 + i, -1 }));
    }
    open_agg(&a, "a,b");
    assert_true(agg_expect(&a, &h));
    assert_true(a.learned);
    assert_true(agg_open(&a, now));
    say(&a, &now, PHASE("a", "running"));
    say(&a, &now, "{\"type\":\"result\",\"state\":\"partial\"}");
    assert_true(agg_save(&a, now, &text));
    for (size_t i = 0; i < COUNT(rows); i++) {
        char why[RESUME_WHY_MAX];
        struct agg b;

        if (memmem(text.bytes, text.len, rows[i].from, strlen(rows[i].from)) ==
            NULL)
            fail_msg("no %s in %.*s", rows[i].from, (int)text.len, text.bytes);
        damage(&other, &text, rows[i].from, rows[i].with);
        open_agg(&b, "a,b");
        assert_true(agg_expect(&b, &h));
        assert_int_equal(agg_resume(&b, other.bytes, other.len, now, why),
                         RESUME_TAKEN);
        assert_row((b.paces[0].span.turns > 0) == rows[i].span, rows[i].with);
        assert_true(b.plan.phases[0].weight >= 0 &&
                    b.plan.phases[0].weight <= PHASE_WEIGHT_MAX);
        assert_true(agg_open(&b, now));
        agg_close(&b);
    }
    agg_close(&a);
    history_free(&h);
    buf_free(&text);
    buf_free(&other);
}

static void what_is_no_state_of_this_plan_is_told(void **state)
{
    static const struct {
        const char *actions;
        enum resume_result result;
        const char *why; /* the beginning of it */
    } rows[] = {
        { "[1]", RESUME_DAMAGED, "an action is no object" },
        { "[{\"name\":\"x\",\"phases\":[1,2]}]", RESUME_DAMAGED,
          "a phase is no object" },
        { "[{\"name\":1,\"phases\":[]}]", RESUME_OTHER,
          "it is of another plan: action \"\" is \"x\" now" },
        { "[{\"phases\":[]}]", RESUME_OTHER,
          "it is of another plan: action \"\" is \"x\" now" },
        { "[{\"name\":\"x\",\"phases\":[{\"name\":\"a\",\"deferred\":true},{}]"
          "}]",
          RESUME_OTHER, "it is of another plan: phase \"a\" is \"a\" now" },
        { "[{\"name\":\"x\",\"phases\":[{\"name\":\"a\",\"deferred\":false},"
          "{\"name\":\"b\"}]}]",
          RESUME_TAKEN, "" },
        { "[{\"name\":\"x\",\"phases\":[{\"name\":\"a\",\"items\":[1]},{}]}]",
          RESUME_DAMAGED, "an item is no object" },
        { "[{\"name\":\"x\",\"phases\":[{\"name\":\"a\",\"items\":{}},{}]}]",
          RESUME_DAMAGED, "\"items\" cannot be this" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[1024], why[RESUME_WHY_MAX] = "";
        struct agg a;

        snprintf(text, sizeof text,
                 "{\"type\":\"state\",\"version\":1,\"saved\":"
                 "\"2023-02-20T12:49:57.000000000Z\",\"percent\":0,\"actions\":"
                 "%s}",
                 rows[i].actions);
        open_agg(&a, "a,b");
        assert_row(agg_resume(&a, text, strlen(text), start, why) ==
                       rows[i].result,
                   rows[i].actions);
        if (rows[i].why[0] != '\0')
            assert_memory_equal(why, rows[i].why, strlen(rows[i].why));
        agg_close(&a);
    }
}

/* A name of the plan, and one of the state, that no sentence can bear. */
static void long_names_are_cut_in_sentences(void **state)
{
    static char name[801], text[4096];
    char why[RESUME_WHY_MAX] = "";
    struct agg a;

    (void)state;
    memset(name, 'n', sizeof name - 1);
    snprintf(text, sizeof text,
             "{\"type\":\"state\",\"version\":1,\"saved\":"
             "\"2023-02-20T12:49:57.000000000Z\",\"percent\":0,\"actions\":[{"
             "\"name\":\"%s\",\"phases\":[]}]}",
             name);
    open_agg(&a, "a,b");
    assert_int_equal(agg_resume(&a, text, strlen(text), start, why),
                     RESUME_OTHER);
    assert_non_null(strstr(why, "nnn\" is \"x\" now"));
    snprintf(text, sizeof text,
             "{\"type\":\"state\",\"version\":1,\"saved\":"
             "\"2023-02-20T12:49:57.000000000Z\",\"percent\":0,\"actions\":[{"
             "\"name\":\"x\",\"phases\":[{\"name\":\"%s\"},{}]}]}",
             name);
    assert_int_equal(agg_resume(&a, text, strlen(text), start, why),
                     RESUME_OTHER);
    assert_non_null(strstr(why, "nnn\" is \"a\" now"));
    agg_close(&a);
}

/* --- plans */

static void an_actionset_is_read_with_what_is_odd(void **state)
{
    static const char head[] = "kind: ActionSet\nmetadata: {uid: ";
    static char uid[600], name[2 * PLAN_NAME_MAX], text[8192];
    struct plan p = { 0 };

    (void)state;
    memset(uid, 'u', sizeof uid - 1);
    snprintf(text, sizeof text,
             "%s%s}\nstatus: {actions: [{name: x, phases: [{name: a, state: "
             "running, progress: {sizeUploaded: 5, sizeUploadedB: 7, "
             "estimatedUploadSize: 6, estimatedUploadSizeB: 8}}]}]}\n",
             head, uid);
    assert_true(actionset_read(&p, text, strlen(text), NULL));
    assert_string_equal(p.uid, ""); /* none that the state could know */
    assert_int_equal(p.phases[0].progress.sizes[SIZE_UPLOADED], 7);
    assert_int_equal(p.phases[0].progress.sizes[SIZE_UPLOAD_ESTIMATE], 8);
    plan_free(&p);
    p = (struct plan){ 0 };
    memset(name, 'b', sizeof name - 1);
    snprintf(
        text, sizeof text,
        "%su}\nstatus: {actions: [{name: x, blueprint: %s, phases: [{name: "
        "a}]}]}\n",
        head, name);
    assert_false(actionset_read(&p, text, strlen(text), NULL));
    assert_string_equal(p.why, "the name of a Blueprint is too long");
    plan_free(&p);
}

/* A member of a Blueprint whose name is too long to be kept is left out. */
static void a_blueprint_may_have_any_name(void **state)
{
    static char name[2 * PLAN_NAME_MAX], text[8192];
    struct blueprints b;
    struct plan p = { 0 };

    (void)state;
    memset(name, 'b', sizeof name - 1);
    snprintf(text, sizeof text,
             "kind: Blueprint\nmetadata: {name: %s}\nactions: {x: {phases: "
             "[{name: a}], deferPhase: {name: d}}}\n",
             name);
    assert_true(blueprints_read(&b, text, strlen(text)));
    assert_true(blueprints_plan(&b, &p, "x"));
    assert_null(p.actions[0].blueprint);
    plan_free(&p);
    p = (struct plan){ 0 };
    name[300] = '\0';
    assert_false(blueprints_plan(&b, &p, name));
    assert_non_null(strstr(p.why, "bbb"));
    plan_free(&p);
    blueprints_free(&b);
}

static void a_newer_reading_may_know_less(void **state)
{
    static const char named[] =
        "kind: ActionSet\nmetadata: {uid: u}\nstatus: {actions: [{name: x, "
        "phases: [{name: a, state: running}]}]}\n";
    static const char nameless[] =
        "kind: ActionSet\nstatus: {actions: [{phases: [{name: a, state: "
        "complete}]}]}\n";
    struct plan p = { 0 }, newer = { 0 };

    (void)state;
    assert_true(actionset_read(&p, named, sizeof named - 1, NULL));
    assert_true(actionset_read(&newer, nameless, sizeof nameless - 1, NULL));
    assert_true(merge_plan(&p, &newer));
    assert_int_equal(p.phases[0].state, PHASE_COMPLETE);
    plan_free(&p);
    plan_free(&newer);
}

/* A phase that begins to run where it is read, with nothing said of it. */
static void what_runs_has_a_percent(void **state)
{
    static const char before[] =
        "kind: ActionSet\nstatus: {actions: [{phases: [{name: a}]}]}\n";
    static const char after[] =
        "kind: ActionSet\nstatus: {actions: [{phases: [{name: a, state: "
        "running}]}]}\n";
    struct plan p = { 0 }, newer = { 0 };

    (void)state;
    assert_true(actionset_read(&p, before, sizeof before - 1, NULL));
    assert_true(actionset_read(&newer, after, sizeof after - 1, NULL));
    newer.phases[0].progress.percent = PERCENT_UNKNOWN;
    assert_true(merge_plan(&p, &newer));
    assert_int_equal(p.phases[0].progress.percent, 0);
    plan_free(&p);
    plan_free(&newer);
}

/* What was read of the ActionSet is newer than what was kept. */
static void the_later_of_two_times_stays(void **state)
{
    static const struct {
        const char *ours, *is;
    } rows[] = {
        { "2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z" },
        { "2020-01-01T00:00:00Z", "2023-02-20T12:00:00Z" },
        { "", "2023-02-20T12:00:00Z" },
    };
    static const char text[] =
        "{\"type\":\"state\",\"version\":1,\"saved\":"
        "\"2023-02-20T12:49:57.000000000Z\",\"percent\":0,\"since\":"
        "\"2023-02-20T12:00:00Z\",\"actions\":[{\"name\":\"x\",\"phases\":[{"
        "\"name\":\"a\"}]}]}";

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char why[RESUME_WHY_MAX];
        struct agg a;

        open_agg(&a, "a");
        a.plan.phases[0].state = PHASE_RUNNING;
        a.plan.phases[0].progress.percent = 500;
        memcpy(a.plan.since, rows[i].ours, strlen(rows[i].ours) + 1);
        assert_int_equal(agg_resume(&a, text, sizeof text - 1, start, why),
                         RESUME_TAKEN);
        assert_string_equal(a.plan.since, rows[i].is);
        assert_int_equal(a.plan.phases[0].state, PHASE_RUNNING);
        agg_close(&a);
    }
}

/* The state of another ActionSet, whose uid no sentence can bear. */
static void a_state_of_another_identity_is_told(void **state)
{
    static char uid[301], text[1024];
    char why[RESUME_WHY_MAX] = "";
    struct agg a;

    (void)state;
    memset(uid, 'u', sizeof uid - 1);
    for (int i = 0; i < 2; i++) {
        open_agg(&a, "a");
        memcpy(a.plan.uid, "ours", 5);
        snprintf(
            text, sizeof text,
            "{\"type\":\"state\",\"version\":1,\"identity\":%s%s%s,"
            "\"saved\":\"2023-02-20T12:49:57.000000000Z\",\"percent\":0,"
            "\"actions\":[{\"name\":\"x\",\"phases\":[{\"name\":\"a\"}]}]}",
            i == 0 ? "\"" : "", i == 0 ? uid : "7", i == 0 ? "\"" : "");
        assert_int_equal(agg_resume(&a, text, strlen(text), start, why),
                         i == 0 ? RESUME_OTHER : RESUME_TAKEN);
        if (i == 0)
            assert_non_null(strstr(why, "uuu, not of ours"));
        agg_close(&a);
    }
}

/* Functions for which no record has room; it is not memory that is missing. */
static void too_many_functions_have_no_room(void **state)
{
    static char name[PLAN_NAME_MAX + 1];
    struct line l;
    struct plan p = { 0 };

    (void)state;
    memset(name, 'f', PLAN_NAME_MAX);
    assert_true(plan_add_action(&p, "x", 1));
    for (int i = 0; i < 400; i++) {
        char phase[16];
        int len = snprintf(phase, sizeof phase, "p%d", i);
        struct phase *added = plan_add_phase(&p, phase, (size_t)len, false);

        assert_non_null(added);
        assert_true(phase_set_function(added, name, PLAN_NAME_MAX));
    }
    errno = 0;
    assert_false(line_open(&l, &p));
    assert_int_equal(errno, EMSGSIZE);
    line_close(&l);
    plan_free(&p);
}

/* Names that no sentence can bear, none at all, and nobody's. */
static void blueprints_are_found_whatever_they_are_called(void **state)
{
    static const char nameless[] =
        "kind: ActionSet\nspec: {actions: [{name: x}]}\n";
    static char name[801], text[4096];
    struct blueprints b;
    struct plan p = { 0 };

    (void)state;
    memset(name, 'n', 300);
    snprintf(text, sizeof text,
             "kind: Blueprint\nmetadata: {name: ''}\nactions: {%s: {phases: "
             "[{name: a}]}, x: {phases: [{name: a}]}}\n",
             name);
    assert_true(blueprints_read(&b, text, strlen(text)));
    assert_false(blueprints_plan(&b, &p, "z"));
    assert_non_null(strstr(p.why, "nnn"));
    plan_free(&p);
    p = (struct plan){ 0 };
    assert_true(blueprints_plan(&b, &p, "x"));
    assert_null(p.actions[0].blueprint);
    plan_free(&p);
    p = (struct plan){ 0 };
    assert_true(actionset_read(&p, nameless, sizeof nameless - 1, &b));
    assert_int_equal(p.phase_count, 1);
    plan_free(&p);
    blueprints_free(&b);
}

static void a_long_name_that_is_there_twice_is_cut(void **state)
{
    static char names[602]; /* two of 300 letters, and the comma */
    struct plan p = { 0 };

    (void)state;
    memset(names, 'n', sizeof names - 1);
    names[300] = ',';
    assert_false(plan_of_names(&p, names, NULL));
    assert_non_null(strstr(p.why, "are named \"nnn"));
    assert_true(strlen(p.why) < 300);
    plan_free(&p);
}

/* The phases are those of the ActionSet, where it has any. */
static void a_blueprint_adds_no_phases_to_a_defer_phase(void **state)
{
    static const char blueprint[] =
        "kind: Blueprint\nmetadata: {name: b}\nactions: {x: {phases: [{name: "
        "a, func: KubeTask}], deferPhase: {name: d, func: KubeExec}}}\n";
    static const char set[] =
        "kind: ActionSet\nstatus: {actions: [{name: x, blueprint: b, "
        "deferPhase: {name: d}}]}\n";
    struct blueprints b;
    struct plan p = { 0 };

    (void)state;
    assert_true(blueprints_read(&b, blueprint, sizeof blueprint - 1));
    if (!actionset_read(&p, set, sizeof set - 1, &b))
        fail_msg("%s", p.why);
    assert_int_equal(p.phase_count, 1);
    assert_true(p.phases[0].deferred);
    assert_string_equal(p.phases[0].function, "KubeExec");
    plan_free(&p);
    blueprints_free(&b);
}

static void weights_of_defer_phases_alone_divide_nothing(void **state)
{
    struct plan p = { 0 };
    jv root = jv_parse("{\"phases\":{}}");

    (void)state;
    assert_true(plan_add_action(&p, "x", 1));
    assert_non_null(plan_add_phase(&p, "d", 1, true));
    assert_true(weights_read(&p, root));
    jv_free(root);
    plan_free(&p);
}

/* --- records */

static void a_mover_may_be_called_anything(void **state)
{
    static const struct {
        const char *mover;
        bool has;
    } rows[] = {
        { "\"kopia\"", true },
        { "\"a\\nb\"", true },
        { "null", false },
        { "{}", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct instant now = start;
        char text[128];
        struct agg a;

        open_agg(&a, "a,b");
        assert_true(agg_open(&a, now));
        snprintf(text, sizeof text,
                 "{\"type\":\"phase\",\"phase\":\"a\",\"state\":\"running\","
                 "\"mover\":%s}",
                 rows[i].mover);
        say(&a, &now, text);
        assert_row((a.plan.phases[0].has_mover != 0) == rows[i].has,
                   rows[i].mover);
        agg_close(&a);
    }
}

/* What has ended is not ended again by what its mover said. */
static void the_end_changes_no_phase_that_has_ended(void **state)
{
    struct instant now = start;
    struct agg a;

    (void)state;
    open_agg(&a, "a,b,c");
    assert_true(agg_open(&a, now));
    say(&a, &now, PHASE("a", "complete"));
    say(&a, &now, PHASE("b", "running"));
    say(&a, &now,
        "{\"type\":\"result\",\"phase\":\"b\",\"state\":\"complete\"}");
    say(&a, &now, PHASE("b", "failed"));
    (void)agg_end(&a, now);
    assert_int_equal(a.plan.phases[0].state, PHASE_COMPLETE);
    assert_int_equal(a.plan.phases[1].state, PHASE_FAILED);
    assert_int_equal(a.plan.phases[2].state, PHASE_PENDING);
    agg_close(&a);
}

static void a_mover_at_its_end_is_held(void **state)
{
    struct buf b = BUF_INIT(64 * 1024);
    struct instant now = start;
    struct agg a;

    (void)state;
    open_agg(&a, "a,b");
    a.plan.within_steps = true;
    assert_true(agg_open(&a, now));
    say(&a, &now, PHASE("a", "running"));
    say(&a, &now,
        "{\"type\":\"progress\",\"phase\":\"a\",\"progressPercent\":250}");
    explain_put(&b, &a.plan);
    buf_char(&b, '\0');
    assert_non_null(strstr(b.bytes, "its mover says 250.00 of its execution"));
    agg_close(&a);
    buf_free(&b);
}

/* --- orders */

static void orders_that_do_not_go_together_are_refused(void **state)
{
    static const struct settings usual = { .phases = "a",
                                           .percent = "phases",
                                           .format_name = "json",
                                           .stall_after = 1 };

    (void)state;
    settings = usual;
    assert_null(settings_check());
    settings.learn = "-";
    assert_string_equal(settings_check(),
                        "--state and --learn need the name of a file");
    settings = usual;
    settings.state = "-";
    assert_string_equal(settings_check(),
                        "--state and --learn need the name of a file");
    settings = usual;
    settings.state = "s";
    settings.learn = "l";
    assert_null(settings_check());
    settings.percent = "time";
    assert_null(settings_check());
    settings.learn = NULL;
    assert_string_equal(settings_check(),
                        "--percent time needs --weights or --learn");
    settings = (struct settings){ 0 };
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_damaged_part_has_seen_nothing),
        cmocka_unit_test(what_is_no_state_of_this_plan_is_told),
        cmocka_unit_test(long_names_are_cut_in_sentences),
        cmocka_unit_test(an_actionset_is_read_with_what_is_odd),
        cmocka_unit_test(a_blueprint_may_have_any_name),
        cmocka_unit_test(a_newer_reading_may_know_less),
        cmocka_unit_test(what_runs_has_a_percent),
        cmocka_unit_test(the_later_of_two_times_stays),
        cmocka_unit_test(a_state_of_another_identity_is_told),
        cmocka_unit_test(too_many_functions_have_no_room),
        cmocka_unit_test(blueprints_are_found_whatever_they_are_called),
        cmocka_unit_test(a_long_name_that_is_there_twice_is_cut),
        cmocka_unit_test(a_blueprint_adds_no_phases_to_a_defer_phase),
        cmocka_unit_test(weights_of_defer_phases_alone_divide_nothing),
        cmocka_unit_test(a_mover_may_be_called_anything),
        cmocka_unit_test(the_end_changes_no_phase_that_has_ended),
        cmocka_unit_test(a_mover_at_its_end_is_held),
        cmocka_unit_test(orders_that_do_not_go_together_are_refused),
    };

    return cmocka_run_group_tests_name("phase kept", tests, NULL, NULL);
}
