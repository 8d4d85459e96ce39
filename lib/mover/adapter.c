#include "mover/adapter.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum { RULES_MAX = 100, SAMPLES_MAX = 4000, NAME_MAX_LEN = 40 };

/* Names that a unit was declared for; there are no more fields. */
enum { UNITS_MAX = FIELD_COUNT };

struct unit_row {
    struct text name;
    struct quantity unit;
    int line;
    bool used; /* a rule behind it has such a group */
};

/* The reading of one file. */
struct parser {
    struct adapter *adapter;
    struct adapter_wrong *wrong;
    enum operation operation;
    struct unit_row units[UNITS_MAX];
    size_t unit_count;
    int line;
    char block; /* 'j' within jq, 's' within a sample, or 0 */
    bool operation_said;
    struct rule *rule; /* whose groups are looked at */
};

void adapter_init(struct adapter *a, enum operation operation)
{
    const struct text none = { "", 0 };

    *a = (struct adapter){ .mover = none,
                           .versions = none,
                           .command = none,
                           .exact = none,
                           .inexact = none,
                           .stream = "stderr",
                           .operation = operation,
                           .fixed = operation != OP_NONE,
                           .jq = BUF_INIT(ADAPTER_CEILING),
                           .text = BUF_INIT(ADAPTER_CEILING) };
}

void adapter_free(struct adapter *a)
{
    for (size_t i = 0; i < a->rule_count; i++)
        rx_free(a->rules[i].rx);
    free(a->rules);
    free(a->samples);
    buf_free(&a->jq);
    buf_free(&a->text);
}

/* Says what is wrong with the line; false. */
static bool __attribute__((format(printf, 2, 3)))
wrong(struct parser *p, const char *format, ...)
{
    va_list args;

    p->wrong->line = p->line;
    va_start(args, format);
    vsnprintf(p->wrong->why, sizeof p->wrong->why, format, args);
    va_end(args);
    return false;
}

/* Takes the first word off LINE; it and the rest are trimmed. */
static struct text take_word(struct text *line)
{
    struct text word = *line = text_trim(*line);

    word.len = 0;
    while (word.len < line->len && !text_is_blank(line->at[word.len]))
        word.len++;
    line->at += word.len;
    line->len -= word.len;
    *line = text_trim(*line);
    return word;
}

static bool is_word(struct text t, const char *word)
{
    return strlen(word) == t.len && memcmp(word, t.at, t.len) == 0;
}

/* A copy with a NUL for those who want a string; "" where it is too long. */
static const char *name_of(struct text t, char name[static NAME_MAX_LEN])
{
    size_t len = t.len < NAME_MAX_LEN ? t.len : 0;

    memcpy(name, t.at, len);
    name[len] = '\0';
    return name;
}

/* What the group NAME is read as, where no unit was declared. */
static struct quantity usual_unit(enum field f)
{
    static const enum quantity_kind kinds[] = {
        [UNIT_COUNT] = QUANTITY_COUNT,     [UNIT_SIZE] = QUANTITY_BYTES,
        [UNIT_SPEED] = QUANTITY_BYTES,     [UNIT_PERCENT] = QUANTITY_PERCENT,
        [UNIT_SECONDS] = QUANTITY_SECONDS, [UNIT_TEXT] = QUANTITY_TEXT,
    };

    return (struct quantity){ kinds[field_types[f].unit], 1 };
}

/* A unit that may be declared for the field F. */
static bool unit_fits(enum field f, enum quantity_kind kind)
{
    switch (field_types[f].unit) {
    case UNIT_COUNT:
        return kind == QUANTITY_COUNT || kind == QUANTITY_TIMES;
    case UNIT_SIZE:
    case UNIT_SPEED:
        return kind == QUANTITY_BYTES || kind == QUANTITY_COUNT ||
               kind == QUANTITY_IEC || kind == QUANTITY_SI ||
               kind == QUANTITY_TIMES;
    case UNIT_PERCENT:
        return kind == QUANTITY_PERCENT || kind == QUANTITY_RATIO;
    case UNIT_SECONDS:
        return kind == QUANTITY_SECONDS || kind == QUANTITY_HMS;
    case UNIT_TEXT:
        break;
    }
    return kind == QUANTITY_TEXT;
}

