/* The rules of an adapter. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mover/adapter_parts.h"

enum { RULES_MAX = 100 };

bool adapter_blame(struct parser *p, const char *format, ...)
{
    va_list args;

    p->wrong->line = p->line;
    va_start(args, format);
    vsnprintf(p->wrong->why, sizeof p->wrong->why, format, args);
    va_end(args);
    return false;
}

bool adapter_is_word(struct text t, const char *word)
{
    return strlen(word) == t.len && memcmp(word, t.at, t.len) == 0;
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

/* What a group holds goes into no record. */
static void set_unread(struct rule *rule, int group)
{
    rule->field_of[group] = F_level; /* which none of ours has */
    rule->unit_of[group].kind = QUANTITY_TEXT;
}

static void see_group(void *arg, const char *name, int group)
{
    struct parser *p = arg;
    struct rule *rule = p->rule;
    enum field f = reading_field(rule->kind, rule->operation, name);

    if (rule->groups > ADAPTER_GROUPS)
        return; /* something is wrong already */
    if (group >= ADAPTER_GROUPS) {
        adapter_blame(p, "more than %d groups", ADAPTER_GROUPS - 1);
        rule->groups = ADAPTER_GROUPS + 1;
        return;
    }
    for (size_t i = 0; i < p->unit_count; i++)
        p->units[i].used |= adapter_is_word(p->units[i].name, name);
    if (f == FIELD_COUNT && p->adapter->fixed &&
        field_find(name) != FIELD_COUNT) {
        /* the choice of another operation leaves out what that has not */
        set_unread(rule, group);
    } else if (f == FIELD_COUNT) {
        adapter_blame(
            p, "\"%s\" is no member of a%s %s line%s%s", name,
            rule->kind == READ_ERROR || rule->kind == READ_UNCHANGED ? "n" : "",
            reading_kind_name(rule->kind),
            rule->operation != OP_NONE ? " of " : "",
            operation_name(rule->operation));
        rule->groups = ADAPTER_GROUPS + 1;
        return;
    } else {
        rule->field_of[group] = (unsigned char)f;
        rule->unit_of[group] = usual_unit(f);
        for (size_t i = 0; i < p->unit_count; i++)
            if (adapter_is_word(p->units[i].name, name))
                rule->unit_of[group] = p->units[i].unit;
        if (!unit_fits(f, rule->unit_of[group].kind)) {
            adapter_blame(p, "\"%s\" cannot have this unit", name);
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
        return adapter_blame(p, "%s", why);
    rule->groups = 1;
    for (int g = 1; g < ADAPTER_GROUPS; g++) /* "(?-n)" has some without name */
        set_unread(rule, g);
    p->rule = rule;
    rx_each_group(rule->rx, see_group, p);
    return rule->groups <= ADAPTER_GROUPS;
}

bool adapter_add_rule(struct parser *p, enum reading_kind kind,
                      struct text pattern)
{
    struct adapter *a = p->adapter;
    struct rule *rule;

    if (pattern.len == 0)
        return adapter_blame(p, "a pattern is missing");
    if (memchr(pattern.at, '\0', pattern.len) != NULL)
        return adapter_blame(p, "a NUL in the pattern");
    if (a->rules == NULL)
        a->rules = calloc(RULES_MAX, sizeof *a->rules);
    if (a->rules == NULL || a->rule_count == RULES_MAX)
        return adapter_blame(p, "more than %d rules", RULES_MAX);
    rule = &a->rules[a->rule_count++];
    rule->kind = kind;
    rule->operation = a->fixed ? a->operation : p->operation;
    rule->line = p->line;
    return compile(p, rule, pattern);
}
