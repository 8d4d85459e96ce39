#include "phase/actionset.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/scan.h"

static bool refuse(struct plan *p, const char *why)
{
    snprintf(p->why, sizeof p->why, "%s", why);
    return false;
}

/* The member KEY as a value; what it borrows lives as long as OBJECT. */
static struct scan_value get(jv object, const char *key)
{
    jv member = json_get(object, key);
    struct scan_value v = scan_value_of(member);

    jv_free(member);
    return v;
}

/* progress.lastTransitionTime as we write it; nothing where it is no time. */
static void read_since(jv progress, char since[static CLOCK_TEXT])
{
    struct scan_value v = get(progress, "lastTransitionTime");
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
    struct scan_value uploaded = get(object, "sizeUploaded");
    struct scan_value estimate = get(object, "estimatedUploadSize");

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
    struct scan_value state = get(object, "state");

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
    struct scan_value name = get(object, "name");
    struct phase *phase;
    jv progress;

    if (name.kind != SCAN_STRING)
        return refuse(p, "a phase has no name");
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

static bool read_action(struct plan *p, jv object)
{
    struct scan_value name = get(object, "name");
    jv phases = json_get(object, "phases");
    jv deferred = json_get(object, "deferPhase");
    struct scan_value defer_name = get(deferred, "name");
    /* Go writes an empty one where the blueprint has none */
    bool has_defer = defer_name.kind == SCAN_STRING && defer_name.len > 0;
    bool good = name.kind == SCAN_STRING
                    ? plan_add_action(p, name.text, name.len)
                    : plan_add_action(p, NULL, 0);

    good = good && read_phases(p, phases) &&
           (!has_defer || read_phase(p, deferred, true));
    jv_free(phases);
    jv_free(deferred);
    return good;
}

static bool read_actions(struct plan *p, jv actions)
{
    bool good = true;

    for (int i = 0; good && i < jv_array_length(jv_copy(actions)); i++) {
        jv action = jv_array_get(jv_copy(actions), i);

        good = read_action(p, action);
        jv_free(action);
    }
    return good;
}

static bool is_list(jv root)
{
    jv items = json_get(root, "items");
    bool list = jv_get_kind(items) == JV_KIND_ARRAY;

    jv_free(items);
    return list;
}

/* Says what is wrong with a ROOT that has no phases. */
static bool refuse_phaseless(struct plan *p, jv root)
{
    struct scan_value kind = get(root, "kind");

    if (is_list(root))
        return refuse(p, "this is a list; name one ActionSet");
    if (kind.kind == SCAN_STRING &&
        (kind.len != 9 || memcmp(kind.text, "ActionSet", 9) != 0))
        return refuse(p, "this is no ActionSet");
    return refuse(p, "it has no status.actions with phases yet; spec.actions "
                     "gives only names, and a plan needs phases");
}

bool actionset_read(struct plan *p, const char *text, size_t len)
{
    jv root = json_parse(text, len);
    jv status = json_get(root, "status");
    jv actions = json_get(status, "actions");
    jv progress = json_get(status, "progress");
    bool good;

    if (jv_get_kind(root) != JV_KIND_OBJECT)
        good = refuse(p, "this is not one JSON object");
    else if (jv_get_kind(actions) != JV_KIND_ARRAY)
        good = refuse_phaseless(p, root);
    else
        good = read_actions(p, actions) &&
               (p->phase_count > 0 || refuse_phaseless(p, root));
    read_since(progress, p->since);
    jv_free(progress);
    jv_free(actions);
    jv_free(status);
    jv_free(root);
    return good;
}
