#include "base/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/plain.h"
#include "base/shown.h"

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* Says what is wrong, and where; columns count characters, from 1.  What the
 * text itself says, a key by escapes, is shown, not obeyed. */
static jv __attribute__((format(printf, 3, 4)))
wrong(struct yaml *y, const yaml_mark_t *at, const char *format, ...)
{
    int n = snprintf(y->why, sizeof y->why,
                     "line %zu, column %zu: ", at->line + 1, at->column + 1);
    char what[YAML_WHY_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    shown(y->why + n, sizeof y->why - (size_t)n, what, strlen(what));
    return jv_invalid();
}

/* Where the byte OFFSET is, for errors that come before there are lines. */
static yaml_mark_t mark_of(const struct yaml *y, size_t offset)
{
    yaml_mark_t at = { 0 };

    for (size_t i = 0; i < offset && i < y->len; i++) {
        if (y->text[i] == '\n') {
            at.line++;
            at.column = 0;
        } else if ((y->text[i] & 0xC0) != 0x80) { /* a character begins */
            at.column++;
        }
    }
    return at;
}

/* Whether a tab stands at AT with only ASCII before it in its line, as where
 * somebody indents with one. */
static bool is_tab(const struct yaml *y, const yaml_mark_t *at)
{
    const char *line = y->text, *end = y->text + y->len;

    for (size_t i = 0; i < at->line && line != NULL; i++) {
        line = memchr(line, '\n', (size_t)(end - line));
        if (line != NULL)
            line++;
    }
    return line != NULL && at->column < (size_t)(end - line) &&
           line[at->column] == '\t';
}

/* Says what libyaml says. */
static bool libyaml_failed(struct yaml *y)
{
    const yaml_parser_t *p = &y->parser;
    yaml_mark_t at = p->error == YAML_READER_ERROR
                         ? mark_of(y, p->problem_offset)
                         : p->problem_mark;

    if (p->error == YAML_MEMORY_ERROR)
        errno = ENOMEM;
    else if (p->error == YAML_SCANNER_ERROR && is_tab(y, &at))
        wrong(y, &at, "a tab where only spaces may be");
    else
        wrong(y, &at, "%s%s%s", p->problem, p->context != NULL ? " " : "",
              p->context != NULL ? p->context : "");
    return false;
}

static bool next_event(struct yaml *y, yaml_event_t *event)
{
    return yaml_parser_parse(&y->parser, event) != 0 || libyaml_failed(y);
}

static bool count(struct yaml *y, const yaml_event_t *event, size_t values)
{
    y->values += values;
    if (y->values <= YAML_VALUES_MAX)
        return true;
    wrong(y, &event->start_mark, "too many values, aliases followed");
    return false;
}

static jv read_event(struct yaml *y, const yaml_event_t *event, int depth);

static jv read_alias(struct yaml *y, const yaml_event_t *event)
{
    jv name = jv_string((const char *)event->data.alias.anchor);
    jv size = jv_object_get(jv_copy(y->sizes), jv_copy(name));

    if (!jv_is_valid(size)) {
        wrong(y, &event->start_mark, "no anchor \"%.100s\" before this alias",
              jv_string_value(name));
        jv_free(size);
        jv_free(name);
        return jv_invalid();
    }
    if (count(y, event, (size_t)jv_number_value(size)))
        return jv_object_get(jv_copy(y->anchors), name);
    jv_free(name);
    return jv_invalid();
}

/* Whether TAG is !!WORD. */
static bool is_tag(const yaml_char_t *tag, const char *word)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    const char *text = (const char *)tag;

    return strncmp(text, prefix, sizeof prefix - 1) == 0 &&
           strcmp(text + sizeof prefix - 1, word) == 0;
}

/* Whether a value of KIND may have TAG; what is no core tag means a string. */
static bool fits(const yaml_char_t *tag, jv_kind kind)
{
    return (kind == JV_KIND_NULL && is_tag(tag, "null")) ||
           (kind == JV_KIND_NUMBER &&
            (is_tag(tag, "int") || is_tag(tag, "float"))) ||
           ((kind == JV_KIND_TRUE || kind == JV_KIND_FALSE) &&
            is_tag(tag, "bool"));
}

static jv read_scalar(struct yaml *y, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    const yaml_char_t *tag = event->data.scalar.tag;
    size_t len = event->data.scalar.length;
    bool typed = tag != NULL && (is_tag(tag, "null") || is_tag(tag, "bool") ||
                                 is_tag(tag, "int") || is_tag(tag, "float"));
    jv value;

    if (!typed && (tag != NULL || !event->data.scalar.plain_implicit))
        return jv_string_sized(text, (int)len);
    value = plain_value(text, len);
    if (!jv_is_valid(value))
        return wrong(y, &event->start_mark, "JSON has no such number");
    if (!typed || fits(tag, jv_get_kind(value)))
        return value;
    jv_free(value);
    return wrong(y, &event->start_mark, "the value is not what its tag says");
}

