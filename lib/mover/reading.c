#include "mover/reading.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "mover/record.h"

static const char *const kinds[READ_KINDS] = {
    [READ_KNOWN] = "known",         [READ_PROGRESS] = "progress",
    [READ_TALLY] = "tally",         [READ_BEGIN] = "begin",
    [READ_WARNING] = "warning",     [READ_ERROR] = "error",
    [READ_COMPLETE] = "complete",   [READ_PARTIAL] = "partial",
    [READ_UNCHANGED] = "unchanged", [READ_CANCELLED] = "cancelled",
    [READ_FAILED] = "failed",       [READ_SINGLE] = "single",
};

const char *reading_kind_name(enum reading_kind kind)
{
    return kinds[kind];
}

enum reading_kind reading_kind_find(const char *name)
{
    enum reading_kind kind = 0;

    while (kind < READ_KINDS && strcmp(kinds[kind], name) != 0)
        kind++;
    return kind;
}

enum operation operation_find(const char *name)
{
    enum operation operation = OP_ESTIMATE;

    while (operation > OP_NONE && strcmp(operation_name(operation), name) != 0)
        operation--;
    return operation;
}

/* What the words that are the same for every operation are for each. */
static const unsigned char common[][COMMON_WORDS] = {
    [OP_NONE] = { F_processedB, F_totalB, F_processedObjects, F_totalObjects },
    [OP_SNAPSHOT] = { F_sizeUploadedB, F_estimatedUploadSizeB,
                      F_processedObjects, F_totalObjects },
    [OP_RESTORE] = { F_sizeDownloadedB, F_estimatedDownloadSizeB,
                     F_processedItems, F_totalItems },
    [OP_VERIFY] = { F_processedB, F_totalB, F_processedObjects,
                    F_totalObjects },
    [OP_CONTENT_VERIFY] = { FIELD_COUNT, FIELD_COUNT, F_processedObjects,
                            F_totalObjects },
    [OP_INDEX_RECOVER] = { FIELD_COUNT, FIELD_COUNT, F_processedBlobs,
                           F_totalBlobs },
    [OP_SYNC] = { F_sizeUploadedB, F_estimatedUploadSizeB, F_processedBlobs,
                  F_totalBlobs },
    [OP_MIGRATE] = { F_sizeUploadedB, F_estimatedUploadSizeB,
                     F_processedObjects, F_totalObjects },
    [OP_MAINTENANCE] = { FIELD_COUNT, FIELD_COUNT, F_processedObjects,
                         F_totalObjects },
    [OP_ESTIMATE] = { FIELD_COUNT, FIELD_COUNT, FIELD_COUNT, FIELD_COUNT },
};

enum field reading_common(enum operation operation, enum common_word word)
{
    return common[operation][word];
}

static enum field common_field(enum operation operation, const char *name)
{
    static const char *const words[COMMON_WORDS] = {
        [COMMON_DONE] = "done",
        [COMMON_TOTAL] = "total",
        [COMMON_COUNT] = "count",
        [COMMON_OF] = "of",
    };

    for (enum common_word word = 0; word < COMMON_WORDS; word++)
        if (strcmp(words[word], name) == 0)
            return reading_common(operation, word);
    return FIELD_COUNT;
}

enum field reading_field(enum reading_kind kind, enum operation operation,
                         const char *name)
{
    enum field f = field_find(name);

    switch (kind) {
    case READ_KNOWN:
    case READ_SINGLE:
        return FIELD_COUNT;
    case READ_PROGRESS:
    case READ_TALLY:
    case READ_BEGIN:
        if (f == FIELD_COUNT)
            f = common_field(operation, name);
        return record_has(operation, f) || f == F_nth || f == F_left ||
                       f == F_items
                   ? f
                   : FIELD_COUNT;
    case READ_WARNING:
    case READ_ERROR:
        return f == F_path || f == F_text ? f : FIELD_COUNT;
    default:
        return record_counts(f) || f == F_snapshotID || f == F_rootID ||
                       f == F_text
                   ? f
                   : FIELD_COUNT;
    }
}

/* A percent in hundredths, or anything else in whole numbers; both cut off,
 * less what a decimal number loses as a binary one. */
static bool set_number(struct values *v, enum field f, double number)
{
    const double largest = 9007199254740992.0; /* 2^53: exact up to here */

    if (field_types[f].unit == UNIT_PERCENT)
        number = number * 100 + 1e-7;
    if (!(number >= 0 && number <= largest))
        return false;
    values_set(v, f, (int64_t)floor(number));
    return true;
}

/* Takes one member; false where it is not what it should be. */
static bool take_member(struct reading *r, const char *key, jv value,
                        bool fixed)
{
    enum field f;

    if (strcmp(key, "type") == 0 || strcmp(key, "level") == 0 ||
        strcmp(key, "operation") == 0 || strcmp(key, "state") == 0 ||
        jv_get_kind(value) == JV_KIND_NULL)
        return true;
    f = reading_field(r->kind, r->operation, key);
    if (f == FIELD_COUNT) /* the choice of another operation leaves it out */
        return fixed && field_find(key) != FIELD_COUNT;
    if (field_types[f].unit != UNIT_TEXT)
        return jv_get_kind(value) == JV_KIND_NUMBER &&
               set_number(&r->values, f, jv_number_value(value));
    if (jv_get_kind(value) != JV_KIND_STRING)
        return false;
    r->values.known |= FIELD_BIT(f);
    r->values.of[f].text =
        (struct text){ jv_string_value(value),
                       (size_t)jv_string_length_bytes(jv_copy(value)) };
    return true;
}

static bool take_members(struct reading *r, jv object, bool fixed)
{
    bool good = true;

    for (int i = jv_object_iter(object); jv_object_iter_valid(object, i);
         i = jv_object_iter_next(object, i)) {
        jv key = jv_object_iter_key(object, i);
        jv value = jv_object_iter_value(object, i);

        good = good && take_member(r, jv_string_value(key), value, fixed);
        jv_free(key);
        jv_free(value);
    }
    return good;
}

/* Whether OBJECT's member KEY is the string WORD. */
static bool says(jv object, const char *key, const char *word)
{
    jv value;
    bool same;

    if (!json_get_string(object, key, &value))
        return false;
    same = strcmp(jv_string_value(value), word) == 0;
    jv_free(value);
    return same;
}

/* What OBJECT is; READ_KINDS where it is nothing. */
static enum reading_kind kind_of(jv object)
{
    enum reading_kind kind = READ_COMPLETE;
    jv type = json_get(object, "type");
    bool is_progress = !jv_is_valid(type) || says(object, "type", "progress");

    jv_free(type);
    if (is_progress)
        return READ_PROGRESS;
    if (says(object, "type", "message"))
        return says(object, "level", "error")     ? READ_ERROR
               : says(object, "level", "warning") ? READ_WARNING
                                                  : READ_KINDS;
    if (!says(object, "type", "result"))
        return READ_KINDS;
    while (kind < READ_KINDS && !says(object, "state", kinds[kind]))
        kind++;
    return kind;
}

bool reading_of_json(struct reading *r, jv object, enum operation operation,
                     bool fixed)
{
    jv name;

    r->values.known = r->values.printed = 0;
    r->operation = operation;
    if (jv_get_kind(object) != JV_KIND_OBJECT)
        return false;
    r->kind = kind_of(object);
    if (!fixed && json_get_string(object, "operation", &name)) {
        r->operation = operation_find(jv_string_value(name));
        jv_free(name);
    }
    return r->kind != READ_KINDS && take_members(r, object, fixed);
}
