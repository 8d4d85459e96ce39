#include "phase/note.h"

#include <string.h>

#include "base/json.h"
#include "base/scan.h"

enum field {
    FIELD_TYPE,
    FIELD_ACTION,
    FIELD_PHASE,
    FIELD_STATE,
    FIELD_STEP,
    FIELD_DONE,
    FIELD_MOVER,
    FIELD_ITEM,
    FIELD_OF,
    FIELD_OVERALL,
    FIELDS
};

static const struct scan_word fields[FIELDS] = {
    [FIELD_TYPE] = SCAN_WORD("type"),
    [FIELD_ACTION] = SCAN_WORD("action"),
    [FIELD_PHASE] = SCAN_WORD("phase"),
    [FIELD_STATE] = SCAN_WORD("state"),
    [FIELD_STEP] = SCAN_WORD("step"),
    [FIELD_DONE] = SCAN_WORD("done"),
    [FIELD_MOVER] = SCAN_WORD("mover"),
    [FIELD_ITEM] = SCAN_WORD("item"),
    [FIELD_OF] = SCAN_WORD("of"),
    [FIELD_OVERALL] = SCAN_WORD("overallPercent"),
};

static const struct scan_word results[] = {
    [RESULT_COMPLETE] = SCAN_WORD("complete"),
    [RESULT_PARTIAL] = SCAN_WORD("partial"),
    [RESULT_FAILED] = SCAN_WORD("failed"),
    [RESULT_CANCELLED] = SCAN_WORD("cancelled"),
    [RESULT_UNCHANGED] = SCAN_WORD("unchanged"),
    [RESULT_UNKNOWN] = SCAN_WORD("unknown"),
};

static const struct scan_word types[] = {
    [NOTE_PROGRESS] = SCAN_WORD("progress"),
    [NOTE_RESULT] = SCAN_WORD("result"),
    [NOTE_EVENT] = SCAN_WORD("phase"),
};

const char *result_name(enum result result)
{
    return results[result].text;
}

static enum note_kind kind_of(const struct scan_value *v)
{
    if (v->kind != SCAN_STRING)
        return NOTE_NO_RECORD;
    return (enum note_kind)scan_find(v, types, NOTE_OTHER);
}

static int64_t index_of(const struct scan_value *v)
{
    int64_t index = v->kind == SCAN_NUMBER ? progress_count(v) : COUNT_UNKNOWN;

    if (v->kind == SCAN_NULL)
        return NOTE_NOT_SAID;
    return index != COUNT_UNKNOWN ? index : NOTE_NO_INDEX;
}

static void set_action(struct note *n, const struct scan_value *v)
{
    n->action = index_of(v);
    n->action_name = v->kind == SCAN_STRING ? v->text : NULL;
    n->action_len = v->len;
}

static void set_phase(struct note *n, const struct scan_value *v)
{
    n->phase = index_of(v);
    n->name = v->kind == SCAN_STRING ? v->text : NULL;
    n->name_len = v->len;
}

/* Every member overwrites wholly what an earlier one of its name said. */
static void set(struct note *n, enum field field, const struct scan_value *v)
{
    switch (field) {
    case FIELD_TYPE:
        n->kind = kind_of(v);
        break;
    case FIELD_ACTION:
        set_action(n, v);
        break;
    case FIELD_PHASE:
        set_phase(n, v);
        break;
    case FIELD_STATE: /* a result's or a phase's */
        n->state = phase_state_of(v);
        n->result = (enum result)scan_find(v, results, RESULT_UNKNOWN);
        break;
    case FIELD_STEP:
        n->step = steps_of(v);
        break;
    case FIELD_DONE:
        n->done = v->kind == SCAN_BOOL && v->truth;
        break;
    case FIELD_MOVER:
        n->has_mover = v->kind == SCAN_STRING || v->kind == SCAN_ESCAPED;
        break;
    case FIELD_ITEM:
        n->item = index_of(v);
        break;
    case FIELD_OF:
        n->of = progress_count(v);
        break;
    case FIELD_OVERALL:
        n->overall = progress_percent(v);
        break;
    case FIELDS: /* a member that is not for us */
        break;
    }
}

/* Takes a member; false where it is not for us. */
static bool take(struct note *n, const struct scan_value *key,
                 const struct scan_value *value)
{
    enum field field;

    if (progress_set(&n->progress, key, value) ||
        work_set(&n->work, key, value))
        return true;
    field = (enum field)scan_find(key, fields, FIELDS);
    set(n, field, value);
    return field != FIELDS;
}

static void see(void *arg, const struct scan_value *key,
                const struct scan_value *value)
{
    (void)take(arg, key, value);
}

static void clear(struct note *n)
{
    n->kind = NOTE_NO_RECORD;
    n->action = n->phase = n->item = NOTE_NOT_SAID;
    n->of = COUNT_UNKNOWN;
    n->name = n->action_name = NULL;
    n->overall = PERCENT_UNKNOWN;
    n->progress = progress_unknown;
    n->work = work_unknown;
    n->state = PHASE_NO_STATE;
    n->result = RESULT_UNKNOWN;
    n->step = STEP_NOT_SAID;
    n->done = n->has_mover = false;
}

/* Reads LINE where it is as plain as programs write it, but perhaps for what
 * is not for us. */
static bool read_plain(struct note *n, const char *line, size_t len)
{
    struct scan s;
    struct scan_value key, value;
    enum scan_status status;

    if (!scan_begin(&s, line, len))
        return false;
    while ((status = scan_next(&s, &key, &value)) == SCAN_MEMBER)
        if (take(n, &key, &value) && value.kind == SCAN_ESCAPED)
            return false;
    return status == SCAN_END;
}

static bool may_be_object(const char *line, size_t len)
{
    while (len > 0 && (*line == ' ' || *line == '\t' || *line == '\r')) {
        line++;
        len--;
    }
    return len > 0 && *line == '{';
}

/* Copies a name, if there is one; one that is longer than any name of a plan
 * becomes an INDEX that cannot be. */
static void keep(const char **name, size_t len, char kept[static PLAN_NAME_MAX],
                 int64_t *index)
{
    if (*name != NULL && len <= PLAN_NAME_MAX) {
        memcpy(kept, *name, len);
        *name = kept;
    } else if (*name != NULL) {
        *name = NULL;
        *index = NOTE_NO_INDEX;
    }
}

/* Reads LINE where it is any JSON object. */
static void read_any(struct note *n, const char *line, size_t len)
{
    jv object = json_parse(line, len);

    scan_members(object, see, n);
    keep(&n->name, n->name_len, n->kept, &n->phase);
    keep(&n->action_name, n->action_len, n->kept_action, &n->action);
    jv_free(object);
}

/* Reads LINE either way. */
static void read_line(struct note *n, const char *line, size_t len)
{
    clear(n);
    if (read_plain(n, line, len))
        return;
    clear(n);
    if (may_be_object(line, len))
        read_any(n, line, len);
}

void note_read(struct note *n, const char *line, size_t len)
{
    read_line(n, line, len);
    /* of several sources in one run the phase is at what all of them are */
    if (n->overall != PERCENT_UNKNOWN)
        n->progress.percent = n->overall;
}
