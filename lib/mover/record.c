#include "mover/record.h"

#include "base/json.h"
#include "mover/units.h"

/* ,"name": of each field, with room to be copied as one block */
enum { KEY_MAX = 32, NUMBER_MAX = 24, MEMBERS_MAX = 16, LAST = FIELD_COUNT };

struct key {
    char text[KEY_MAX];
    size_t len;
};

#define FIELD_KEY(name, unit)                                                  \
    { ",\"" #name "\":", sizeof ",\"" #name "\":" - 1 },
static const struct key keys[FIELD_COUNT] = { FIELDS(FIELD_KEY) };

/* The members of each operation's stats, after the percent. */
static const unsigned char members[][MEMBERS_MAX] = {
    [OP_NONE] = { LAST },
    [OP_SNAPSHOT] = { F_sizeUploadedB, F_estimatedUploadSizeB,
                      F_estimatedTimeSeconds, F_hashingFiles, F_hashedFiles,
                      F_hashedB, F_cachedFiles, F_cachedB, F_fatalErrors,
                      F_ignoredErrors, LAST },
    [OP_MIGRATE] = { F_sizeUploadedB, F_estimatedUploadSizeB,
                     F_estimatedTimeSeconds, F_hashingFiles, F_hashedFiles,
                     F_hashedB, F_cachedFiles, F_cachedB, F_fatalErrors,
                     F_ignoredErrors, LAST },
    [OP_RESTORE] = { F_sizeDownloadedB, F_estimatedDownloadSizeB,
                     F_estimatedTimeSeconds, F_processedItems, F_totalItems,
                     F_skippedItems, F_skippedB, F_ignoredErrors, F_speedBps,
                     LAST },
    [OP_VERIFY] = { F_estimatedTimeSeconds, F_processedObjects, F_totalObjects,
                    F_processedB, F_readFiles, F_readB, F_errors, LAST },
    [OP_CONTENT_VERIFY] = { F_estimatedTimeSeconds, F_processedObjects,
                            F_totalObjects, F_errors, LAST },
    [OP_INDEX_RECOVER] = { F_estimatedTimeSeconds, F_processedBlobs,
                           F_totalBlobs, LAST },
    [OP_SYNC] = { F_sizeUploadedB, F_estimatedUploadSizeB,
                  F_estimatedTimeSeconds, F_processedBlobs, F_totalBlobs,
                  F_speedBps, LAST },
    [OP_MAINTENANCE] = { F_processedObjects, F_totalObjects, LAST },
    [OP_ESTIMATE] = { LAST },
};

/* What only some releases print, or some movers: a backup may be counted in
 * things that are no files; and what there may be of an unknown operation. */
static const unsigned char where_known[] = { F_uploadedBlobs, F_totalB, LAST };
static const unsigned char things[] = { F_processedObjects, F_totalObjects,
                                        LAST };
static const unsigned char unnamed[] = {
    F_estimatedTimeSeconds, F_processedObjects, F_totalObjects,
    F_processedB,           F_speedBps,         LAST
};

/* What a result counts. */
static const unsigned char counts[] = {
    F_files,
    F_directories,
    F_symlinks,
    F_bytes,
    F_processedObjects,
    F_processedB,
    F_readFiles,
    F_readB,
    F_errors,
    F_skippedItems,
    F_fatalErrors,
    F_ignoredErrors,
    F_elapsedSeconds,
    LAST,
};

/* Writes ,"name":NUMBER or ,"name":null at AT, which has room for a key and a
 * number; returns the end. */
static char *put_member(char *at, const struct values *v, enum field f)
{
    struct text printed;

    memcpy(at, keys[f].text, KEY_MAX);
    at += keys[f].len;
    if (!values_has(v, f)) {
        memcpy(at, "null", 4);
        return at + 4;
    }
    if ((v->printed & FIELD_BIT(f)) == 0)
        return at + num_format((uint64_t)v->of[f].number, at);
    printed = v->of[f].text;
    if (field_types[f].unit == UNIT_SIZE)
        return at + units_put_size(printed.at, printed.len, at);
    for (size_t i = 0; i < printed.len; i++)
        at[i] = printed.at[i];
    return at + printed.len;
}

/* The members of LIST; those that are unknown are null, or left out. */
static void put_members(struct buf *b, const struct values *v,
                        const unsigned char *list, bool all)
{
    char *at;

    if (!buf_reserve(b, MEMBERS_MAX * (KEY_MAX + NUMBER_MAX)))
        return;
    at = b->bytes + b->len;
    for (; *list != LAST; list++)
        if (all || values_has(v, *list))
            at = put_member(at, v, *list);
    b->len = (size_t)(at - b->bytes);
}

static bool is_in(const unsigned char *list, enum field f)
{
    while (*list != LAST && *list != f)
        list++;
    return *list == f && f != FIELD_COUNT;
}

/* What else OPERATION may have. */
static const unsigned char *more_of(enum operation operation)
{
    static const unsigned char none[] = { LAST };

    if (operation == OP_NONE)
        return unnamed;
    return operation == OP_SNAPSHOT || operation == OP_MIGRATE ? things : none;
}

bool record_has(enum operation operation, enum field f)
{
    return f == F_progressPercent || is_in(members[operation], f) ||
           is_in(where_known, f) || is_in(more_of(operation), f);
}

bool record_counts(enum field f)
{
    return is_in(counts, f);
}

static void put_percent(struct buf *b, int64_t hundredths)
{
    if (hundredths >= 0)
        json_put_hundredths(b, hundredths);
    else
        JSON_LIT(b, "null");
}

static void put_operation(struct buf *b, enum operation operation)
{
    if (operation == OP_NONE)
        return;
    JSON_LIT(b, ",\"operation\":\"");
    buf_str(b, operation_name(operation));
    buf_char(b, '"');
}

static void put_source(struct buf *b, struct text source, int64_t index)
{
    if (source.len > 0) {
        JSON_LIT(b, ",\"source\":");
        buf_add(b, source.at, source.len);
    }
    if (index >= 0) {
        JSON_LIT(b, ",\"sourceIndex\":");
        json_put_int(b, index);
    }
}

void record_progress(struct buf *b, const struct progress *p)
{
    JSON_LIT(b, "{\"type\":\"progress\"");
    put_operation(b, p->operation);
    put_source(b, p->source, p->source_index);
    if (p->stage != NULL) {
        JSON_LIT(b, ",\"stage\":\"");
        buf_str(b, p->stage);
        buf_char(b, '"');
    }
    JSON_LIT(b, ",\"progressPercent\":");
    put_percent(b, p->percent);
    if (p->raw_percent >= 0) {
        JSON_LIT(b, ",\"rawPercent\":");
        put_percent(b, p->raw_percent);
    }
    if (p->basis != NULL) {
        JSON_LIT(b, ",\"basis\":\"");
        buf_str(b, p->basis);
        buf_char(b, '"');
    }
    if (p->overall >= 0) {
        JSON_LIT(b, ",\"overallPercent\":");
        put_percent(b, p->overall);
    }
    put_members(b, p->values, members[p->operation], true);
    put_members(b, p->values, where_known, false);
    put_members(b, p->values, more_of(p->operation), false);
    JSON_LIT(b, "}\n");
}

static void put_text(struct buf *b, const char *key, struct text text)
{
    if (text.len == 0)
        return;
    buf_str(b, key);
    json_put_string(b, text.at, text.len);
}

void record_message(struct buf *b, const char *level, struct text path,
                    struct text text)
{
    JSON_LIT(b, "{\"type\":\"message\",\"level\":\"");
    buf_str(b, level);
    buf_char(b, '"');
    put_text(b, ",\"path\":", path);
    JSON_LIT(b, ",\"text\":");
    json_put_string(b, text.at, text.len);
    JSON_LIT(b, "}\n");
}

void record_result(struct buf *b, const struct result *r)
{
    static const char *const states[] = {
        [STATE_UNKNOWN] = "unknown",     [STATE_COMPLETE] = "complete",
        [STATE_UNCHANGED] = "unchanged", [STATE_PARTIAL] = "partial",
        [STATE_CANCELLED] = "cancelled", [STATE_FAILED] = "failed",
    };

    JSON_LIT(b, "{\"type\":\"result\"");
    put_operation(b, r->operation);
    put_source(b, r->source, r->source_index);
    if (r->sources >= 0) {
        JSON_LIT(b, ",\"sources\":");
        json_put_int(b, r->sources);
    }
    JSON_LIT(b, ",\"state\":\"");
    buf_str(b, states[r->state]);
    buf_char(b, '"');
    put_text(b, ",\"snapshotID\":", r->snapshot_id);
    put_text(b, ",\"rootID\":", r->root_id);
    if (r->counts != NULL)
        put_members(b, r->counts, counts, false);
    put_text(b, ",\"text\":", r->text);
    JSON_LIT(b, "}\n");
}
