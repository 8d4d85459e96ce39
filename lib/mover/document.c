#include "mover/document.h"

#include <string.h>

#include "base/json.h"

enum { NAME_CEILING = 4096 };

static bool ends_value(char c)
{
    return c == '}' || c == ']' || c == '"';
}

/* Reads braces and strings up to the end of the object or of the bytes;
 * returns how many belong to it. */
static size_t scan(struct document *d, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];

        if (d->in_string) {
            d->in_string = d->escaped || c != '"';
            d->escaped = !d->escaped && c == '\\';
        } else if (c == '"') {
            d->in_string = true;
        } else if (c == '{' || c == '[') {
            if (++d->nest.depth > NEST_MAX)
                return 0;
            d->nest.closers[d->nest.depth - 1] = c == '{' ? '}' : ']';
        } else if (c == ',' && !d->full) {
            d->whole = d->nest;
            d->whole_len = d->text.len + i;
        } else if ((c == '}' || c == ']') && --d->nest.depth == 0) {
            d->open = false;
            return i + 1;
        }
        if (c != ' ')
            d->last = c;
    }
    d->open = true;
    return len;
}

static size_t give_up(struct document *d)
{
    buf_clear(&d->text);
    d->open = false;
    return 0;
}

/* Ends the text behind the last member that is whole. */
static void close_early(struct document *d)
{
    d->open = false;
    d->text.len = d->whole_len;
    for (int i = d->whole.depth; i > 0; i--)
        buf_char(&d->text, d->whole.closers[i - 1]);
}

static size_t take(struct document *d, const char *line, size_t len, bool cut)
{
    bool fits = !d->full && d->text.len + len <= DOCUMENT_CEILING;
    size_t used;

    d->full = !fits;
    used = scan(d, line, len);
    if (used == 0)
        return give_up(d);
    if (fits)
        buf_add(&d->text, line, used);
    if (d->text.failed || (d->open && d->in_string && !cut))
        return give_up(d); /* a string does not go on over lines */
    if ((cut && d->open) || (d->full && !d->open))
        close_early(d);
    return used;
}

size_t document_begin(struct document *d, const char *line, size_t len,
                      bool cut)
{
    struct buf text = d->text;

    buf_clear(&text);
    *d = (struct document){ .text = text };
    return take(d, line, len, cut);
}

size_t document_add(struct document *d, const char *line, size_t len, bool cut)
{
    size_t blank = 0;

    while (blank < len && line[blank] == ' ')
        blank++;
    if (blank < len && (strchr("\"{}[]", line[blank]) == NULL ||
                        (ends_value(d->last) && strchr("\"{[", line[blank]))))
        return give_up(d);
    return take(d, line, len, cut);
}

void document_facts_init(struct document_facts *facts)
{
    facts->level = facts->source = BUF_INIT(NAME_CEILING);
    facts->root_id = facts->snapshot_id = BUF_INIT(NAME_CEILING);
    facts->message = BUF_INIT(DOCUMENT_CEILING);
}

void document_facts_free(struct document_facts *facts)
{
    buf_free(&facts->level);
    buf_free(&facts->message);
    buf_free(&facts->source);
    buf_free(&facts->root_id);
    buf_free(&facts->snapshot_id);
}

/* Appends the string KEY of OBJECT; false where there is none. */
static bool get_text(jv object, const char *key, struct buf *b)
{
    jv value;

    if (!json_get_string(object, key, &value))
        return false;
    buf_add(b, jv_string_value(value),
            (size_t)jv_string_length_bytes(jv_copy(value)));
    jv_free(value);
    return true;
}

static void get_number(jv object, const char *key, enum field f,
                       struct values *v)
{
    int64_t number;

    if (json_get_int(object, key, &number))
        values_set(v, f, number);
}

/* snapshot/manifest.go, fs/entry.go@v0.23.1 */
static void read_snapshot(jv root, struct document_facts *facts)
{
    jv source = json_get(root, "source");
    jv entry = json_get(root, "rootEntry");
    jv summary = json_get(entry, "summ");
    jv incomplete = json_get(root, "incomplete");

    if (get_text(source, "userName", &facts->source)) {
        buf_char(&facts->source, '@');
        get_text(source, "host", &facts->source);
        buf_char(&facts->source, ':');
        get_text(source, "path", &facts->source);
    }
    get_text(entry, "obj", &facts->root_id);
    facts->incomplete = jv_get_kind(incomplete) == JV_KIND_STRING;
    get_number(entry, "size", F_bytes, &facts->values); /* a single file */
    get_number(summary, "size", F_bytes, &facts->values);
    get_number(summary, "files", F_files, &facts->values);
    get_number(summary, "dirs", F_directories, &facts->values);
    get_number(summary, "symlinks", F_symlinks, &facts->values);
    get_number(summary, "numFailed", F_fatalErrors, &facts->values);
    get_number(summary, "numIgnoredErrors", F_ignoredErrors, &facts->values);
    jv_free(incomplete);
    jv_free(summary);
    jv_free(entry);
    jv_free(source);
}

/* cli/command_snapshot_verify.go@v0.21.0 */
static void read_verify(jv root, struct document_facts *facts)
{
    jv stats = json_get(root, "stats");

    get_number(stats, "processedObjectCount", F_processedObjects,
               &facts->values);
    get_number(stats, "processedBytes", F_processedB, &facts->values);
    get_number(stats, "readFileCount", F_readFiles, &facts->values);
    get_number(stats, "readBytes", F_readB, &facts->values);
    get_number(stats, "expectedTotalObjectCount", F_totalObjects,
               &facts->values);
    get_number(stats, "expectedTotalBytes", F_totalB, &facts->values);
    get_number(root, "errorCount", F_errors, &facts->values);
    jv_free(stats);
}

static enum document_kind read_root(jv root, struct document_facts *facts)
{
    if (jv_get_kind(root) != JV_KIND_OBJECT)
        return DOCUMENT_OTHER;
    if (get_text(root, "m", &facts->message)) {
        get_text(root, "l", &facts->level);
        return DOCUMENT_LOG;
    }
    if (get_text(root, "id", &facts->snapshot_id)) {
        read_snapshot(root, facts);
        return facts->root_id.len > 0 && facts->source.len > 0
                   ? DOCUMENT_SNAPSHOT
                   : DOCUMENT_OTHER;
    }
    if (json_get_int(root, "errorCount", &facts->error_count)) {
        read_verify(root, facts);
        return values_has(&facts->values, F_processedObjects) ? DOCUMENT_VERIFY
                                                              : DOCUMENT_OTHER;
    }
    return DOCUMENT_OTHER;
}

enum document_kind document_read(const struct document *d,
                                 struct document_facts *facts)
{
    jv root = json_parse(d->text.bytes, d->text.len);
    enum document_kind kind;

    buf_clear(&facts->level);
    buf_clear(&facts->message);
    buf_clear(&facts->source);
    buf_clear(&facts->root_id);
    buf_clear(&facts->snapshot_id);
    facts->incomplete = false;
    facts->error_count = 0;
    facts->values.known = facts->values.printed = 0;
    kind = read_root(root, facts);
    jv_free(root);
    return kind;
}
