#include "phase/blueprint.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "phase/actionset.h"
#include "phase/template.h"
#include "unit.h"

enum { TEXT_MAX = 1024 * 1024 };

#define DATA "tests/data/phase-agg/"

static struct buf text_of(const char *path)
{
    struct buf text = BUF_INIT(TEXT_MAX);

    assert_true(file_read(path, &text));
    return text;
}

/* The plan in one line: "backup(wiki-blueprint): a=KubeTask running 30.00". */
static void put_plan(struct buf *b, const struct plan *p)
{
    for (size_t i = 0; i < p->action_count; i++) {
        const struct action *a = &p->actions[i];

        buf_str(b, i > 0 ? "; " : "");
        buf_str(b, a->name);
        buf_char(b, '(');
        buf_str(b, a->blueprint != NULL ? a->blueprint : "");
        buf_str(b, "):");
        for (size_t j = 0; j < a->count + a->has_defer; j++) {
            const struct phase *phase = &p->phases[a->first + j];

            buf_str(b, phase->deferred ? " finally " : " ");
            buf_str(b, phase->name);
            buf_char(b, '=');
            buf_str(b, phase->function != NULL ? phase->function : "?");
            if (phase->known != NULL)
                buf_char(b, '!');
            if (phase->state != PHASE_PENDING) {
                buf_char(b, ' ');
                buf_str(b, phase_state_name(phase->state));
            }
        }
    }
}

/* What comes of a Blueprint's text, and of an ActionSet's if there is one: the
 * plan in one line, or the reason. */
static void assert_plan(const char *blueprint, size_t len, const char *action,
                        const char *actionset, const char *expected)
{
    struct buf line = BUF_INIT(TEXT_MAX);
    struct plan p = { 0 };
    struct blueprints b;

    if (!blueprints_read(&b, blueprint, len))
        buf_str(&line, b.why);
    else if (actionset != NULL
                 ? actionset_read(&p, actionset, strlen(actionset), &b)
                 : blueprints_plan(&b, &p, action))
        put_plan(&line, &p);
    else
        buf_str(&line, p.why);
    buf_char(&line, '\0');
    assert_string_equal(line.bytes, expected);
    plan_free(&p);
    blueprints_free(&b);
    buf_free(&line);
}

static void an_action_gives_its_phases_and_their_functions(void **state)
{
    struct buf text = text_of(DATA "blueprint.yaml");

    (void)state;
    assert_plan(text.bytes, text.len, "backup", NULL,
                "backup(wiki-blueprint): stopWriters=ScaleWorkload! "
                "copyFiles=KubeTask! checkFiles=KubeExec! "
                "finally startWriters=ScaleWorkload!");
    assert_plan(text.bytes, text.len, "restore", NULL,
                "restore(wiki-blueprint): copyBack=RestoreData!");
    assert_plan(text.bytes, text.len, "delete", NULL,
                "delete(wiki-blueprint): removeFiles=LocationDelete!");
    buf_free(&text);
}

/* Beside an action that is none of its own. */
#define BLUEPRINT(actions)                                                     \
    "kind: Blueprint\nmetadata: {name: b}\nactions: " actions "\n"
#define PHASES(phases) BLUEPRINT("{x: {phases: " phases "}}")

