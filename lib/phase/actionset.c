#include "phase/actionset.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/scan.h"
#include "phase/manifest.h"

static const char phaseless[] =
    "it has no status.actions with phases yet, and spec.actions gives only "
    "names: give its Blueprint too";

static bool refuse(struct plan *p, const char *why)
{
    snprintf(p->why, sizeof p->why, "%s", why);
    return false;
}

/* progress.lastTransitionTime as we write it; nothing where it is no time. */
static void read_since(jv progress, char since[static CLOCK_TEXT])
{
    struct scan_value v = manifest_value(progress, "lastTransitionTime");
    int64_t wall;

    if (v.kind == SCAN_STRING && clock_parse(v.text, v.len, &wall))
        clock_format(wall, since);
}

static void see_member(void *arg, const struct scan_value *key,
                       const struct scan_value *value)
{
    (void)progress_set(arg, key, value);
}

/* As the design document of Kanister spells them in its example. */
static void read_old_sizes(jv object, struct progress *progress)
{
    struct scan_value uploaded = manifest_value(object, "sizeUploaded");
    struct scan_value estimate = manifest_value(object, "estimatedUploadSize");

    if (progress->sizes[SIZE_UPLOADED] < 0)
        progress->sizes[SIZE_UPLOADED] = progress_count(&uploaded);
    if (progress->sizes[SIZE_UPLOAD_ESTIMATE] < 0)
        progress->sizes[SIZE_UPLOAD_ESTIMATE] = progress_count(&estimate);
}

static void read_progress(jv object, struct phase *phase)
{
    struct progress *progress = &phase->progress;

    if (phase->state == PHASE_PENDING)
        return;
    scan_members(object, see_member, progress);
    read_old_sizes(object, progress);
    read_since(object, phase->since);
    if (phase->state == PHASE_COMPLETE) {
        progress->percent = PERCENT_WHOLE;
        progress->seconds = COUNT_UNKNOWN;
        return;
    }
    if (progress->percent >= PERCENT_WHOLE)
        progress->percent = PERCENT_UNKNOWN;
    if (progress->percent > PERCENT_HELD)
        progress->percent = PERCENT_HELD;
    if (progress->percent < 0 && (phase->state == PHASE_RUNNING ||
                                  !progress_equal(progress, &progress_unknown)))
        progress->percent = 0;
    phase->basis = BASIS_GIVEN;
}

static bool read_state(struct plan *p, jv object, struct phase *phase)
{
    struct scan_value state = manifest_value(object, "state");

    /* an empty one is what Go writes for a phase that it has not touched */
    if (state.kind == SCAN_NULL || (state.kind == SCAN_STRING && !state.len))
        return true;
    phase->state = phase_state_of(&state);
    if (phase->state != PHASE_NO_STATE)
        return true;
    snprintf(p->why, sizeof p->why,
             "the state of phase \"%.200s\" is none of pending, running, "
             "failed and complete",
             phase->name);
    return false;
}

static bool read_phase(struct plan *p, jv object, bool deferred)
{
    struct scan_value name = manifest_value(object, "name");
    struct phase *phase;
    jv progress;

    if (name.kind != SCAN_STRING)
        return refuse(p, name.kind == SCAN_NULL
                             ? "a phase has no name"
                             : "the name of a phase is no string");
    phase = plan_add_phase(p, name.text, name.len, deferred);
    if (phase == NULL || !read_state(p, object, phase))
        return false;
    progress = json_get(object, "progress");
    read_progress(progress, phase);
    jv_free(progress);
    return true;
}

static bool read_phases(struct plan *p, jv phases)
{
    bool good = true;

    if (jv_get_kind(phases) != JV_KIND_ARRAY)
        return true;
    for (int i = 0; good && i < jv_array_length(jv_copy(phases)); i++) {
        jv phase = jv_array_get(jv_copy(phases), i);

        good = read_phase(p, phase, false);
        jv_free(phase);
    }
    return good;
}

/* An ActionSet while it is read. */
struct reading {
    struct plan *p;
    const struct blueprints *b; /* may be NULL */
    size_t filled;              /* actions of which a Blueprint is known */
};

/* Gives the last action what its Blueprint says.  An action that has phases
 * does without: nobody knows their functions then. */
