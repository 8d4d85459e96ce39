#include "phase/blueprint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "phase/manifest.h"
#include "phase/template.h"

/* Hiding makes three bytes of one. */
enum { HIDDEN_MAX = 16 * 1024 * 1024 };

/* Appends TEXT to a reason; what does not fit is cut off. */
static void add(char why[static PLAN_WHY_MAX], const char *text)
{
    size_t used = strlen(why);

    snprintf(why + used, PLAN_WHY_MAX - used, "%s", text);
}

/* Reads TEXT again, into M, with its templates hidden. */
static bool read_hidden(struct manifest *m, const char *text, size_t len)
{
    static const char hint[] =
        "; if its templates are Helm's, give what helm template makes of it";
    struct buf hidden = BUF_INIT(HIDDEN_MAX);
    struct manifest seen = { .objects = jv_null() };
    bool good = false;

    template_hide(&hidden, text, len);
    if (hidden.failed)
        errno = ENOMEM;
    else
        good = manifest_read(&seen, hidden.bytes, hidden.len, "Blueprint");
    if (!good && seen.why[0] != '\0')
        add(seen.why, hint);
    buf_free(&hidden);
    manifest_free(m);
    *m = seen;
    return good;
}

bool blueprints_read(struct blueprints *b, const char *text, size_t len)
{
    struct manifest m;
    bool good = manifest_read(&m, text, len, "Blueprint");

    /* most templates stand in strings; only where the text is no YAML are they
     * looked at */
    if (!m.parsed && m.why[0] != '\0' && template_is_in(text, len))
        good = read_hidden(&m, text, len);
    *b = (struct blueprints){ .all = jv_copy(m.objects) };
    memcpy(b->why, m.why, sizeof b->why);
    manifest_free(&m);
    return good;
}

void blueprints_free(struct blueprints *b)
{
    jv_free(b->all);
    b->all = jv_null();
}

/* A name as a sentence can bear it. */
static int shown(const struct scan_value *name)
{
    return name->len < 200 ? (int)name->len : 200;
}

static struct scan_value value_of(const char *text)
{
    return (struct scan_value){ .kind = SCAN_STRING,
                                .text = text,
                                .len = strlen(text) };
}

static const char *name_of(const struct action *a)
{
    return a->name != NULL ? a->name : "(no name)";
}

static bool is_name(const struct scan_value *v)
{
    return v->kind == SCAN_STRING && v->len > 0 &&
           !template_is_in(v->text, v->len);
}

/* Appends NAME to the sentence that ends with a colon, or with other names. */
static void list(struct plan *p, const struct scan_value *name)
{
    size_t used = strlen(p->why);
    bool first = used > 1 && p->why[used - 2] == ':';

    snprintf(p->why + used, sizeof p->why - used, "%s%.*s", first ? "" : ", ",
             shown(name), name->text);
}

static void list_all(struct plan *p, jv names)
{
    for (int i = 0; i < jv_array_length(jv_copy(names)); i++) {
        jv name = jv_array_get(jv_copy(names), i);
        struct scan_value v = scan_value_of(name);

        list(p, &v);
        jv_free(name);
    }
    if (jv_array_length(jv_copy(names)) == 0)
        list(p, &(struct scan_value){ .text = "none", .len = 4 });
}

/* The names of the actions of BLUEPRINT (borrowed), in alphabetical order. */
static jv action_names(jv blueprint)
{
    jv actions = json_get(blueprint, "actions");

    if (jv_get_kind(actions) == JV_KIND_OBJECT)
        return jv_keys(actions);
    jv_free(actions);
    return jv_array();
}

/* The action NAME of BLUEPRINT (borrowed); invalid. */
static jv action_of(jv blueprint, const struct scan_value *name)
{
    jv actions = json_get(blueprint, "actions");
    jv action = jv_get_kind(actions) == JV_KIND_OBJECT
                    ? jv_object_get(jv_copy(actions),
                                    jv_string_sized(name->text, (int)name->len))
                    : jv_invalid();

    jv_free(actions);
    return action;
}

/* --- from an action of a Blueprint to the last action of a plan */

