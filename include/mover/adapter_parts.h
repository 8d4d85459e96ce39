/*
 * The parts of the reading of an adapter.
 */
#ifndef MOVER_ADAPTER_PARTS_H
#define MOVER_ADAPTER_PARTS_H

#include "mover/adapter.h"

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

/* Says what is wrong with the line; false. */
bool __attribute__((format(printf, 2, 3)))
adapter_blame(struct parser *p, const char *format, ...);

/* Whether T is WORD. */
bool adapter_is_word(struct text t, const char *word);

/* Adds the rule that lines which PATTERN matches are of KIND; false where it is
 * wrong, which is said. */
bool adapter_add_rule(struct parser *p, enum reading_kind kind,
                      struct text pattern);

#endif
