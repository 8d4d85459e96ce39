#include "kube/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "base/scan.h"

const struct view_progress view_nothing = {
    .percent = VIEW_UNKNOWN,
    .sizes = { VIEW_UNKNOWN, VIEW_UNKNOWN, VIEW_UNKNOWN, VIEW_UNKNOWN },
    .seconds = VIEW_UNKNOWN,
};

const char *const view_size_names[VIEW_SIZES] = {
    [VIEW_UPLOADED] = "sizeUploadedB",
    [VIEW_UPLOAD_ESTIMATE] = "estimatedUploadSizeB",
    [VIEW_DOWNLOADED] = "sizeDownloadedB",
    [VIEW_DOWNLOAD_ESTIMATE] = "estimatedDownloadSizeB",
};

bool view_same(struct view_text a, struct view_text b)
{
    return a.len == b.len &&
           (a.len == 0 || memcmp(a.bytes, b.bytes, a.len) == 0);
}

struct view_text view_text(jv object, const char *key)
{
    jv member = json_get(object, key);
    struct scan_value v = scan_value_of(member);

    jv_free(member); /* OBJECT still holds it */
    return v.kind == SCAN_STRING ? (struct view_text){ v.text, v.len }
                                 : (struct view_text){ "", 0 };
}

static enum view_state state_of(struct view_text text)
{
    static const struct scan_word words[] = {
        SCAN_WORD("running"),   SCAN_WORD("failed"), SCAN_WORD("complete"),
        SCAN_WORD("completed"), SCAN_WORD(""),       SCAN_WORD("pending"),
    };
    static const enum view_state states[] = { STATE_RUNNING,  STATE_FAILED,
                                              STATE_COMPLETE, STATE_COMPLETE,
                                              STATE_PENDING,  STATE_PENDING,
                                              STATE_OTHER };
    const struct scan_value v = { .kind = SCAN_STRING,
                                  .text = text.bytes,
                                  .len = text.len };

    return states[scan_find(&v, words, sizeof words / sizeof *words)];
}

static void read_percent(struct view_progress *p, struct view_text text)
{
    int64_t hundredths;

    if (!num_decimal(text.bytes, text.len, 100, &hundredths))
        return;
    p->percent = hundredths < VIEW_COMPLETE ? hundredths : VIEW_COMPLETE;
    p->has_point = memchr(text.bytes, '.', text.len) != NULL;
}

void view_read_progress(struct view_progress *p, jv object)
{
    struct view_text since = view_text(object, "lastTransitionTime");
    int64_t wall;

    read_percent(p, view_text(object, "progressPercent"));
    read_percent(p, view_text(object, "percentCompleted"));
    for (int i = 0; i < VIEW_SIZES; i++)
        (void)json_get_int(object, view_size_names[i], &p->sizes[i]);
    (void)json_get_int(object, "estimatedTimeSeconds", &p->seconds);
    if (clock_parse(since.bytes, since.len, &wall))
        clock_format(wall, p->since);
}

static void add_phase(struct view *v, jv object, bool deferred)
{
    struct view_action *action = &v->actions[v->action_count - 1];
    struct view_phase *phase = &v->phases[v->phase_count++];
    jv progress = json_get(object, "progress");

    *phase = (struct view_phase){ .name = view_text(object, "name"),
                                  .state_text = view_text(object, "state"),
                                  .progress = view_nothing,
                                  .action = v->action_count - 1,
                                  .deferred = deferred };
    phase->state = state_of(phase->state_text);
    view_read_progress(&phase->progress, progress);
    jv_free(progress);
    action->count++;
}

/* How many elements ARRAY (borrowed) has; 0 where it is none. */
static size_t count_of(jv array)
{
    return jv_get_kind(array) == JV_KIND_ARRAY
               ? (size_t)jv_array_length(jv_copy(array))
               : 0;
}

/* Makes room for MORE phases, beyond what there is. */
static bool make_room(struct view *v, size_t more)
{
    size_t all = v->phase_count + more;
    struct view_phase *phases;

    if (all > VIEW_PHASES_MAX) {
        errno = E2BIG;
        return false;
    }
    phases = reallocarray(v->phases, all + 1, sizeof *phases);
    if (phases != NULL)
        v->phases = phases;
    return phases != NULL;
}

static bool add_action(struct view *v, jv object)
{
    jv phases = json_get(object, "phases");
    jv deferred = json_get(object, "deferPhase");
    size_t count = count_of(phases);
    /* Go writes an empty one where the Blueprint has none */
    bool has_deferred = view_text(deferred, "name").len > 0;
    bool good = make_room(v, count + has_deferred);

    v->actions[v->action_count++] =
        (struct view_action){ .name = view_text(object, "name"),
                              .first = v->phase_count };
    for (size_t i = 0; good && i < count; i++) {
        jv phase = jv_array_get(jv_copy(phases), (int)i);

        add_phase(v, phase, false);
        jv_free(phase);
    }
    if (good && has_deferred)
        add_phase(v, deferred, true);
    jv_free(deferred);
    jv_free(phases);
    return good;
}

/* percentCompleted of PROGRESS, which is borrowed. */
static struct view_text percent_of(jv progress)
{
    jv percent = json_get(progress, "percentCompleted");
    bool there = jv_get_kind(percent) == JV_KIND_STRING;

    jv_free(percent);
    return there ? view_text(progress, "percentCompleted")
                 : (struct view_text){ NULL, 0 };
}

bool view_read(struct view *v, jv status)
{
    jv progress = json_get(status, "progress");
    jv actions = json_get(status, "actions");
    size_t count = count_of(actions);
    bool good = true;

    *v = (struct view){ .root = status,
                        .state = state_of(view_text(status, "state")),
                        .has_progress = jv_get_kind(progress) == JV_KIND_OBJECT,
                        .running = view_text(progress, "runningPhase"),
                        .percent = percent_of(progress),
                        .whole = view_nothing };
    view_read_progress(&v->whole, progress);
    v->actions =
        count <= VIEW_PHASES_MAX ? calloc(count + 1, sizeof *v->actions) : NULL;
    if (v->actions == NULL) {
        errno = count <= VIEW_PHASES_MAX ? ENOMEM : E2BIG;
        good = false;
    }
    for (size_t i = 0; good && i < count; i++) {
        jv action = jv_array_get(jv_copy(actions), (int)i);

        good = add_action(v, action);
        jv_free(action);
    }
    jv_free(actions);
    jv_free(progress);
    return good;
}

void view_free(struct view *v)
{
    free(v->actions);
    free(v->phases);
    jv_free(v->root);
    *v = (struct view){ .root = jv_null() };
}
