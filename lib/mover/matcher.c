#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/rx.h"
#include "mover/grammar.h"
#include "mover/units.h"

enum { ROWS_MAX = 250, ROWS_A_BYTE = 48, GROUPS_MAX = 20 };

struct row {
    struct rx *rx; /* NULL until first needed */
    size_t literal_len;
    int groups; /* with the whole match, group 0 */
    /* by group; every group is named after a field */
    unsigned char field_of[GROUPS_MAX], unit_of[GROUPS_MAX];
};

struct matcher {
    struct row rows[ROWS_MAX];
    /* the rows whose lines can begin with a byte, in the table's order */
    unsigned char heads[256][ROWS_A_BYTE];
    unsigned char head_count[256];
    uint64_t gave_up;
};

static void add_head(struct matcher *m, char first, size_t row)
{
    unsigned char byte = (unsigned char)first;

    if (m->head_count[byte] < ROWS_A_BYTE)
        m->heads[byte][m->head_count[byte]++] = (unsigned char)row;
}

struct matcher *matcher_new(void)
{
    struct matcher *m = calloc(1, sizeof *m);

    for (size_t i = 0; m != NULL && grammar[i].name != NULL; i++) {
        const struct form *form = &grammar[i];

        if (form->literal != NULL) {
            m->rows[i].literal_len = strlen(form->literal);
            add_head(m, form->literal[0], i);
        } else {
            for (const char *byte = form->first; *byte != '\0'; byte++)
                add_head(m, *byte, i);
        }
    }
    return m;
}

void matcher_free(struct matcher *m)
{
    for (size_t i = 0; m != NULL && i < ROWS_MAX; i++)
        rx_free(m->rows[i].rx);
    free(m);
}

static void see_group(void *arg, const char *name, int group)
{
    struct row *row = arg;
    enum field f = field_find(name);

    if (group >= GROUPS_MAX || f == FIELD_COUNT) {
        row->groups = GROUPS_MAX + 1; /* compile() refuses that */
        return;
    }
    row->field_of[group] = (unsigned char)f;
    row->unit_of[group] = (unsigned char)field_types[f].unit;
    if (row->groups <= group)
        row->groups = group + 1;
}

static bool compile(struct row *row, const struct form *form, const char **why)
{
    if (row->rx != NULL)
        return true;
    row->rx = rx_compile(form->pattern, why);
    if (row->rx == NULL)
        return false;
    row->groups = 1;
    rx_each_group(row->rx, see_group, row);
    if (row->groups <= GROUPS_MAX)
        return true;
    *why = "a group that is no field, or too many of them";
    rx_free(row->rx);
    row->rx = NULL;
    return false;
}

const char *matcher_check(struct matcher *m, const char **why)
{
    size_t i;

    for (i = 0; grammar[i].name != NULL; i++) {
        const struct form *form = &grammar[i];

        *why = "neither first bytes nor a literal";
        if ((form->first == NULL) == (form->literal == NULL))
            return form->name;
        if (form->pattern != NULL && !compile(&m->rows[i], form, why))
            return form->name;
    }
    *why = "more rows than there is room for";
    for (size_t byte = 0; byte < 256; byte++)
        if (m->head_count[byte] == ROWS_A_BYTE)
            i = ROWS_MAX;
    return i < ROWS_MAX ? NULL : "grammar";
}

/* Whether the record can have the text as it is.  No leading zero: JSON has
 * none, and neither has kopia. */
static bool is_plain(enum unit unit, const char *text, size_t len)
{
    if (unit == UNIT_COUNT)
        return len <= 18 && text[0] != '-' && (text[0] != '0' || len == 1);
    return unit == UNIT_SIZE && units_is_plain_size(text, len);
}

/* Reads the LEN bytes that a line has for a field of UNIT.  False where the
 * number cannot be known: wrapped, infinite, too large. */
static bool read_value(struct values *v, enum field f, enum unit unit,
                       const char *text, size_t len)
{
    int64_t *number = &v->of[f].number;

    switch (unit) {
    case UNIT_COUNT:
        return num_int(text, len, number);
    case UNIT_SIZE:
        if (len > 3 && text[len - 2] == 'i')
            v->binary = true;
        if (len > 3 && text[len - 2 - v->binary] == 'T')
            v->tera = true;
        return units_size(text, len, number);
    case UNIT_SPEED:
        return units_speed(text, len, number);
    case UNIT_PERCENT:
        return units_percent(text, len, number);
    case UNIT_SECONDS:
        return units_seconds(text, len, number);
    case UNIT_TEXT:
        v->of[f].text = (struct text){ text, len };
        return true;
    }
    return false;
}