static void see_group(void *arg, const char *name, int group)
{
    struct parser *p = arg;
    struct rule *rule = p->rule;
    enum field f = reading_field(rule->kind, rule->operation, name);

    if (rule->groups > ADAPTER_GROUPS)
        return; /* something is wrong already */
    if (group >= ADAPTER_GROUPS) {
        wrong(p, "more than %d groups", ADAPTER_GROUPS - 1);
        rule->groups = ADAPTER_GROUPS + 1;
        return;
    }
    for (size_t i = 0; i < p->unit_count; i++)
        p->units[i].used |= is_word(p->units[i].name, name);
    if (f == FIELD_COUNT && p->adapter->fixed &&
        field_find(name) != FIELD_COUNT) {
        /* the choice of another operation leaves out what that has not */
        rule->field_of[group] = F_level; /* which no record has */
        rule->unit_of[group].kind = QUANTITY_TEXT;
    } else if (f == FIELD_COUNT) {
        wrong(p, "\"%s\" is no member of a%s %s line%s%s", name,
              rule->kind == READ_ERROR || rule->kind == READ_UNCHANGED ? "n"
                                                                       : "",
              reading_kind_name(rule->kind),
              rule->operation != OP_NONE ? " of " : "",
              operation_name(rule->operation));
        rule->groups = ADAPTER_GROUPS + 1;
        return;
    } else {
        rule->field_of[group] = (unsigned char)f;
        rule->unit_of[group] = usual_unit(f);
        for (size_t i = 0; i < p->unit_count; i++)
            if (is_word(p->units[i].name, name))
                rule->unit_of[group] = p->units[i].unit;
        if (!unit_fits(f, rule->unit_of[group].kind)) {
            wrong(p, "\"%s\" cannot have this unit", name);
            rule->groups = ADAPTER_GROUPS + 1;
            return;
        }
    }
    if (rule->groups <= group)
        rule->groups = group + 1;
}

/* Compiles PATTERN so that it matches a whole line. */
static bool compile(struct parser *p, struct rule *rule, struct text pattern)
{
    struct buf b = BUF_INIT(ADAPTER_CEILING + 16);
    const char *why = "no memory";

    buf_str(&b, "(?:");
    buf_add(&b, pattern.at, pattern.len);
    buf_str(&b, ")$");
    buf_char(&b, '\0');
    if (!b.failed)
        rule->rx = rx_compile(b.bytes, &why);
    buf_free(&b);
    if (rule->rx == NULL)
        return wrong(p, "%s", why);
    rule->groups = 1;
    p->rule = rule;
    rx_each_group(rule->rx, see_group, p);
    return rule->groups <= ADAPTER_GROUPS;
}

static bool add_rule(struct parser *p, enum reading_kind kind,
                     struct text pattern)
{
    struct adapter *a = p->adapter;
    struct rule *rule;

    if (pattern.len == 0)
        return wrong(p, "a pattern is missing");
    if (memchr(pattern.at, '\0', pattern.len) != NULL)
        return wrong(p, "a NUL in the pattern");
    if (a->rules == NULL)
        a->rules = calloc(RULES_MAX, sizeof *a->rules);
    if (a->rules == NULL || a->rule_count == RULES_MAX)
        return wrong(p, "more than %d rules", RULES_MAX);
    rule = &a->rules[a->rule_count++];
    rule->kind = kind;
    rule->operation = a->fixed ? a->operation : p->operation;
    rule->line = p->line;
    return compile(p, rule, pattern);
}

static bool add_sample(struct parser *p, struct sample sample)
{
    struct adapter *a = p->adapter;

    if (a->samples == NULL)
        a->samples = calloc(SAMPLES_MAX, sizeof *a->samples);
    if (a->samples == NULL || a->sample_count == SAMPLES_MAX)
        return wrong(p, "more than %d lines of samples", SAMPLES_MAX);
    sample.line = p->line;
    a->samples[a->sample_count++] = sample;
    return true;
}

static bool begin_sample(struct parser *p, struct text total)
{
    struct sample sample = { .kind = 's', .total = -1 };

    if (total.len > 0 && !num_int(total.at, total.len, &sample.total))
        return wrong(p, "the total of a sample is a whole number");
    p->block = 's';
    return add_sample(p, sample);
}

