/*
 * YAML where memory runs out: this program's functions stand in front of
 * libyaml's, and fail as those do when the test says so.
 */
#include "base/yaml.h"

#include <dlfcn.h>
#include <errno.h>

#include "phase/actionset.h"
#include "unit.h"

static int failing; /* the call of yaml_parser_parse() that fails; 0: none */
static bool no_parser;

int yaml_parser_initialize(yaml_parser_t *parser)
{
    int (*real)(yaml_parser_t *);

    *(void **)&real = dlsym(RTLD_NEXT, "yaml_parser_initialize");
    if (!no_parser)
        return real(parser);
    memset(parser, 0, sizeof *parser);
    return 0;
}

int yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
    int (*real)(yaml_parser_t *, yaml_event_t *);

    *(void **)&real = dlsym(RTLD_NEXT, "yaml_parser_parse");
    if (failing == 0 || --failing > 0)
        return real(parser, event);
    memset(event, 0, sizeof *event);
    parser->error = YAML_MEMORY_ERROR;
    return 0;
}

static const char actionset[] =
    "kind: ActionSet\nstatus:\n  actions:\n  - &a {name: x, blueprint: b}\n"
    "  - <<: *a\n    phases: [{name: a, state: running}]\n";
static const char blueprint[] =
    "kind: Blueprint\nmetadata: {name: b}\n"
    "actions: {x: {phases: [{name: a, args: {{ .x }}}]}}\n";

static void no_memory_is_told_wherever_it_is_missing(void **state)
{
    int calls = 0;

    (void)state;
    for (bool good = false; !good; calls++) {
        struct blueprints b;
        struct plan p = { 0 };

        failing = calls + 1;
        errno = 0;
        good = blueprints_read(&b, blueprint, sizeof blueprint - 1);
        assert_true(good || errno == ENOMEM);
        assert_string_equal(b.why, "");
        if (good && failing > 0) {
            good = actionset_read(&p, actionset, sizeof actionset - 1, &b);
            assert_true(good || errno == ENOMEM);
            assert_string_equal(p.why, "");
        }
        plan_free(&p);
        blueprints_free(&b);
    }
    assert_true(calls > 60);
    failing = 0;
}

static void a_parser_that_cannot_begin_is_told(void **state)
{
    struct plan p = { 0 };

    (void)state;
    no_parser = true;
    errno = 0;
    assert_false(actionset_read(&p, actionset, sizeof actionset - 1, NULL));
    assert_int_equal(errno, ENOMEM);
    assert_string_equal(p.why, "");
    plan_free(&p);
    errno = 0;
    assert_false(actionset_read(&p, "{}", 2, NULL));
    assert_int_equal(errno, ENOMEM);
    plan_free(&p);
    no_parser = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_memory_is_told_wherever_it_is_missing),
        cmocka_unit_test(a_parser_that_cannot_begin_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
