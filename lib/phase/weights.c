#include "phase/weights.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "base/scan.h"

/* Where the reading is. */
struct reader {
    struct plan *plan;
    const struct scan_value *action; /* its name; NULL: all actions */
    int64_t index;       /* of the action, where none has that name; -1 */
    const char *section; /* "phases" or "steps" */
};

typedef bool visit(struct reader *r, const struct scan_value *key, jv value);

static bool refuse(struct reader *r, const struct scan_value *key,
                   const char *why)
{
    char action[256] = "";

    if (r->action != NULL)
        snprintf(action, sizeof action, "action \"%.*s\": ",
                 r->action->len < 200 ? (int)r->action->len : 200,
                 r->action->text);
    snprintf(r->plan->why, sizeof r->plan->why, "%s%s%s\"%.*s\": %s", action,
             r->section != NULL ? r->section : "",
             r->section != NULL ? ": " : "",
             key->len < 200 ? (int)key->len : 200, key->text, why);
    return false;
}

/* Calls SEE for the members of OBJECT, which it borrows, until one is false. */
static bool each(struct reader *r, jv object, visit *see)
{
    bool good = true;

    for (int i = jv_object_iter(object);
         good && jv_object_iter_valid(object, i);
         i = jv_object_iter_next(object, i)) {
        jv name = jv_object_iter_key(object, i);
        jv value = jv_object_iter_value(object, i);
        struct scan_value key = scan_value_of(name);

        good = see(r, &key, value);
        jv_free(name);
        jv_free(value);
    }
    return good;
}

static bool read_weight(struct reader *r, const struct scan_value *key,
                        jv value, int64_t *weight)
{
    struct scan_value v = scan_value_of(value);

    *weight = v.kind == SCAN_NUMBER ? progress_count(&v) : COUNT_UNKNOWN;
    return (*weight >= 0 && *weight <= WEIGHTS_LARGEST) ||
           refuse(r, key, "a weight is a whole number from 0 to 1000000");
}

static bool is_named(const struct action *a, const struct scan_value *name)
{
    return a->name != NULL && a->name_len == name->len &&
           memcmp(a->name, name->text, name->len) == 0;
}

static bool is_meant(const struct reader *r, size_t action)
{
    if (r->index >= 0)
        return action == (size_t)r->index;
    return r->action == NULL || is_named(&r->plan->actions[action], r->action);
}

/* The phase NAME of the action INDEX, where the reading is about that; NULL. */
static struct phase *find(const struct reader *r, size_t index,
                          const struct scan_value *name)
{
    return is_meant(r, index) ? plan_find(r->plan, index, name->text, name->len)
                              : NULL;
}

static bool see_phase(struct reader *r, const struct scan_value *key, jv value)
{
    bool found = false, counts = false;
    int64_t weight;

    if (!read_weight(r, key, value, &weight))
        return false;
    for (size_t i = 0; i < r->plan->action_count; i++) {
        struct phase *phase = find(r, i, key);

        if (phase == NULL)
            continue;
        found = true;
        if (!phase->deferred) {
            counts = true;
            phase->weight = weight;
        }
    }
    if (!found)
        return refuse(r, key, "there is no such phase");
    r->plan->weighted = true;
    return counts || refuse(r, key, "a defer phase does not count");
}

static bool read_steps(struct reader *r, const struct scan_value *key, jv steps,
                       int64_t weights[static STEPS])
{
    int64_t sum = 0;
    int known = 0;

    for (enum step s = 0; s < STEPS; s++) {
        jv value = json_get(steps, steps_name(s));
        bool given = jv_is_valid(value);
        bool good = !given || read_weight(r, key, value, &weights[s]);

        jv_free(value);
        if (!good)
            return false;
        known += given;
        sum += weights[s];
    }
    if (known < jv_object_length(jv_copy(steps)))
        return refuse(r, key,
                      "the steps are prerequisites, execution and "
                      "cleanup");
    return sum > 0 || refuse(r, key, "all its steps have the weight 0");
}

static bool see_steps(struct reader *r, const struct scan_value *key, jv value)
{
    int64_t weights[STEPS] = { 1, 1, 1 };
    bool found = false;

    if (jv_get_kind(value) != JV_KIND_OBJECT)
        return refuse(r, key, "this is no object");
    if (!read_steps(r, key, value, weights))
        return false;
    for (size_t i = 0; i < r->plan->action_count; i++) {
        struct phase *phase = find(r, i, key);

        if (phase == NULL)
            continue;
        found = true;
        memcpy(phase->weights, weights, sizeof weights);
    }
    return found || refuse(r, key, "there is no such phase");
}

static const struct scan_word members[] = {
    SCAN_WORD("phases"), SCAN_WORD("steps"),
    SCAN_WORD("actions"), /* of the root alone */
};

static bool see_member(struct reader *r, const struct scan_value *key, jv value)
{
    size_t known = r->action == NULL ? 3 : 2;

    (void)value;
    return scan_find(key, members, known) < known ||
           refuse(r, key, "there is no such member");
}

/* Calls SEE for what stands under NAME in OBJECT, if anything does. */
static bool read_section(struct reader *r, jv object, const char *name,
                         visit *see)
{
    struct scan_value key = { .text = name, .len = strlen(name) };
    jv section = json_get(object, name);
    bool good = !jv_is_valid(section);

    if (jv_get_kind(section) == JV_KIND_OBJECT) {
        r->section = name;
        good = each(r, section, see);
        r->section = NULL;
    } else if (!good) {
        refuse(r, &key, "this is no object");
    }
    jv_free(section);
    return good;
}

static bool read_sections(struct reader *r, jv object)
{
    return each(r, object, see_member) &&
           read_section(r, object, "phases", see_phase) &&
           read_section(r, object, "steps", see_steps);
}

static bool see_action(struct reader *r, const struct scan_value *key, jv value)
{
    struct reader inside = { .plan = r->plan, .action = key, .index = -1 };
    bool found = false;

    if (jv_get_kind(value) != JV_KIND_OBJECT)
        return refuse(r, key, "this is no object");
    for (size_t i = 0; i < r->plan->action_count; i++)
        found |= is_named(&r->plan->actions[i], key);
    if (!found && (!num_int(key->text, key->len, &inside.index) ||
                   (uint64_t)inside.index >= r->plan->action_count))
        return true; /* another ActionSet's */
    return read_sections(&inside, value);
}

/* Whether anything is left to be divided by. */
static bool weighs_anything(struct plan *plan)
{
    bool counts = false;

    for (size_t i = 0; i < plan->phase_count; i++) {
        const struct phase *phase = &plan->phases[i];

        if (!phase->deferred && phase->weight > 0)
            return true;
        counts |= !phase->deferred;
    }
    if (counts)
        snprintf(plan->why, sizeof plan->why, "all phases have the weight 0");
    return !counts;
}

bool weights_read(struct plan *plan, jv root)
{
    struct reader r = { .plan = plan, .index = -1 };

    if (jv_get_kind(root) != JV_KIND_OBJECT) {
        snprintf(plan->why, sizeof plan->why, "this is not one object");
        return false;
    }
    return read_sections(&r, root) &&
           read_section(&r, root, "actions", see_action) &&
           weighs_anything(plan);
}
