#include "view/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/scan.h"
#include "view/status_parts.h"

const struct viewed_progress viewed_nothing = {
    .percent = VIEWED_UNKNOWN,
    .uploaded = VIEWED_UNKNOWN,
    .upload_total = VIEWED_UNKNOWN,
    .downloaded = VIEWED_UNKNOWN,
    .download_total = VIEWED_UNKNOWN,
    .seconds = VIEWED_UNKNOWN,
    .since = VIEWED_UNKNOWN,
};

/* PART is consumed; what it is of still holds it. */
static struct viewed_text text_of(jv part)
{
    struct scan_value v = scan_value_of(part);

    jv_free(part);
    return v.kind == SCAN_STRING ? (struct viewed_text){ v.text, v.len }
                                 : (struct viewed_text){ "", 0 };
}

struct viewed_text viewed_text(jv object, const char *key)
{
    return text_of(json_get(object, key));
}

bool viewed_same(struct viewed_text a, struct viewed_text b)
{
    return a.len == b.len &&
           (a.len == 0 || memcmp(a.bytes, b.bytes, a.len) == 0);
}

bool viewed_is(struct viewed_text text, const char *word)
{
    return viewed_same(text, (struct viewed_text){ word, strlen(word) });
}

size_t viewed_count(jv array)
{
    return jv_get_kind(array) == JV_KIND_ARRAY
               ? (size_t)jv_array_length(jv_copy(array))
               : 0;
}

static enum viewed_state state_of(struct viewed_text text)
{
    /* "completed" is the design document's */
    return text.len == 0 || viewed_is(text, "pending") ? VIEWED_PENDING
           : viewed_is(text, "running")                ? VIEWED_RUNNING
           : viewed_is(text, "failed")                 ? VIEWED_FAILED
           : viewed_is(text, "complete") || viewed_is(text, "completed")
               ? VIEWED_DONE
               : VIEWED_OTHER;
}

static void read_percent(int64_t *percent, struct viewed_text text)
{
    int64_t hundredths;

    if (num_decimal(text.bytes, text.len, 100, &hundredths))
        *percent = hundredths < VIEWED_COMPLETE ? hundredths : VIEWED_COMPLETE;
}

static void read_time(int64_t *wall, jv object, const char *key)
{
    struct viewed_text text = viewed_text(object, key);

    (void)clock_parse(text.bytes, text.len, wall);
}

void viewed_read_progress(struct viewed_progress *p, jv object)
{
    read_percent(&p->percent, viewed_text(object, "progressPercent"));
    read_percent(&p->percent, viewed_text(object, "percentCompleted"));
    (void)json_get_int(object, "sizeUploadedB", &p->uploaded);
    (void)json_get_int(object, "estimatedUploadSizeB", &p->upload_total);
    (void)json_get_int(object, "sizeDownloadedB", &p->downloaded);
    (void)json_get_int(object, "estimatedDownloadSizeB", &p->download_total);
    (void)json_get_int(object, "estimatedTimeSeconds", &p->seconds);
    read_time(&p->since, object, "lastTransitionTime");
}

static void read_left(struct viewed_left *left, jv detail, const char *key)
{
    jv object = json_get(detail, key);

    (void)json_get_int(object, "seconds", &left->seconds);
    (void)json_get_int(object, "lowSeconds", &left->low);
    (void)json_get_int(object, "highSeconds", &left->high);
    jv_free(object);
}

/* Which functions the phases run: a list for each action, in the same order. */
static void read_functions(struct viewed *v, jv detail)
{
    jv lists = json_get(detail, "functions");
    size_t count = viewed_count(lists);

    for (size_t i = 0; i < count && i < v->action_count; i++) {
        const struct viewed_action *a = &v->actions[i];
        jv list = jv_array_get(jv_copy(lists), (int)i);
        size_t length = viewed_count(list);

        for (size_t j = 0; j < length && j < a->count; j++)
            v->phases[a->first + j].function =
                text_of(jv_array_get(jv_copy(list), (int)j));
        jv_free(list);
    }
    jv_free(lists);
}

void viewed_read_detail(struct viewed *v, jv detail)
{
    struct viewed_text verdict = viewed_text(detail, "verdict");
    jv result = json_get(detail, "result");
    double raw;

    read_functions(v, detail);
    read_left(&v->phase_left, detail, "eta");
    read_left(&v->left, detail, "actionEta");
    if (json_get_number(detail, "rawPercent", &raw) && raw >= 0 && raw < 1e12)
        v->raw_percent = (int64_t)(raw * 100 + 0.5);
    v->verdict = viewed_is(verdict, "running")   ? VIEWED_GOES_ON
                 : viewed_is(verdict, "slow")    ? VIEWED_SLOW
                 : viewed_is(verdict, "stalled") ? VIEWED_STALLED
                                                 : VIEWED_NO_VERDICT;
    read_time(&v->verdict_since, detail, "verdictSince");
    v->result = viewed_text(result, "state");
    jv_free(result); /* DETAIL still holds it */
}

static void add_phase(struct viewed *v, jv object, bool deferred)
{
    struct viewed_action *action = &v->actions[v->action_count - 1];
    struct viewed_phase *phase = &v->phases[v->phase_count++];
    jv progress = json_get(object, "progress");

    *phase = (struct viewed_phase){ .name = viewed_text(object, "name"),
                                    .state_text = viewed_text(object, "state"),
                                    .progress = viewed_nothing,
                                    .action = v->action_count - 1,
                                    .deferred = deferred };
    phase->state = state_of(phase->state_text);
    viewed_read_progress(&phase->progress, progress);
    if (phase->state == VIEWED_DONE)
        phase->progress.percent = VIEWED_COMPLETE;
    jv_free(progress);
    action->count++;
}

