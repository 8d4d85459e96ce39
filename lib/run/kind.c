#include "run/kind.h"

#include "base/json.h"
#include "base/scan.h"

static const struct scan_word types[] = {
    SCAN_WORD("progress"),
    SCAN_WORD("result"),
    SCAN_WORD("message"),
    SCAN_WORD("phase"),
};

enum { TYPES = sizeof types / sizeof *types };

enum member { MEMBER_TYPE, MEMBER_ACTION, MEMBER_PHASE, MEMBERS };

static const struct scan_word members[MEMBERS] = {
    [MEMBER_TYPE] = SCAN_WORD("type"),
    [MEMBER_ACTION] = SCAN_WORD("action"),
    [MEMBER_PHASE] = SCAN_WORD("phase"),
};

struct seen {
    enum kind kind;
    bool owned[MEMBERS];
};

static enum kind kind_named(const struct scan_value *type)
{
    if (type->kind != SCAN_STRING && type->kind != SCAN_ESCAPED)
        return KIND_NONE;
    return KIND_PROGRESS + scan_find(type, types, TYPES);
}

static void see(void *arg, const struct scan_value *key,
                const struct scan_value *value)
{
    enum member member = (enum member)scan_find(key, members, MEMBERS);
    struct seen *seen = arg;

    if (member == MEMBER_TYPE)
        seen->kind = kind_named(value);
    else if (member != MEMBERS)
        seen->owned[member] = value->kind != SCAN_NULL;
}

static bool see_plain(struct seen *seen, const char *text, size_t len)
{
    struct scan_value key, value;
    enum scan_status status;
    struct scan scan;

    if (!scan_begin(&scan, text, len))
        return false;
    while ((status = scan_next(&scan, &key, &value)) == SCAN_MEMBER)
        see(seen, &key, &value);
    return status == SCAN_END;
}

/* What the scanner refuses is left to libjq. */
static void see_any(struct seen *seen, const char *text, size_t len)
{
    jv record = json_parse(text, len);

    *seen = (struct seen){ .kind = KIND_NONE };
    scan_members(record, see, seen);
    jv_free(record);
}

enum kind kind_of(const char *text, size_t len, bool *owned)
{
    struct seen seen = { .kind = KIND_NONE };

    if (len > 0 && text[0] == '{' && !see_plain(&seen, text, len))
        see_any(&seen, text, len);
    *owned = seen.owned[MEMBER_ACTION] || seen.owned[MEMBER_PHASE];
    return seen.kind;
}