static bool set_operation(struct parser *p, struct text word)
{
    char name[NAME_MAX_LEN];

    p->operation = operation_find(name_of(word, name));
    if (p->operation == OP_NONE)
        return wrong(p, "there is no operation \"%s\"", name);
    if (!p->operation_said && !p->adapter->fixed)
        p->adapter->operation = p->operation;
    p->operation_said = true;
    return true;
}

static bool set_stream(struct parser *p, struct text word)
{
    static const char *const streams[] = { "stderr", "stdout", "both" };

    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (is_word(word, streams[i])) {
            p->adapter->stream = streams[i];
            return true;
        }
    return wrong(p, "a stream is stderr, stdout or both");
}

static bool set_unit(struct parser *p, struct text rest)
{
    struct text name = take_word(&rest);
    struct quantity unit;
    size_t i = 0;

    if (!quantity_find(&unit, rest.at, rest.len))
        return wrong(p, "there is no such unit");
    while (i < p->unit_count &&
           (p->units[i].name.len != name.len ||
            memcmp(p->units[i].name.at, name.at, name.len) != 0))
        i++;
    if (i == UNITS_MAX)
        return wrong(p, "too many units");
    if (i == p->unit_count)
        p->unit_count++;
    p->units[i] =
        (struct unit_row){ .name = name, .unit = unit, .line = p->line };
    return true;
}

/* A line that begins with a word. */
static bool parse_word(struct parser *p, struct text line)
{
    struct adapter *a = p->adapter;
    const struct {
        const char *word;
        struct text *text;
    } heads[] = {
        { "mover", &a->mover },     { "versions", &a->versions },
        { "command", &a->command }, { "exact", &a->exact },
        { "inexact", &a->inexact },
    };
    struct text rest = line, word = take_word(&rest);
    char name[NAME_MAX_LEN];
    enum reading_kind kind = reading_kind_find(name_of(word, name));

    p->block = 0;
    if (kind != READ_KINDS)
        return add_rule(p, kind, rest);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (is_word(word, heads[i].word)) {
            *heads[i].text = rest;
            return true;
        }
    if (is_word(word, "operation"))
        return set_operation(p, rest);
    if (is_word(word, "stream"))
        return set_stream(p, rest);
    if (is_word(word, "unit"))
        return set_unit(p, rest);
    if (is_word(word, "sample"))
        return begin_sample(p, rest);
    if (is_word(word, "jq") && rest.len == 0 && a->jq.len == 0) {
        p->block = 'j';
        return true;
    }
    return wrong(p, "nothing is known that begins like this");
}

static bool parse_line(struct parser *p, struct text line)
{
    struct adapter *a = p->adapter;

    if (p->block == 'j' && (line.len == 0 || text_is_blank(line.at[0]))) {
        buf_add(&a->jq, line.at, line.len);
        buf_char(&a->jq, '\n');
        return true;
    }
    if (p->block == 's' && line.len > 0 && strchr("<!>", line.at[0]) != NULL &&
        line.at[0] != '\0') {
        size_t head = line.len > 1 && line.at[1] == ' ' ? 2 : 1;

        return add_sample(
            p, (struct sample){ .kind = line.at[0],
                                .text = { line.at + head, line.len - head } });
    }
    if (text_trim(line).len == 0 || line.at[0] == '#')
        return true;
    line.len -= line.at[line.len - 1] == '\r'; /* of an editor elsewhere */
    return parse_word(p, line);
}

bool adapter_parse(struct adapter *a, struct adapter_wrong *w)
{
    struct parser p = { .adapter = a, .wrong = w };
    const char *at = a->text.len > 0 ? a->text.bytes : "";
    const char *end = at + a->text.len;

    *w = (struct adapter_wrong){ .line = 0 };
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct text line = { at, (size_t)((stop != NULL ? stop : end) - at) };

        p.line++;
        if (!parse_line(&p, line))
            return false;
        at += line.len + 1;
    }
    if (a->jq.failed)
        return wrong(&p, "the jq program is too long");
    for (size_t i = 0; i < p.unit_count; i++)
        if (!p.units[i].used) {
            p.line = p.units[i].line;
            return wrong(&p, "no rule behind it has a \"%.*s\"",
                         (int)p.units[i].name.len, p.units[i].name.at);
        }
    p.line = 0;
    if (a->rule_count == 0 && a->jq.len == 0)
        return wrong(&p, "it has neither rules nor a jq program");
    return true;
}