/* Makes room for MORE phases, beyond what there is. */
static bool make_room(struct viewed *v, size_t more)
{
    size_t all = v->phase_count + more;
    struct viewed_phase *phases;

    if (all > VIEWED_PHASES_MAX) {
        errno = E2BIG;
        return false;
    }
    phases = reallocarray(v->phases, all + 1, sizeof *phases);
    if (phases != NULL)
        v->phases = phases;
    return phases != NULL;
}

static bool add_action(struct viewed *v, jv object)
{
    jv phases = json_get(object, "phases");
    jv deferred = json_get(object, "deferPhase");
    size_t count = viewed_count(phases);
    /* Go writes an empty one where the Blueprint has none */
    bool has_deferred = viewed_text(deferred, "name").len > 0;
    bool good = make_room(v, count + has_deferred);

    v->actions[v->action_count++] =
        (struct viewed_action){ .name = viewed_text(object, "name"),
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

static bool read_actions(struct viewed *v, jv status)
{
    jv actions = json_get(status, "actions");
    size_t count = viewed_count(actions);
    bool good = count <= VIEWED_PHASES_MAX;

    errno = E2BIG;
    if (good)
        v->actions = calloc(count + 1, sizeof *v->actions);
    good = v->actions != NULL;
    for (size_t i = 0; good && i < count; i++) {
        jv action = jv_array_get(jv_copy(actions), (int)i);

        good = add_action(v, action);
        jv_free(action);
    }
    jv_free(actions);
    return good;
}

int64_t viewed_mean(const struct viewed *v)
{
    int64_t sum = 0, count = 0;

    for (size_t i = 0; i < v->phase_count; i++) {
        const struct viewed_phase *p = &v->phases[i];

        if (p->deferred)
            continue;
        count++;
        if (p->progress.percent > 0)
            sum += p->progress.percent;
    }
    return count > 0 ? sum / count : VIEWED_UNKNOWN;
}

/* A defer phase is never said to run, but that it is the running phase
 * (kanister pkg/controller/controller.go@0.119.0). */
static void start_deferred(struct viewed *v)
{
    for (size_t i = 0; i < v->phase_count; i++) {
        struct viewed_phase *p = &v->phases[i];

        if (v->running.len > 0 && viewed_same(p->name, v->running)) {
            if (p->deferred && p->state == VIEWED_PENDING)
                p->state = VIEWED_RUNNING;
            else if (!p->deferred && p->state != VIEWED_DONE &&
                     p->state != VIEWED_FAILED)
                return;
        }
    }
}

bool viewed_read_tree(struct viewed *v, jv status)
{
    jv progress = json_get(status, "progress");
    jv error = json_get(status, "error");
    bool good;

    v->state_text = viewed_text(status, "state");
    v->state = state_of(v->state_text);
    v->running = viewed_text(progress, "runningPhase");
    v->error = viewed_text(error, "message");
    viewed_read_progress(&v->whole, progress);
    jv_free(error);
    jv_free(progress); /* STATUS still holds both */
    good = read_actions(v, status);
    if (!good)
        return false;
    if (v->state != VIEWED_DONE)
        start_deferred(v);
    if (v->state == VIEWED_DONE)
        v->whole.percent = VIEWED_COMPLETE;
    else if (v->whole.percent < 0)
        v->whole.percent = viewed_mean(v);
    return true;
}

void viewed_find_subject(struct viewed *v)
{
    size_t first = v->phase_count;

    for (size_t i = v->phase_count; i-- > 0;) {
        if (v->phases[i].state != VIEWED_RUNNING)
            continue;
        first = i;
        if (v->running.len > 0 && viewed_same(v->phases[i].name, v->running))
            break;
    }
    v->subject = first;
}

void viewed_free(struct viewed *v)
{
    free(v->actions);
    free(v->phases);
    jv_free(v->root);
    jv_free(v->annotation);
    *v = (struct viewed){ .root = jv_null(), .annotation = jv_null() };
}

bool viewed_final(const struct viewed *v)
{
    if (v->deleted)
        return true;
    if (v->state != VIEWED_DONE && v->state != VIEWED_FAILED)
        return false;
    /* what is deferred runs after a failure, too */
    for (size_t i = 0; i < v->phase_count; i++)
        if (v->phases[i].state == VIEWED_RUNNING)
            return false;
    return true;
}

struct viewed_text viewed_doubt(const struct viewed *v)
{
    return viewed_is(v->result, "complete") ? (struct viewed_text){ "", 0 }
                                            : v->result;
}

bool viewed_bytes(const struct viewed_progress *p, int64_t *moved,
                  int64_t *total)
{
    bool up = p->uploaded >= 0 || p->upload_total >= 0;

    if (up && p->uploaded <= 0 && p->upload_total <= 0 && p->downloaded > 0)
        up = false; /* written out, as it may be, though nothing went up */
    *moved = up ? p->uploaded : p->downloaded;
    *total = up ? p->upload_total : p->download_total;
    if (*total == 0 && *moved > 0)
        *total = VIEWED_UNKNOWN;
    return *moved >= 0;
}

int64_t viewed_seconds(const struct viewed *v, const struct viewed_phase *p)
{
    if (p->state != VIEWED_RUNNING)
        return VIEWED_UNKNOWN;
    if (p->progress.seconds >= 0)
        return p->progress.seconds;
    return v->subject < v->phase_count && p == &v->phases[v->subject]
               ? v->phase_left.seconds
               : VIEWED_UNKNOWN;
}
