#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "base/scan.h"
#include "phase/resume.h"
#include "phase/resume_numbers.h"

/* Ten years: who was away for longer was away for this long. */
#define AWAY_MAX (INT64_C(10) * 365 * 24 * 3600 * CLOCK_SECOND)

/* A text is gone through twice, so that nothing is taken over before all of it
 * is known to be good. */
struct reading {
    struct resume *to;
    enum resume_result result;
    bool take;
    bool newer; /* the plan knew of more than the text */
    int64_t by; /* from ns before the saving to our steady clock */
};

static bool __attribute__((format(printf, 3, 4)))
refuse(struct reading *r, enum resume_result result, const char *format, ...)
{
    va_list arguments;

    r->result = result;
    va_start(arguments, format);
    vsnprintf(r->to->why, sizeof r->to->why, format, arguments);
    va_end(arguments);
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

/* The arguments of a "%.*s" that shows V. */
#define SHOWN(v)                                                               \
    (v).kind != SCAN_STRING ? 0                                                \
    : (v).len < 200         ? (int)(v).len                                     \
                            : 200,                                                     \
        (v).kind == SCAN_STRING ? (v).text : ""

/* Whether V is the text OURS, which is NULL where there is none. */
static bool is_ours(const struct scan_value *v, const char *ours, size_t len)
{
    if (ours == NULL || v->kind != SCAN_STRING)
        return ours == NULL && v->kind == SCAN_NULL;
    return v->len == len && memcmp(v->text, ours, len) == 0;
}

static bool read_numbers(struct reading *r, jv object, const struct number *n,
                         void *to)
{
    for (; n->name != NULL; n++) {
        struct scan_value v = get(object, n->name);
        int64_t value = v.kind == SCAN_NUMBER ? progress_count(&v) : -1;

        if (v.kind == SCAN_NULL)
            value = n->absent;
        else if (value < n->least || value > n->most)
            return refuse(r, RESUME_DAMAGED, "\"%s\" cannot be this", n->name);
        number_set(n, to, value);
    }
    return true;
}

static bool read_since(struct reading *r, jv object,
                       char since[static CLOCK_TEXT])
{
    struct scan_value v = get(object, "since");
    int64_t wall;

    memset(since, 0, CLOCK_TEXT);
    if (v.kind == SCAN_NULL)
        return true;
    if (v.kind != SCAN_STRING || !clock_parse(v.text, v.len, &wall))
        return refuse(r, RESUME_DAMAGED, "\"since\" is no time");
    clock_format(wall, since);
    return true;
}

static bool read_items(struct reading *r, jv object, struct items *to)
{
    jv items = json_get(object, "items");
    int count = 0;
    bool good = !jv_is_valid(items);

    if (jv_get_kind(items) == JV_KIND_ARRAY) {
        count = jv_array_length(jv_copy(items));
        good = count <= ITEMS_MAX;
    }
    if (!good)
        refuse(r, RESUME_DAMAGED, "\"items\" cannot be this");
    if (good && r->take && !items_grow(to, (size_t)count)) {
        r->result = RESUME_NO_MEMORY;
        good = false;
    }
    for (int i = 0; good && i < count; i++) {
        jv item = jv_array_get(jv_copy(items), i);
        struct item read = { 0 };

        good = jv_get_kind(item) == JV_KIND_OBJECT ||
               refuse(r, RESUME_DAMAGED, "an item is no object");
        good = good && read_numbers(r, item, resume_item_numbers, &read);
        if (read.progress.percent < 0)
            read.progress.percent = 0;
        if (good && r->take)
            items_put(to, (size_t)i, &read);
        jv_free(item);
    }
    jv_free(items);
    return good;
}

/* A word of a part: a number, or one as text. */
static bool read_word(jv word, int64_t *value)
{
    struct scan_value v = scan_value_of(word);
    bool negative;

    if (v.kind == SCAN_NUMBER) {
        negative = v.number < 0;
        v.number = negative ? -v.number : v.number;
        *value = progress_count(&v);
    } else {
        negative = v.kind == SCAN_STRING && v.len > 0 && v.text[0] == '-';
        if (v.kind != SCAN_STRING ||
            !num_int(v.text + negative, v.len - negative, value))
            return false;
    }
    if (*value < 0 || *value > RESUME_WORD_MAX)
        return false;
    *value = negative ? -*value : *value;
    return true;
}

static bool read_words(jv array, size_t count, int64_t *words)
{
    bool good = jv_get_kind(array) == JV_KIND_ARRAY &&
                (size_t)jv_array_length(jv_copy(array)) == count;

    for (size_t i = 0; good && i < count; i++) {
        jv word = jv_array_get(jv_copy(array), (int)i);

        good = read_word(word, &words[i]);
        jv_free(word);
    }
    return good;
}

/* Takes what fits of the parts of OBJECT. */
static void take_parts(const struct reading *r, jv object,
                       const struct resume_part *parts, size_t phase)
{
    jv all = json_get(object, "parts");

    for (; parts->name != NULL; parts++) {
        jv array = json_get(all, parts->name);
        int64_t words[RESUME_WORDS_MAX];

        if (read_words(array, parts->words, words)) {
            if (parts->move != NULL)
                parts->move(words, r->by);
            if (parts->valid(words))
                memcpy((char *)parts->first + phase * parts->stride, words,
                       parts->words * sizeof *words);
        }
        jv_free(array);
    }
    jv_free(all);
}

/* Whether a state and a percentage go together. */
static bool is_consistent(const struct phase *phase)
{
    int64_t percent = phase->progress.percent;

    if (phase->state == PHASE_COMPLETE)
        return percent == PERCENT_WHOLE;
    return percent <= PERCENT_HELD &&
           (phase->state != PHASE_RUNNING || percent >= 0);
}

/* How far a state is; the last two are final. */
static int rank(enum phase_state state)
{
    return state == PHASE_PENDING ? 0 : state == PHASE_RUNNING ? 1 : 2;
}

/* What was reached stays, whoever says so. */
static void take_phase(struct reading *r, struct phase *phase,
                       const struct phase *saved)
{
    bool later = rank(phase->state) > rank(saved->state);
    bool more = phase->progress.percent > saved->progress.percent;

    r->newer |= later || more;
    if (!later)
        phase->state = saved->state;
    phase->has_mover |= saved->has_mover;
    if (more)
        return;
    phase->progress = saved->progress;
    phase->raw = saved->raw;
    phase->basis = saved->basis;
    phase->ended = saved->ended;
    memcpy(phase->since, saved->since, CLOCK_TEXT);
}

static bool read_phase(struct reading *r, jv object, struct phase *phase)
{
    struct scan_value name = get(object, "name");
    struct scan_value deferred = get(object, "deferred");
    struct phase saved = *phase;

    if (jv_get_kind(object) != JV_KIND_OBJECT)
        return refuse(r, RESUME_DAMAGED, "a phase is no object");
    if (!is_ours(&name, phase->name, phase->name_len) ||
        (deferred.kind == SCAN_BOOL && deferred.truth) != phase->deferred)
        return refuse(r, RESUME_OTHER,
                      "it is of another plan: phase \"%.*s\" is \"%.200s\" now",
                      SHOWN(name), phase->name);
    if (!read_numbers(r, object, resume_phase_numbers, &saved) ||
        !read_since(r, object, saved.since) ||
        !read_items(r, object, &phase->items))
        return false;
    if (!is_consistent(&saved))
        return refuse(r, RESUME_DAMAGED,
                      "a state and a percentage that do not go together");
    if (r->take) {
        take_phase(r, phase, &saved);
        take_parts(r, object, r->to->of_phases,
                   (size_t)(phase - r->to->plan->phases));
    }
    return true;
}

/* An array of COUNT elements, each read by SEE; KEY is its name in OBJECT. */
static bool read_array(struct reading *r, jv object, const char *key,
                       size_t count, size_t first,
                       bool (*see)(struct reading *, jv, size_t))
{
    jv array = json_get(object, key);
    bool good = true;

    if (jv_get_kind(array) != JV_KIND_ARRAY)
        good = refuse(r, RESUME_DAMAGED, "there are no \"%s\"", key);
    else if ((size_t)jv_array_length(jv_copy(array)) != count)
        good = refuse(r, RESUME_OTHER,
                      "it is of another plan: the number of %s is %d, not %zu",
                      key, jv_array_length(jv_copy(array)), count);
    for (size_t i = 0; good && i < count; i++) {
        jv element = jv_array_get(jv_copy(array), (int)i);

        good = see(r, element, first + i);
        jv_free(element);
    }
    jv_free(array);
    return good;
}

static bool see_phase(struct reading *r, jv object, size_t index)
{
    return read_phase(r, object, &r->to->plan->phases[index]);
}

static bool see_action(struct reading *r, jv object, size_t index)
{
    const struct action *a = &r->to->plan->actions[index];
    struct scan_value name = get(object, "name");

    if (jv_get_kind(object) != JV_KIND_OBJECT)
        return refuse(r, RESUME_DAMAGED, "an action is no object");
    if (!is_ours(&name, a->name, a->name_len))
        return refuse(r, RESUME_OTHER,
                      "it is of another plan: action \"%.*s\" is \"%.200s\" "
                      "now",
                      SHOWN(name), a->name != NULL ? a->name : "");
    return read_array(r, object, "phases", a->count + a->has_defer, a->first,
                      see_phase);
}

/* When the text was written: how long ago that is. */
static bool read_saved(struct reading *r, jv root, struct instant now)
{
    struct scan_value v = get(root, "saved");
    int64_t saved, away;

    if (v.kind != SCAN_STRING || !clock_parse(v.text, v.len, &saved))
        return refuse(r, RESUME_DAMAGED, "\"saved\" is no time");
    away = now.wall > saved ? now.wall - saved : 0;
    r->to->away = away < AWAY_MAX ? away : AWAY_MAX;
    r->by = now.steady - r->to->away;
    return true;
}

static bool is_state(struct reading *r, jv root)
{
    struct scan_value type = get(root, "type");
    struct scan_value version = get(root, "version");
    struct scan_value identity = get(root, "identity");
    const char *ours = r->to->identity;

    if (jv_get_kind(root) != JV_KIND_OBJECT)
        return refuse(r, RESUME_DAMAGED, "this is not one JSON object");
    if (!is_ours(&type, "state", 5))
        return refuse(r, RESUME_DAMAGED, "this is no state");
    if (version.kind != SCAN_NUMBER || version.number != RESUME_VERSION)
        return refuse(r, RESUME_DAMAGED, "this is a state of another version");
    if (ours != NULL && identity.kind == SCAN_STRING &&
        !is_ours(&identity, ours, strlen(ours)))
        return refuse(r, RESUME_OTHER, "it is the state of %.*s, not of %.200s",
                      SHOWN(identity), ours);
    return true;
}

/* The later of two times, of which each may be empty. */
static const char *later(const char *a, const char *b)
{
    return strcmp(a, b) >= 0 ? a : b;
}

static bool read_root(struct reading *r, jv root, struct instant now)
{
    char since[CLOCK_TEXT], *ours = r->to->plan->since;
    struct plan saved = { .reached = 0 };

    if (!is_state(r, root) || !read_saved(r, root, now) ||
        !read_numbers(r, root, resume_plan_numbers, &saved) ||
        !read_since(r, root, since) ||
        !read_array(r, root, "actions", r->to->plan->action_count, 0,
                    see_action))
        return false;
    if (r->take) {
        r->to->plan->reached = saved.reached;
        memmove(ours, r->newer ? later(since, ours) : since, CLOCK_TEXT);
        take_parts(r, root, r->to->of_whole, 0);
    }
    return true;
}

enum resume_result resume_read(struct resume *r, const char *text, size_t len,
                               struct instant now)
{
    struct reading reading = { .to = r, .result = RESUME_TAKEN };
    jv root;

    if (len == 0)
        return RESUME_NOTHING;
    root = json_parse(text, len);
    if (read_root(&reading, root, now)) {
        reading.take = true;
        (void)read_root(&reading, root, now);
    }
    jv_free(root);
    return reading.result;
}
