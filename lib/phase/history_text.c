#include <errno.h>
#include <stdio.h>

#include "base/json.h"
#include "phase/history.h"

enum { VERSION = 1 };

static const char *const names[HISTORY_NAMES] = {
    [HISTORY_BLUEPRINT] = "blueprint",
    [HISTORY_ACTION] = "action",
    [HISTORY_PHASE] = "phase",
};

#define TEXT_HEAD "{\"type\":\"history\",\"version\":1,\"entries\":["
#define TEXT_TAIL "]}\n"

static bool refuse(struct history *h, const char *why)
{
    snprintf(h->why, sizeof h->why, "%s", why);
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

static bool read_key(struct history *h, jv entry, struct history_key *key)
{
    for (int i = 0; i < HISTORY_NAMES; i++) {
        struct scan_value v = get(entry, names[i]);

        if (v.kind != SCAN_STRING)
            return refuse(h, "an entry without the names of a phase");
        key->names[i] = (struct scan_word){ v.text, v.len };
    }
    return true;
}

static bool read_run(struct history *h, const struct history_key *key, jv run)
{
    struct history_run r = { .bytes = COUNT_UNKNOWN };

    if (!json_get_int(run, "ms", &r.ms) || r.ms > HISTORY_MS_MAX)
        return refuse(h, "a run without a duration that can be");
    if (!json_get_int(run, "bytes", &r.bytes) &&
        get(run, "bytes").kind != SCAN_NULL)
        return refuse(h, "a run with bytes that cannot be");
    return history_add(h, key, r);
}

/* Whatever is too much is forgotten or passed over, as when it is added. */
static bool read_entry(struct history *h, jv entry)
{
    jv runs = json_get(entry, "runs");
    struct history_key key;
    bool good = read_key(h, entry, &key);

    if (good && jv_get_kind(runs) != JV_KIND_ARRAY)
        good = refuse(h, "an entry without its runs");
    for (int i = 0; good && i < jv_array_length(jv_copy(runs)); i++) {
        jv run = jv_array_get(jv_copy(runs), i);

        good = read_run(h, &key, run);
        jv_free(run);
    }
    jv_free(runs);
    return good;
}

static bool read_entries(struct history *h, jv entries)
{
    bool good = jv_get_kind(entries) == JV_KIND_ARRAY ||
                refuse(h, "a history without entries");

    for (int i = 0; good && i < jv_array_length(jv_copy(entries)); i++) {
        jv entry = jv_array_get(jv_copy(entries), i);

        good = read_entry(h, entry);
        jv_free(entry);
    }
    return good;
}

static bool is_history(struct history *h, jv root)
{
    static const struct scan_word type = SCAN_WORD("history");
    struct scan_value said = get(root, "type");
    int64_t version;

    if (jv_get_kind(root) != JV_KIND_OBJECT)
        return refuse(h, "this is not one JSON object");
    if (scan_find(&said, &type, 1) != 0)
        return refuse(h, "this is no history");
    return (json_get_int(root, "version", &version) && version == VERSION) ||
           refuse(h, "this is a history of another version");
}

bool history_read(struct history *h, const char *text, size_t len)
{
    jv root, entries;
    bool good;

    h->why[0] = '\0';
    if (len == 0)
        return true;
    root = json_parse(text, len);
    entries = json_get(root, "entries");
    good = is_history(h, root) && read_entries(h, entries);
    jv_free(entries);
    jv_free(root);
    if (!good) {
        history_free(h);
        errno = ENOMEM;
    }
    return good;
}

static void put_entry(struct buf *b, const struct history_entry *e)
{
    const char *at = e->text;

    for (int i = 0; i < HISTORY_NAMES; i++) {
        buf_char(b, i == 0 ? '{' : ',');
        buf_char(b, '"');
        buf_str(b, names[i]);
        JSON_LIT(b, "\":");
        json_put_string(b, at, e->lens[i]);
        at += e->lens[i];
    }
    JSON_LIT(b, ",\"runs\":[");
    for (size_t i = 0; i < e->count; i++) {
        buf_str(b, i == 0 ? "{\"ms\":" : ",{\"ms\":");
        json_put_int(b, e->runs[i].ms);
        if (e->runs[i].bytes >= 0) {
            JSON_LIT(b, ",\"bytes\":");
            json_put_int(b, e->runs[i].bytes);
        }
        buf_char(b, '}');
    }
    JSON_LIT(b, "]}");
}

/* The index of the first entry that there is room for with all behind it. */
static size_t first_that_fits(const struct history *h, struct buf *b)
{
    size_t room = HISTORY_MAX - (sizeof TEXT_HEAD - 1) - (sizeof TEXT_TAIL - 1);
    size_t first = h->count;

    for (; first > 0; first--) {
        buf_clear(b);
        put_entry(b, &h->entries[first - 1]);
        if (b->len + 1 > room) /* with its comma */
            break;
        room -= b->len + 1;
    }
    buf_clear(b);
    return first;
}

bool history_write(const struct history *h, struct buf *b)
{
    size_t first = first_that_fits(h, b);

    JSON_LIT(b, TEXT_HEAD);
    for (size_t i = first; i < h->count; i++) {
        if (i > first)
            buf_char(b, ',');
        put_entry(b, &h->entries[i]);
    }
    JSON_LIT(b, TEXT_TAIL);
    errno = ENOMEM;
    return !b->failed;
}
