#include "mover/adapter_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

enum { SAMPLES_MAX = 4000, NAME_MAX_LEN = 40 };

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

/* A copy with a NUL for those who want a string; "" where it is too long. */
static const char *name_of(struct text t, char name[static NAME_MAX_LEN])
{
    size_t len = t.len < NAME_MAX_LEN ? t.len : 0;

    memcpy(name, t.at, len);
    name[len] = '\0';
    return name;
}

static bool add_sample(struct parser *p, struct sample sample)
{
    struct adapter *a = p->adapter;

    if (a->samples == NULL)
        a->samples = calloc(SAMPLES_MAX, sizeof *a->samples);
    if (a->samples == NULL || a->sample_count == SAMPLES_MAX)
        return adapter_blame(p, "more than %d lines of samples", SAMPLES_MAX);
    sample.line = p->line;
    a->samples[a->sample_count++] = sample;
    return true;
}

static bool begin_sample(struct parser *p, struct text total)
{
    struct sample sample = { .kind = 's', .total = -1 };

    if (total.len > 0 && !num_int(total.at, total.len, &sample.total))
        return adapter_blame(p, "the total of a sample is a whole number");
    p->block = 's';
    return add_sample(p, sample);
}

static bool set_operation(struct parser *p, struct text word)
{
    char name[NAME_MAX_LEN];

    p->operation = operation_find(name_of(word, name));
    if (p->operation == OP_NONE)
        return adapter_blame(p, "there is no operation \"%s\"", name);
    if (!p->operation_said && !p->adapter->fixed)
        p->adapter->operation = p->operation;
    p->operation_said = true;
    return true;
}

static bool set_stream(struct parser *p, struct text word)
{
    static const char *const streams[] = { "stderr", "stdout", "both" };

    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        if (adapter_is_word(word, streams[i])) {
            p->adapter->stream = streams[i];
            return true;
        }
    return adapter_blame(p, "a stream is stderr, stdout or both");
}

static bool set_unit(struct parser *p, struct text rest)
{
    struct text name = take_word(&rest);
    struct quantity unit;
    size_t i = 0;

    if (!quantity_find(&unit, rest.at, rest.len))
        return adapter_blame(p, "there is no such unit");
    while (i < p->unit_count &&
           (p->units[i].name.len != name.len ||
            memcmp(p->units[i].name.at, name.at, name.len) != 0))
        i++;
    if (i == UNITS_MAX)
        return adapter_blame(p, "too many units");
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
        return adapter_add_rule(p, kind, rest);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (adapter_is_word(word, heads[i].word)) {
            *heads[i].text = rest;
            return true;
        }
    if (adapter_is_word(word, "operation"))
        return set_operation(p, rest);
    if (adapter_is_word(word, "stream"))
        return set_stream(p, rest);
    if (adapter_is_word(word, "unit"))
        return set_unit(p, rest);
    if (adapter_is_word(word, "sample"))
        return begin_sample(p, rest);
    if (adapter_is_word(word, "jq") && rest.len == 0 && a->jq.len == 0) {
        p->block = 'j';
        return true;
    }
    return adapter_blame(p, "nothing is known that begins like this");
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
        return adapter_blame(&p, "the jq program is too long");
    for (size_t i = 0; i < p.unit_count; i++)
        if (!p.units[i].used) {
            p.line = p.units[i].line;
            return adapter_blame(&p, "no rule behind it has a \"%.*s\"",
                                 (int)p.units[i].name.len, p.units[i].name.at);
        }
    p.line = 0;
    if (a->rule_count == 0 && a->jq.len == 0)
        return adapter_blame(&p, "it has neither rules nor a jq program");
    return true;
}