static bool refuse_phase(struct plan *p, const struct action *a,
                         const char *what)
{
    snprintf(p->why, sizeof p->why, "action \"%.200s\": %s", name_of(a), what);
    return false;
}

/* Says which function PHASE runs, where OBJECT says it. */
static bool set_function(struct plan *p, struct phase *phase, jv object)
{
    struct scan_value function = manifest_value(object, "func");

    if (!is_name(&function) ||
        phase_set_function(phase, function.text, function.len))
        return true;
    if (errno == EMSGSIZE)
        snprintf(p->why, sizeof p->why,
                 "the name of a function has more than %d bytes",
                 PLAN_NAME_MAX);
    return false;
}

/* Adds the phase that OBJECT is, or gives one that is there its function. */
static bool take_phase(struct plan *p, jv object, bool adds, bool deferred)
{
    struct scan_value name = manifest_value(object, "name");
    const struct action *a = &p->actions[p->action_count - 1];
    struct phase *phase;

    if (name.kind != SCAN_STRING)
        return refuse_phase(p, a,
                            name.kind == SCAN_NULL
                                ? "a phase has no name"
                                : "the name of a phase is no string");
    if (template_is_in(name.text, name.len))
        return refuse_phase(p, a,
                            "the name of a phase is a template; give "
                            "what helm template makes of it");
    phase = adds ? plan_add_phase(p, name.text, name.len, deferred)
                 : plan_find(p, p->action_count - 1, name.text, name.len);
    if (phase == NULL) /* where it was looked for it may be missing */
        return !adds;
    return set_function(p, phase, object);
}

static bool take_phases(struct plan *p, jv phases, bool adds)
{
    const struct action *a = &p->actions[p->action_count - 1];
    bool good = true;

    if (jv_get_kind(phases) != JV_KIND_ARRAY ||
        jv_array_length(jv_copy(phases)) == 0)
        return refuse_phase(p, a, "it has no phases in its Blueprint");
    for (int i = 0; good && i < jv_array_length(jv_copy(phases)); i++) {
        jv phase = jv_array_get(jv_copy(phases), i);

        good = take_phase(p, phase, adds, false);
        jv_free(phase);
    }
    return good;
}

/* Gives the last action of P what ACTION (borrowed) says. */
static enum fill fill(struct plan *p, jv action)
{
    const struct action *a = &p->actions[p->action_count - 1];
    bool adds = a->count == 0 && !a->has_defer;
    jv phases = json_get(action, "phases");
    jv deferred = json_get(action, "deferPhase");
    bool good = take_phases(p, phases, adds) &&
                (jv_get_kind(deferred) != JV_KIND_OBJECT ||
                 take_phase(p, deferred, adds, true));

    jv_free(phases);
    jv_free(deferred);
    return good ? FILL_DONE : FILL_FAILED;
}

/* --- which Blueprint */

/* The Blueprint called NAME, or the one that is there where it is the only one
 * and nobody knows what it is called; invalid. */
static jv find_blueprint(const struct blueprints *b, const char *name)
{
    int count = jv_array_length(jv_copy(b->all));

    for (int i = 0; i < count; i++) {
        jv blueprint = jv_array_get(jv_copy(b->all), i);
        struct scan_value called = manifest_metadata(blueprint, "name");

        if (name != NULL && called.kind == SCAN_STRING &&
            called.len == strlen(name) &&
            memcmp(called.text, name, called.len) == 0)
            return blueprint;
        if (count == 1 && (name == NULL || !is_name(&called)))
            return blueprint;
        jv_free(blueprint);
    }
    return jv_invalid();
}

/* Says that the Blueprint of A is none of those. */
static void say_other(const struct blueprints *b, struct plan *p,
                      const struct action *a)
{
    snprintf(p->why, sizeof p->why,
             "action \"%.200s\" runs by the Blueprint \"%.200s\"; there is: ",
             name_of(a), a->blueprint != NULL ? a->blueprint : "");
    for (int i = 0; i < jv_array_length(jv_copy(b->all)); i++) {
        jv blueprint = jv_array_get(jv_copy(b->all), i);
        struct scan_value name = manifest_metadata(blueprint, "name");

        if (name.kind != SCAN_STRING)
            name = value_of("(no name)");
        list(p, &name);
        jv_free(blueprint);
    }
}