static void what_gives_no_plan_is_refused_with_the_reason(void **state)
{
    static const struct {
        const char *text, *action, *why;
    } rows[] = {
        { "", "x", "there is no object in it" },
        { "a b", "x", "there is no object in it" },
        { "kind: Secret\n---\nkind: ActionSet\n---\nkind: Secret\n", "x",
          "there is no Blueprint in it, but: Secret, ActionSet" },
        { "kind: Blueprint\nkind: Blueprint\n", "x",
          "line 2, column 1: the key \"kind\" is there twice" },
        { "{\"kind\":\"Blueprint\",", "x",
          "line 2, column 1: did not find expected node content while "
          "parsing a flow node" },
        { "kind: Blueprint\n", "x",
          "there is no action \"x\" in the Blueprint; its actions are: none" },
        { "kind: Blueprint\n", NULL,
          "name one of the actions of the Blueprint: none" },
        { BLUEPRINT("{b: {}, a: {}}"), "x",
          "there is no action \"x\" in the Blueprint; its actions are: a, b" },
        { BLUEPRINT("{b: {}, a: {}}"), NULL,
          "name one of the actions of the Blueprint: a, b" },
        { BLUEPRINT("[]"), "x",
          "there is no action \"x\" in the Blueprint; its actions are: none" },
        { BLUEPRINT("{x: }"), "x",
          "action \"x\": it has no phases in its Blueprint" },
        { PHASES("[]"), "x",
          "action \"x\": it has no phases in its Blueprint" },
        { PHASES("{a: b}"), "x",
          "action \"x\": it has no phases in its Blueprint" },
        { PHASES("[a]"), "x", "action \"x\": a phase has no name" },
        { PHASES("[{func: KubeTask}]"), "x",
          "action \"x\": a phase has no name" },
        { PHASES("[{name: no}]"), "x",
          "action \"x\": the name of a phase is no string" },
        { PHASES("[{name: ''}]"), "x", "a phase has an empty name" },
        { PHASES("[{name: a}, {name: a}]"), "x",
          "two phases of one action are named \"a\"" },
        { PHASES("[{name: '{{ .x }}'}]"), "x",
          "action \"x\": the name of a phase is a template; give what helm "
          "template makes of it" },
        { PHASES("[{name: {{ .x }}}]"), "x",
          "action \"x\": the name of a phase is a template; give what helm "
          "template makes of it" },
        { BLUEPRINT("{x: {}}") "---\n" BLUEPRINT("{x: {}, z: {}}"), "x",
          "several Blueprints have an action \"x\"; give one" },
        { BLUEPRINT("{x: {}}") "---\n" BLUEPRINT("{x: {}, z: {}}"), NULL,
          "name one of the actions of the Blueprint: x, x, z" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_plan(rows[i].text, strlen(rows[i].text), rows[i].action, NULL,
                    rows[i].why);
}

static void a_blueprint_may_be_json_or_stand_in_a_list(void **state)
{
    static const char json[] =
        "{\"kind\":\"Blueprint\",\"metadata\":{\"name\":\"b\"},\"actions\":"
        "{\"x\":{\"phases\":[{\"func\":\"Own\",\"name\":\"a\"}]}}}";
    static const char list[] =
        "kind: List\nitems:\n- kind: Secret\n- kind: Blueprint\n"
        "  actions:\n    x:\n      phases:\n      - name: a\n"
        "- kind: Blueprint\n  actions: {y: {}}\n";
    static const char crlf[] = "\xEF\xBB\xBFkind: Blueprint\r\nactions:\r\n"
                               "  x:\r\n    phases:\r\n    - name: a\r\n"
                               "      func: KubeOps\r\n";

    (void)state;
    assert_plan(json, sizeof json - 1, NULL, NULL, "x(b): a=Own");
    assert_plan(list, sizeof list - 1, "x", NULL, "x(): a=?");
    assert_plan(crlf, sizeof crlf - 1, NULL, NULL, "x(): a=KubeOps!");
}

static void names_have_a_ceiling(void **state)
{
    char text[4096], name[PLAN_NAME_MAX + 2];

    (void)state;
    memset(name, 'f', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(text, sizeof text, PHASES("[{name: a, func: %s}]"), name);
    assert_plan(text, strlen(text), NULL, NULL,
                "the name of a function has more than 1024 bytes");
    snprintf(text, sizeof text, PHASES("[{name: %s}]"), name);
    assert_plan(text, strlen(text), NULL, NULL,
                "a phase's name has more than 1024 bytes");
}

static void
an_actionset_without_a_status_has_the_phases_of_its_blueprint(void **state)
{
    struct buf blueprint = text_of(DATA "blueprint.yaml");
    struct buf fresh = text_of(DATA "fresh.yaml");
    struct plan p = { 0 };

    (void)state;
    buf_char(&fresh, '\0');
    assert_plan(blueprint.bytes, blueprint.len, NULL, fresh.bytes,
                "backup(wiki-blueprint): stopWriters=ScaleWorkload! "
                "copyFiles=KubeTask! checkFiles=KubeExec! "
                "finally startWriters=ScaleWorkload!; "
                "delete(wiki-blueprint): removeFiles=LocationDelete!");
    assert_false(actionset_read(&p, fresh.bytes, fresh.len - 1, NULL));
    assert_string_equal(p.why,
                        "it has no status.actions with phases yet, and "
                        "spec.actions gives only names: give its Blueprint "
                        "too");
    plan_free(&p);
    buf_free(&fresh);
    buf_free(&blueprint);
}

static void
an_actionset_keeps_its_phases_and_learns_their_functions(void **state)
{
    struct buf blueprint = text_of(DATA "blueprint.yaml");
    struct buf running = text_of(DATA "running.yaml");
    struct plan p = { 0 };

    (void)state;
    buf_char(&running, '\0');
    assert_plan(blueprint.bytes, blueprint.len, NULL, running.bytes,
                "backup(wiki-blueprint): "
                "stopWriters=ScaleWorkload! complete "
                "copyFiles=KubeTask! running checkFiles=KubeExec! "
                "finally startWriters=ScaleWorkload!");
    assert_true(actionset_read(&p, running.bytes, running.len - 1, NULL));
    assert_null(p.phases[1].function);
    assert_int_equal(p.phases[1].progress.percent, 3000);
    assert_int_equal(p.phases[1].progress.sizes[SIZE_UPLOADED], 50000);
    assert_string_equal(p.phases[1].since, "2023-02-20T12:49:00Z");
    assert_string_equal(p.since, "2023-02-20T12:48:55Z");
    assert_string_equal(p.uid, "5d0a3b9e-2b52-4c2e-9a0f-71f0a9f1c6ce");
    assert_string_equal(p.actions[0].blueprint, "wiki-blueprint");
    plan_free(&p);
    buf_free(&running);
    buf_free(&blueprint);
}

/* What comes of an ActionSet with this status and spec, beside two Blueprints,
 * one of which has no name. */
static void each_action_finds_its_own_blueprint(void **state)
{
    static const char two[] =
        "kind: Blueprint\nmetadata: {name: b}\n"
        "actions: {x: {phases: [{name: a, func: KubeTask}]}}\n---\n"
        "kind: Blueprint\nmetadata: {name: c}\n"
        "actions: {x: {phases: [{name: a, func: KubeExec}]}}\n";
    static const struct {
        const char *actionset, *expected;
    } rows[] = {
        { "spec: {actions: [{name: x, blueprint: c},"
          " {name: x, blueprint: b}]}",
          "x(c): a=KubeExec!; x(b): a=KubeTask!" },
        { "status: {actions: [{name: x, blueprint: d, phases: [{name: a}]},"
          " {name: x, blueprint: b, phases: [{name: a}, {name: z}]},"
          " {name: z, blueprint: b, phases: [{name: a}]}]}",
          "x(d): a=?; x(b): a=KubeTask! z=?; z(b): a=?" },
        { "status: {actions: [{name: x, blueprint: d, phases: [{name: a}]}]}",
          "action \"x\" runs by the Blueprint \"d\"; there is: b, c" },
        { "spec: {actions: [{name: x, blueprint: b},"
          " {name: x, blueprint: d}]}",
          "action \"x\" runs by the Blueprint \"d\"; there is: b, c" },
        { "spec: {actions: [{name: z, blueprint: b}]}",
          "there is no action \"z\" in the Blueprint; its actions are: x" },
        { "spec: {actions: [{blueprint: b}]}",
          "there is no action \"(no name)\" in the Blueprint; its actions "
          "are: x" },
        { "spec: {actions: [{name: x}]}",
          "action \"x\" runs by the Blueprint \"\"; there is: b, c" },
        { "status: {state: failed, actions: null}\n"
          "spec: {actions: [{name: x, blueprint: b}]}",
          "the ActionSet failed before it had any phase" },
        { "status: {state: pending, actions: null}\n"
          "spec: {actions: [{name: x, blueprint: b}]}",
          "x(b): a=KubeTask!" },
        { "spec: {actions: []}", "it has no actions" },
        { "metadata: {}", "it has no actions" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_plan(two, sizeof two - 1, NULL, rows[i].actionset,
                    rows[i].expected);
    assert_plan(PHASES("[{name: a}]"), strlen(PHASES("[{name: a}]")), NULL,
                rows[2].actionset,
                "action \"x\" runs by the Blueprint \"d\"; there is: b");
}

static void a_charts_templates_are_left_alone(void **state)
{
    struct buf text = text_of(DATA "chart.yaml");

    (void)state;
    assert_plan(text.bytes, text.len, "backup", NULL,
                "backup(): copyFiles=KubeTask! checkFiles=?");
    /* its own name is not known before helm has made one */
    assert_plan(text.bytes, text.len, NULL,
                "spec: {actions: [{name: backup, blueprint: wiki}]}",
                "backup(wiki): copyFiles=KubeTask! checkFiles=?");
    buf_free(&text);
}

static void a_template_that_may_decide_on_phases_is_refused(void **state)
{
    static const char lone[] =
        "kind: Blueprint\nactions:\n  x:\n    phases:\n    - name: a\n"
        "    {{- if .Values.more }}\n    - name: b\n    {{- end }}\n";
    static const char whole[] = "kind: Blueprint\nactions:\n"
                                "  x:\n    phases: {{ .Values.phases }}\n";
    static const char other[] = "kind: Blueprint\nx: {{ .y }}\n\tz: 1\n";

    (void)state;
    assert_plan(lone, sizeof lone - 1, NULL, NULL,
                "line 7, column 5: could not find expected ':' while scanning "
                "a simple key; if its templates are Helm's, give what helm "
                "template makes of it");
    assert_plan(whole, sizeof whole - 1, NULL, NULL,
                "action \"x\": it has no phases in its Blueprint");
    assert_plan(other, sizeof other - 1, NULL, NULL,
                "line 3, column 1: a tab where only spaces may be; if its "
                "templates are Helm's, give what helm template makes of it");
}

static void templates_hide_by_these_rules(void **state)
{
    static const struct {
        const char *text, *hidden; /* "#" for each sign */
    } rows[] = {
        { "", "" },
        { "a: b\n", "a: b\n" },
        { "a: {{b}}\n", "a: #####\n" },
        { "a: {{b}}-c{{d}}", "a: #####-c#####" },
        { "a: \"{{ \"}}\" }}\"", "a: \"##########\"" },
        { "a: {{ `}}` }}", "a: ##########" },
        { "a: {{/* }} */}}", "a: ############" },
        { "a: {{ \"\\\"}}\" }}", "a: ############" },
        { "a: {{ \xC3\xA9 }}", "a: #######" },
        { "a: {{ b\n c }}", "a: ####\n#####" },
        { "a: {{ b", "a: {{ b" },
        { "a: {{ \"b }}", "a: {{ \"b }}" },
        { "a: {{ {{b}}", "a: {{ #####" },
        { "a: {b: {c: d}}", "a: {b: {c: d}}" },
        { "{{ if x }}\na: b\n{{ end }}\n", "          \na: b\n         \n" },
        { "{{ if x }} {{ y }}\r\na: 1", "                   \na: 1" },
        { " {{/* a\n b */}}\n", "       \n       \n" },
        { "actions:\n  {{x}}\n", "actions:\n  #####\n" },
        { "actions:\n{{- end}}\n", "actions:\n         \n" },
        { "actions:\n  {{end}}\n", "actions:\n  #######\n" },
        { "actions:\n{{if}}\n# c\n- d\n{{if}}\n",
          "actions:\n######\n# c\n- d\n######\n" },
        { "actions:\n  a: 1\nb:\n  {{x}}\n",
          "actions:\n  a: 1\nb:\n       \n" },
        { "actions:\n---\n{{x}}\n", "actions:\n---\n     \n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf out = BUF_INIT(TEXT_MAX), plain = BUF_INIT(TEXT_MAX);

        template_hide(&out, rows[i].text, strlen(rows[i].text));
        assert_false(out.failed);
        for (size_t j = 0; j < out.len; j++)
            if (memcmp(out.bytes + j, "\xEE", 1) == 0) {
                assert_true(template_is_in(out.bytes + j, 3));
                buf_char(&plain, '#');
                j += 2;
            } else {
                buf_char(&plain, out.bytes[j]);
            }
        buf_char(&plain, '\0');
        assert_string_equal(plain.bytes, rows[i].hidden);
        buf_free(&out);
        buf_free(&plain);
    }
}

static void any_bytes_give_a_plan_or_a_reason(void **state)
{
    static const char *const paths[] = { DATA "blueprint.yaml",
                                         DATA "chart.yaml",
                                         DATA "running.yaml" };
    static const char special[] = "{}[]&*!|>-:?#%@`'\"\n\t ,<\\/";
    bool slow = getenv("PHASEPIPE_WRAP") != NULL;

    (void)state;
    srand(13);
    for (int i = 0; i < (slow ? 60 : 3000); i++) {
        struct buf text = text_of(paths[i % 3]);
        struct plan p = { 0 };
        struct blueprints b;

        for (int j = rand() % 6; j >= 0; j--)
            text.bytes[(size_t)rand() % text.len] =
                rand() % 4 ? special[(size_t)rand() % (sizeof special - 1)]
                           : (char)rand();
        if (rand() % 3 == 0)
            text.len = (size_t)rand() % text.len;
        if (!blueprints_read(&b, text.bytes, text.len))
            assert_true(b.why[0] != '\0');
        else if (!blueprints_plan(&b, &p, "backup"))
            assert_true(p.why[0] != '\0');
        else
            assert_true(p.phase_count > 0);
        plan_free(&p);
        if (!actionset_read(&p, text.bytes, text.len, NULL))
            assert_true(p.why[0] != '\0');
        plan_free(&p);
        blueprints_free(&b);
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_action_gives_its_phases_and_their_functions),
        cmocka_unit_test(what_gives_no_plan_is_refused_with_the_reason),
        cmocka_unit_test(a_blueprint_may_be_json_or_stand_in_a_list),
        cmocka_unit_test(names_have_a_ceiling),
        cmocka_unit_test(
            an_actionset_without_a_status_has_the_phases_of_its_blueprint),
        cmocka_unit_test(
            an_actionset_keeps_its_phases_and_learns_their_functions),
        cmocka_unit_test(each_action_finds_its_own_blueprint),
        cmocka_unit_test(a_charts_templates_are_left_alone),
        cmocka_unit_test(a_template_that_may_decide_on_phases_is_refused),
        cmocka_unit_test(templates_hide_by_these_rules),
        cmocka_unit_test(any_bytes_give_a_plan_or_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
