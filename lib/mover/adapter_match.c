#include "mover/adapter.h"

/* Reads the groups of a match; false where a number is none. */
static bool read_groups(const struct rule *rule, const char *line,
                        const size_t *ends, struct values *v)
{
    v->known = v->printed = 0;
    v->binary = v->tera = false;
    for (int g = 1; g < rule->groups; g++) {
        enum field f = rule->field_of[g];
        const char *at;
        size_t len;
        int64_t number;

        if (ends[2 * g] == RX_UNSET)
            continue;
        at = line + ends[2 * g];
        len = ends[2 * g + 1] - ends[2 * g];
        if (rule->unit_of[g].kind == QUANTITY_TEXT) {
            v->known |= FIELD_BIT(f);
            v->of[f].text = (struct text){ at, len };
        } else if (quantity_read(rule->unit_of[g], at, len, &number)) {
            values_set(v, f, number);
        } else {
            return false;
        }
    }
    return true;
}

/* Whether the line does not count more than there is. */
static bool is_part(const struct rule *rule, const struct values *v)
{
    enum field count = reading_common(rule->operation, COMMON_COUNT);
    enum field of = reading_common(rule->operation, COMMON_OF);

    return !values_has(v, of) ||
           values_number(v, count) <= values_number(v, of);
}

enum adapter_match adapter_match(struct adapter *a, const char *line,
                                 size_t len, struct reading *reading,
                                 const struct rule **by)
{
    enum adapter_match result = ADAPTER_NONE;

    for (size_t i = 0; i < a->rule_count; i++) {
        struct rule *rule = &a->rules[i];
        const size_t *ends;
        int groups;

        if (rule->limits >= ADAPTER_LIMITS)
            continue;
        groups = rx_match(rule->rx, line, len, &ends);
        if (groups == RX_LIMIT || groups == RX_ERROR) {
            rule->limits++;
            *by = rule;
            result = ADAPTER_LIMIT;
        }
        if (groups <= 0 || !read_groups(rule, line, ends, &reading->values) ||
            (a->parts && !is_part(rule, &reading->values)))
            continue;
        reading->kind = rule->kind;
        reading->operation = rule->operation;
        *by = rule;
        return ADAPTER_MATCHED;
    }
    return result;
}