/* Says that none of NAMES, which is consumed, is the action called NAME. */
static void say_no_action(struct plan *p, jv names, const char *name)
{
    snprintf(p->why, sizeof p->why,
             "there is no action \"%.200s\" in the Blueprint; its actions "
             "are: ",
             name);
    list_all(p, names);
    jv_free(names);
}

enum fill blueprints_fill(const struct blueprints *b, struct plan *p)
{
    const struct action *a = &p->actions[p->action_count - 1];
    struct scan_value name = value_of(name_of(a));
    jv blueprint = find_blueprint(b, a->blueprint);
    jv action = action_of(blueprint, &name);
    enum fill done = FILL_NOTHING;

    if (jv_is_valid(action))
        done = fill(p, action);
    else if (jv_is_valid(blueprint))
        say_no_action(p, action_names(blueprint), name.text);
    else
        say_other(b, p, a);
    jv_free(action);
    jv_free(blueprint);
    return done;
}

/* --- a plan out of Blueprints alone */

/* The names of the actions of all of them. */
static jv all_action_names(const struct blueprints *b)
{
    jv names = jv_array();

    for (int i = 0; i < jv_array_length(jv_copy(b->all)); i++) {
        jv blueprint = jv_array_get(jv_copy(b->all), i);

        names = jv_array_concat(names, action_names(blueprint));
        jv_free(blueprint);
    }
    return names;
}

/* How many of the Blueprints have the action NAME; *FOUND is the last of them,
 * or invalid. */
static int count_with(const struct blueprints *b, const char *name, jv *found)
{
    struct scan_value wanted = value_of(name);
    int with = 0;

    *found = jv_invalid();
    for (int i = 0; i < jv_array_length(jv_copy(b->all)); i++) {
        jv blueprint = jv_array_get(jv_copy(b->all), i);
        jv action = action_of(blueprint, &wanted);

        if (jv_is_valid(action)) {
            jv_free(*found);
            *found = jv_copy(blueprint);
            with++;
        }
        jv_free(action);
        jv_free(blueprint);
    }
    return with;
}

/* The name of the only action that there is; invalid, with the reason in P. */
static jv only_action(const struct blueprints *b, struct plan *p)
{
    jv names = all_action_names(b);

    if (jv_array_length(jv_copy(names)) == 1)
        return jv_array_get(names, 0);
    snprintf(p->why, sizeof p->why,
             "name one of the actions of the Blueprint: ");
    list_all(p, names);
    jv_free(names);
    return jv_invalid();
}

/* Adds the action NAME of BLUEPRINT (borrowed). */
static bool add_action(struct plan *p, jv blueprint, const char *name)
{
    struct scan_value called = manifest_metadata(blueprint, "name");
    struct scan_value wanted = value_of(name);
    jv action = action_of(blueprint, &wanted);
    bool good = plan_add_action(p, wanted.text, wanted.len);

    if (good && is_name(&called) && called.len <= PLAN_NAME_MAX)
        good = action_set_blueprint(&p->actions[0], called.text, called.len);
    good = good && fill(p, action) == FILL_DONE;
    jv_free(action);
    return good;
}

static bool plan_action(const struct blueprints *b, struct plan *p,
                        const char *name)
{
    jv blueprint;
    int with = count_with(b, name, &blueprint);
    bool good = false;

    if (with == 1)
        good = add_action(p, blueprint, name);
    else if (with > 1)
        snprintf(p->why, sizeof p->why,
                 "several Blueprints have an action \"%.200s\"; give one",
                 name);
    else
        say_no_action(p, all_action_names(b), name);
    jv_free(blueprint);
    return good;
}

bool blueprints_plan(const struct blueprints *b, struct plan *p,
                     const char *action)
{
    jv only = action == NULL ? only_action(b, p) : jv_null();
    bool good =
        jv_is_valid(only) &&
        plan_action(b, p, action != NULL ? action : jv_string_value(only));

    jv_free(only);
    return good;
}