static bool read_blueprint(struct reading *r, const struct scan_value *name)
{
    struct action *a = &r->p->actions[r->p->action_count - 1];
    enum fill filled;

    if (name->kind == SCAN_STRING &&
        !action_set_blueprint(a, name->text, name->len))
        return errno == EMSGSIZE &&
               refuse(r->p, "the name of a Blueprint is too long");
    if (r->b == NULL)
        return true;
    filled = blueprints_fill(r->b, r->p);
    r->filled += filled == FILL_DONE;
    return filled == FILL_DONE || (filled == FILL_NOTHING && a->count > 0);
}

static bool read_action(struct reading *r, jv object)
{
    struct scan_value name = manifest_value(object, "name");
    struct scan_value blueprint = manifest_value(object, "blueprint");
    jv phases = json_get(object, "phases");
    jv deferred = json_get(object, "deferPhase");
    struct scan_value defer_name = manifest_value(deferred, "name");
    /* Go writes an empty one where the blueprint has none */
    bool has_defer = defer_name.kind == SCAN_STRING && defer_name.len > 0;
    bool good = name.kind == SCAN_STRING
                    ? plan_add_action(r->p, name.text, name.len)
                    : plan_add_action(r->p, NULL, 0);

    good = good && read_phases(r->p, phases) &&
           (!has_defer || read_phase(r->p, deferred, true)) &&
           read_blueprint(r, &blueprint);
    jv_free(phases);
    jv_free(deferred);
    return good;
}

/* Reads all of ACTIONS (borrowed); false also where no action runs by any of
 * the Blueprints that were given, with the last action's reason. */
static bool read_actions(struct reading *r, jv actions)
{
    bool good = true;

    for (int i = 0; good && i < jv_array_length(jv_copy(actions)); i++) {
        jv action = jv_array_get(jv_copy(actions), i);

        good = read_action(r, action);
        jv_free(action);
    }
    if (good && (r->b == NULL || r->filled > 0))
        r->p->why[0] = '\0';
    else
        good = false;
    return good;
}

static bool is_filled_array(jv v)
{
    return jv_get_kind(v) == JV_KIND_ARRAY && jv_array_length(jv_copy(v)) > 0;
}

/* The actions of an ActionSet (borrowed) with their phases: those of its
 * status, or where a Blueprint can tell the phases, of its spec; invalid. */
static jv actions_of(struct reading *r, jv object)
{
    jv status = json_get(object, "status");
    jv spec = json_get(object, "spec");
    struct scan_value state = manifest_value(status, "state");
    jv actions = json_get(status, "actions");

    if (!is_filled_array(actions)) {
        jv_free(actions);
        actions = json_get(spec, "actions");
        if (phase_state_of(&state) == PHASE_FAILED)
            refuse(r->p, "the ActionSet failed before it had any phase");
        else if (r->b == NULL)
            refuse(r->p, phaseless);
        else if (!is_filled_array(actions))
            refuse(r->p, "it has no actions");
    }
    jv_free(spec);
    jv_free(status);
    if (r->p->why[0] == '\0')
        return actions;
    jv_free(actions);
    return jv_invalid();
}

static bool read_object(struct reading *r, jv object)
{
    struct scan_value uid = manifest_metadata(object, "uid");
    jv status = json_get(object, "status");
    jv progress = json_get(status, "progress");
    jv actions = actions_of(r, object);
    bool good = jv_is_valid(actions) && read_actions(r, actions) &&
                (r->p->phase_count > 0 || refuse(r->p, phaseless));

    read_since(progress, r->p->since);
    if (uid.len > 0 && uid.len < sizeof r->p->uid)
        memcpy(r->p->uid, uid.text, uid.len); /* the plan was empty */
    jv_free(actions);
    jv_free(progress);
    jv_free(status);
    return good;
}

bool actionset_read(struct plan *p, const char *text, size_t len,
                    const struct blueprints *b)
{
    struct reading r = { .p = p, .b = b };
    struct manifest m;
    bool good = false;

    if (!manifest_read(&m, text, len, "ActionSet")) {
        refuse(p, m.why);
    } else if (jv_array_length(jv_copy(m.objects)) > 1) {
        refuse(p, "there are several ActionSets in it; give one");
    } else {
        jv object = jv_array_get(jv_copy(m.objects), 0);

        good = read_object(&r, object);
        jv_free(object);
    }
    manifest_free(&m);
    return good;
}