static jv read_sequence(struct yaml *y, int depth)
{
    jv array = jv_array();

    for (;;) {
        yaml_event_t event;
        bool ends;
        jv item;

        if (!next_event(y, &event))
            break;
        ends = event.type == YAML_SEQUENCE_END_EVENT;
        item = ends ? jv_invalid() : read_event(y, &event, depth + 1);
        yaml_event_delete(&event);
        if (ends)
            return array;
        if (!jv_is_valid(item))
            break;
        array = jv_array_append(array, item);
    }
    jv_free(array);
    return jv_invalid();
}

/* A mapping while it is read. */
struct mapping {
    jv own;    /* its members */
    jv merged; /* those that merge keys brought; the first to bring one won */
};

/* Takes the members of FROM, which is consumed, into M's merged ones. */
static bool merge_mapping(struct yaml *y, const yaml_event_t *key,
                          struct mapping *m, jv from)
{
    bool good = jv_get_kind(from) == JV_KIND_OBJECT &&
                count(y, key, (size_t)jv_object_length(jv_copy(from)));

    if (jv_get_kind(from) != JV_KIND_OBJECT)
        wrong(y, &key->start_mark, "only mappings can be merged");
    if (good) {
        jv_object_foreach(from, name, value)
        {
            if (jv_object_has(jv_copy(m->merged), jv_copy(name))) {
                jv_free(name);
                jv_free(value);
            } else {
                m->merged = jv_object_set(m->merged, name, value);
            }
        }
    }
    jv_free(from);
    return good;
}

/* `<<: VALUE`, a mapping or a sequence of them; VALUE is consumed. */
static bool merge(struct yaml *y, const yaml_event_t *key, struct mapping *m,
                  jv value)
{
    bool good = true;

    if (jv_get_kind(value) != JV_KIND_ARRAY)
        return merge_mapping(y, key, m, value);
    for (int i = 0; good && i < jv_array_length(jv_copy(value)); i++)
        good = merge_mapping(y, key, m, jv_array_get(jv_copy(value), i));
    jv_free(value);
    return good;
}

static bool is_merge_key(const yaml_event_t *event)
{
    return event->type == YAML_SCALAR_EVENT &&
           strcmp((const char *)event->data.scalar.value, "<<") == 0 &&
           (event->data.scalar.tag != NULL
                ? is_tag(event->data.scalar.tag, "merge")
                : event->data.scalar.plain_implicit);
}

/* The key that EVENT is, as a string. */
static jv read_key(struct yaml *y, const yaml_event_t *event, int depth)
{
    jv key = read_event(y, event, depth);

    switch (jv_get_kind(key)) {
    case JV_KIND_INVALID:
    case JV_KIND_STRING:
        return key;
    case JV_KIND_TRUE:
    case JV_KIND_FALSE:
    case JV_KIND_NUMBER:
        return jv_dump_string(key, 0);
    default:
        jv_free(key);
        return wrong(y, &event->start_mark,
                     "a key is neither a string nor a number nor a truth "
                     "value");
    }
}

static bool put_own(struct yaml *y, const yaml_event_t *event,
                    struct mapping *m, jv key, jv value)
{
    if (!jv_object_has(jv_copy(m->own), jv_copy(key))) {
        m->own = jv_object_set(m->own, key, value);
        return true;
    }
    wrong(y, &event->start_mark, "the key \"%.100s\" is there twice",
          jv_string_value(key));
    jv_free(key);
    jv_free(value);
    return false;
}

/* The member whose key is EVENT. */
static bool read_member(struct yaml *y, const yaml_event_t *event,
                        struct mapping *m, int depth)
{
    bool merges = is_merge_key(event);
    jv key = merges ? jv_null() : read_key(y, event, depth + 1);
    jv value = jv_invalid();
    yaml_event_t next;

    if (jv_is_valid(key) && next_event(y, &next)) {
        value = read_event(y, &next, depth + 1);
        yaml_event_delete(&next);
    }
    if (jv_is_valid(value) && !merges)
        return put_own(y, event, m, key, value);
    jv_free(key);
    return jv_is_valid(value) && merge(y, event, m, value);
}

