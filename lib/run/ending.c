#include "run/ending.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"

enum { NAME_MAX_SHOWN = 256, ID_MAX = 128 };

static const char *short_name(const char *name)
{
    return name != NULL && strlen(name) <= NAME_MAX_SHOWN ? name : NULL;
}

/* Those words that may be shown: the value of KEY if it is one of WORDS, which
 * end with NULL. */
static const char *word(jv record, const char *key, const char *const *words)
{
    const char *found = NULL;
    jv value;

    if (!json_get_string(record, key, &value))
        return NULL;
    for (; *words != NULL && found == NULL; words++)
        if (strcmp(jv_string_value(value), *words) == 0)
            found = *words;
    jv_free(value);
    return found;
}

/* What the mover says counts where the exit code leaves it open: files that
 * are missing, nothing to do, a stop. */
static const char *state_of(const struct ending *e, jv said)
{
    static const char *const good[] = { "partial", "unchanged", "cancelled",
                                        NULL };
    static const char *const bad[] = { "cancelled", NULL };
    const char *state = word(said, "state", e->good ? good : bad);

    return state != NULL ? state : e->good ? "complete" : "failed";
}

static void put_word(struct buf *b, const char *key, const char *value)
{
    if (value == NULL)
        return;
    buf_str(b, key);
    json_put_string(b, value, strlen(value));
}

/* An ID is letters and digits, or it is not shown. */
static void put_id(struct buf *b, jv said, const char *name, const char *key)
{
    jv value;
    const char *id;
    size_t n = 0;

    if (!json_get_string(said, name, &value))
        return;
    id = jv_string_value(value);
    while (n <= ID_MAX && isalnum((unsigned char)id[n]))
        n++;
    if (n > 0 && n <= ID_MAX && id[n] == '\0')
        put_word(b, key, id);
    jv_free(value);
}

static void put_counts(struct buf *b, jv said)
{
    static const char *const names[] = {
        "files",      "directories",  "symlinks",    "bytes",
        "readFiles",  "readB",        "errors",      "processedObjects",
        "processedB", "skippedItems", "fatalErrors", "ignoredErrors",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int64_t value;

        if (!json_get_int(said, names[i], &value))
            continue;
        JSON_LIT(b, ",\"");
        buf_str(b, names[i]);
        JSON_LIT(b, "\":");
        json_put_int(b, value);
    }
}

void ending_put(const struct ending *e, struct buf *text)
{
    static const char *const operations[] = {
        "snapshot", "restore", "verify",      "content-verify", "index-recover",
        "sync",     "migrate", "maintenance", "estimate",       NULL,
    };
    const struct owner owner = { short_name(e->owner.action),
                                 short_name(e->owner.phase) };
    jv said = e->said != NULL ? json_parse(e->said, e->said_len) : jv_null();

    JSON_LIT(text, "{\"type\":\"result\"");
    owner_put(text, &owner);
    put_word(text, ",\"operation\":", word(said, "operation", operations));
    put_word(text, ",\"state\":", state_of(e, said));
    JSON_LIT(text, ",\"exitStatus\":");
    json_put_int(text, e->code);
    put_id(text, said, "snapshotID", ",\"snapshotID\":");
    put_id(text, said, "rootID", ",\"rootID\":");
    put_counts(text, said);
    JSON_LIT(text, ",\"elapsedSeconds\":");
    json_put_int(text, e->took / CLOCK_SECOND);
    JSON_LIT(text, "}\n");
    jv_free(said);
}

const char *ending_doubt(const struct ending *e)
{
    static const char *const doubts[] = { "partial", "failed", "cancelled",
                                          NULL };
    const char *doubt;
    jv said;

    if (e->code != 0 || e->said == NULL)
        return NULL;
    said = json_parse(e->said, e->said_len);
    doubt = word(said, "state", doubts);
    jv_free(said);
    return doubt;
}