/* Reads what the line has; what it leaves out is 0 where the form says so.  A
 * number that is there but cannot be known stays unknown. */
static void read_values(const struct row *row, const struct form *form,
                        const char *text, const size_t *ends, struct values *v)
{
    uint64_t seen = 0, known = 0, printed = 0, zero;

    v->binary = v->tera = false;
    for (int g = 1; g < row->groups; g++) {
        enum field f = row->field_of[g];
        size_t from = ends[2 * g], to = ends[2 * g + 1];

        if (from == RX_UNSET)
            continue;
        seen |= FIELD_BIT(f);
        if (is_plain(row->unit_of[g], text + from, to - from)) {
            v->of[f].text = (struct text){ text + from, to - from };
            printed |= FIELD_BIT(f);
        } else if (read_value(v, f, row->unit_of[g], text + from, to - from)) {
            known |= FIELD_BIT(f);
        }
    }
    v->known = known | printed;
    v->printed = printed;
    for (zero = form->zero & ~seen; zero != 0; zero &= zero - 1)
        values_set(v, (enum field)__builtin_ctzll(zero), 0);
}

/* Whether FORM's row matches LINE; fills MATCH. */
static bool try_row(struct matcher *m, size_t i, const char *line, size_t len,
                    struct match *match)
{
    const struct form *form = &grammar[i];
    struct row *row = &m->rows[i];
    size_t literal = row->literal_len;
    const size_t *ends;
    const char *why;
    int groups;

    if (len < literal ||
        (literal > 0 && memcmp(line, form->literal, literal) != 0))
        return false;
    match->form = form;
    match->values.known = match->values.printed = 0;
    match->len = len;
    if (form->pattern == NULL)
        return true;
    if (!compile(row, form, &why)) {
        m->gave_up++;
        return false;
    }
    groups = rx_match(row->rx, line + literal, len - literal, &ends);
    if (groups == RX_LIMIT || groups == RX_ERROR)
        m->gave_up++;
    if (groups <= 0)
        return false;
    match->len = literal + ends[1];
    read_values(row, form, line + literal, ends, &match->values);
    return true;
}

bool matcher_match(struct matcher *m, const char *line, size_t len,
                   struct match *match)
{
    unsigned char first;

    if (len == 0)
        return false;
    first = (unsigned char)line[0];
    for (size_t i = 0; i < m->head_count[first]; i++)
        if (try_row(m, m->heads[first][i], line, len, match))
            return true;
    return false;
}

uint64_t matcher_gave_up(const struct matcher *m)
{
    return m->gave_up;
}

const char *operation_name(enum operation operation)
{
    static const char *const names[] = {
        [OP_NONE] = "",
        [OP_SNAPSHOT] = "snapshot",
        [OP_RESTORE] = "restore",
        [OP_VERIFY] = "verify",
        [OP_CONTENT_VERIFY] = "content-verify",
        [OP_INDEX_RECOVER] = "index-recover",
        [OP_SYNC] = "sync",
        [OP_MIGRATE] = "migrate",
        [OP_MAINTENANCE] = "maintenance",
        [OP_ESTIMATE] = "estimate",
    };

    return names[operation];
}

const char *meaning_name(enum meaning meaning)
{
    static const char *const names[] = {
        [LINE_DRESS] = "dress",     [LINE_JSON] = "json",
        [LINE_START] = "start",     [LINE_MAYBE] = "maybe",
        [LINE_SOURCE] = "source",   [LINE_PROGRESS] = "progress",
        [LINE_TOTAL] = "total",     [LINE_COPYING] = "copying",
        [LINE_IGNORED] = "ignored", [LINE_ERROR] = "error",
        [LINE_SAVED] = "saved",     [LINE_UNCHANGED] = "unchanged",
        [LINE_DONE] = "done",       [LINE_ENDED] = "ended",
        [LINE_PARTIAL] = "partial", [LINE_CANCELLED] = "cancelled",
        [LINE_ABORTED] = "aborted", [LINE_FAILED] = "failed",
        [LINE_SUSPECT] = "suspect", [LINE_KNOWN] = "known",
    };

    return names[meaning];
}