static jv read_mapping(struct yaml *y, int depth)
{
    struct mapping m = { jv_object(), jv_object() };
    yaml_event_t event;
    bool good = true, ends = false;

    while (good && !ends && (good = next_event(y, &event))) {
        ends = event.type == YAML_MAPPING_END_EVENT;
        good = ends || read_member(y, &event, &m, depth);
        yaml_event_delete(&event);
    }
    if (good) /* its own members win, wherever the merge key stands */
        return jv_object_merge(m.merged, m.own);
    jv_free(m.merged);
    jv_free(m.own);
    return jv_invalid();
}

/* The name by which EVENT's value is known; NULL. */
static const char *anchor_of(const yaml_event_t *event)
{
    const yaml_char_t *anchor = event->type == YAML_SCALAR_EVENT
                                    ? event->data.scalar.anchor
                                : event->type == YAML_SEQUENCE_START_EVENT
                                    ? event->data.sequence_start.anchor
                                    : event->data.mapping_start.anchor;

    return (const char *)anchor;
}

/* The value that begins with EVENT; invalid, with the reason in `why`. */
static jv read_event(struct yaml *y, const yaml_event_t *event, int depth)
{
    size_t before = y->values;
    const char *anchor;
    jv value;

    if (depth > YAML_DEPTH_MAX)
        return wrong(y, &event->start_mark, "nested too deep");
    if (event->type == YAML_ALIAS_EVENT)
        return read_alias(y, event);
    if (!count(y, event, 1))
        return jv_invalid();
    value = event->type == YAML_SCALAR_EVENT           ? read_scalar(y, event)
            : event->type == YAML_SEQUENCE_START_EVENT ? read_sequence(y, depth)
                                                       : read_mapping(y, depth);
    anchor = anchor_of(event);
    if (anchor != NULL && jv_is_valid(value)) {
        jv size = jv_number((double)(y->values - before));

        y->sizes = jv_object_set(y->sizes, jv_string(anchor), size);
        y->anchors =
            jv_object_set(y->anchors, jv_string(anchor), jv_copy(value));
    }
    return value;
}

static void forget_anchors(struct yaml *y)
{
    jv_free(y->anchors);
    jv_free(y->sizes);
    y->anchors = jv_object();
    y->sizes = jv_object();
}

/* Where the text begins as JSON does: its one value; or else invalid. */
static jv read_json(const struct yaml *y)
{
    size_t at = 0;

    if (y->len >= 3 && memcmp(y->text, byte_order_mark, 3) == 0)
        at = 3;
    while (at < y->len && memchr(" \t\r\n", y->text[at], 4) != NULL)
        at++;
    return at < y->len && y->text[at] == '{'
               ? json_parse(y->text + at, y->len - at)
               : jv_invalid();
}

void yaml_begin(struct yaml *y, const char *text, size_t len)
{
    *y = (struct yaml){ .text = len > 0 ? text : "", .len = len };
    y->anchors = jv_object();
    y->sizes = jv_object();
}

/* The first look at the text: true with JSON's one value in DOCUMENT, or with
 * nothing in it and the parser at work. */
static bool begin(struct yaml *y, jv *document)
{
    *document = read_json(y);
    if (yaml_parser_initialize(&y->parser) == 0) {
        jv_free(*document);
        *document = jv_invalid();
        errno = ENOMEM;
        return false;
    }
    y->begun = true;
    /* behind JSON there is nothing more */
    yaml_parser_set_input_string(&y->parser, (const yaml_char_t *)y->text,
                                 jv_is_valid(*document) ? 0 : y->len);
    return true;
}

/* What is between the documents, and nothing of one. */
static bool is_between(yaml_event_type_t type)
{
    return type == YAML_STREAM_START_EVENT || type == YAML_STREAM_END_EVENT ||
           type == YAML_DOCUMENT_START_EVENT || type == YAML_DOCUMENT_END_EVENT;
}

bool yaml_next(struct yaml *y, jv *document)
{
    yaml_event_type_t type = YAML_STREAM_START_EVENT;

    *document = jv_invalid();
    if (!y->begun && !begin(y, document))
        return false;
    if (jv_is_valid(*document))
        return true;
    while (is_between(type) && type != YAML_STREAM_END_EVENT) {
        yaml_event_t event;

        if (!next_event(y, &event))
            return false;
        type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT)
            forget_anchors(y); /* they end with their document */
        else if (type != YAML_NO_EVENT && !is_between(type))
            *document = read_event(y, &event, 1);
        yaml_event_delete(&event);
    }
    return jv_is_valid(*document) || type == YAML_STREAM_END_EVENT ||
           type == YAML_NO_EVENT;
}

void yaml_end(struct yaml *y)
{
    if (y->begun)
        yaml_parser_delete(&y->parser);
    jv_free(y->anchors);
    jv_free(y->sizes);
    *y = (struct yaml){ .anchors = jv_null(), .sizes = jv_null() };
}
