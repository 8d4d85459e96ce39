/*
 * What one line of a mover means, whichever way it was read: by a rule of an
 * adapter, or by its jq program.
 */
#ifndef MOVER_READING_H
#define MOVER_READING_H

#include <jv.h>

#include "mover/grammar.h"

enum reading_kind {
    READ_KNOWN,    /* says nothing about progress */
    READ_PROGRESS, /* how far it is */
    READ_TALLY,    /* one more thing is done */
    READ_BEGIN,    /* the next thing begins: those before it are done */
    READ_SINGLE,   /* what follows may be of one of several things */
    READ_WARNING,  /* about something that does no harm */
    READ_ERROR,    /* something is missing at the end */
    READ_COMPLETE, /* a closing word, as are the rest */
    READ_PARTIAL,
    READ_UNCHANGED,
    READ_CANCELLED,
    READ_FAILED,
    READ_KINDS
};

struct reading {
    enum reading_kind kind;
    enum operation operation;
    struct values values; /* texts are somebody else's */
};

/* The names of the kinds, which are the words of an adapter's rules. */
const char *reading_kind_name(enum reading_kind kind);

/* The kind called NAME, or READ_KINDS. */
enum reading_kind reading_kind_find(const char *name);

/* The operation called NAME, or OP_NONE. */
enum operation operation_find(const char *name);

/* The words that are the same for every operation: bytes, and things. */
enum common_word {
    COMMON_DONE,
    COMMON_TOTAL,
    COMMON_COUNT,
    COMMON_OF,
    COMMON_WORDS
};

/* The field that WORD is for OPERATION, or FIELD_COUNT. */
enum field reading_common(enum operation operation, enum common_word word);

/* The field that NAME is in a line of KIND: a member of the record, or one of
 * the words done, total, count and of, or of single.h.  FIELD_COUNT where such
 * a record has it not. */
enum field reading_field(enum reading_kind kind, enum operation operation,
                         const char *name);

/* Reads OBJECT (borrowed), which a jq program gave for a line: a progress
 * record, or with "type" a message or a result.  Its numbers are those of the
 * record, percent may have more decimals.  OPERATION is meant where it names
 * none, and in any case where FIXED.  Its texts are OBJECT's.  False where it
 * is none of these, or a member is not what it should be. */
bool reading_of_json(struct reading *r, jv object, enum operation operation,
                     bool fixed);

#endif
