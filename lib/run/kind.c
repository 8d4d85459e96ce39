#include "run/kind.h"

#include "base/json.h"
#include "base/scan.h"

static const struct scan_word words[] = {
    SCAN_WORD("progress"),
    SCAN_WORD("result"),
    SCAN_WORD("message"),
    SCAN_WORD("phase"),
};

enum { WORDS = sizeof words / sizeof *words };

static enum kind kind_named(const struct scan_value *type)
{
    if (type->kind != SCAN_STRING && type->kind != SCAN_ESCAPED)
        return KIND_NONE;
    return KIND_PROGRESS + scan_find(type, words, WORDS);
}

/* What the scanner refuses is left to libjq. */
static enum kind kind_parsed(const char *text, size_t len)
{
    jv record = json_parse(text, len), type;
    enum kind kind = KIND_NONE;

    if (json_get_string(record, "type", &type)) {
        struct scan_value value = scan_value_of(type);

        kind = kind_named(&value);
        jv_free(type);
    }
    jv_free(record);
    return kind;
}

enum kind kind_of(const char *text, size_t len)
{
    static const struct scan_word type = SCAN_WORD("type");
    struct scan_value key, value;
    enum kind kind = KIND_NONE;
    enum scan_status status;
    struct scan scan;

    if (len == 0 || text[0] != '{')
        return KIND_NONE;
    if (!scan_begin(&scan, text, len))
        return kind_parsed(text, len);
    while ((status = scan_next(&scan, &key, &value)) == SCAN_MEMBER)
        if (scan_find(&key, &type, 1) == 0)
            kind = kind_named(&value);
    return status == SCAN_REFUSED ? kind_parsed(text, len) : kind;
}
