/*
 * kopia's console grammar as data: one row for each kind of line that any
 * release prints.
 *
 * A line is matched from its first byte that is not blank.  A match need not
 * reach the line's end: a log line follows a progress line with no separator
 * between them, so what is left is a line of its own.
 */
#ifndef MOVER_GRAMMAR_H
#define MOVER_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "mover/fields.h"

enum operation {
    OP_NONE,
    OP_SNAPSHOT,
    OP_RESTORE,
    OP_VERIFY,
    OP_CONTENT_VERIFY,
    OP_INDEX_RECOVER,
    OP_SYNC,
    OP_MIGRATE,
    OP_MAINTENANCE,
    OP_ESTIMATE,
};

/* What a line means to the run that prints it. */
enum meaning {
    LINE_DRESS,     /* in front of a log line: time, module, level */
    LINE_JSON,      /* a JSON log line or document */
    LINE_START,     /* the operation begins */
    LINE_MAYBE,     /* it may have begun: others print such words too */
    LINE_SOURCE,    /* a snapshot of a source begins */
    LINE_PROGRESS,  /* counters */
    LINE_TOTAL,     /* sync: what there is to copy, so far */
    LINE_COPYING,   /* sync: the total stands */
    LINE_IGNORED,   /* an error about one path, which is let pass */
    LINE_ERROR,     /* an error about one path */
    LINE_SAVED,     /* a snapshot was saved, whole or in part */
    LINE_UNCHANGED, /* no snapshot was needed */
    LINE_DONE,      /* the operation ended well */
    LINE_ENDED,     /* the operation ended: well, where no error came before */
    LINE_PARTIAL,   /* a part of the operation could not be done */
    LINE_CANCELLED, /* it was told to stop, and did */
    LINE_ABORTED,   /* it was told to stop, and failed: exit status 1 */
    LINE_FAILED,    /* the failure text: exit status 1 */
    LINE_SUSPECT,   /* the failure text, where nothing follows it */
    LINE_KNOWN,     /* says nothing about progress */
};

struct form {
    const char *name;
    const char *since, *until; /* kopia's releases; until "" is the newest */
    enum operation operation;  /* OP_NONE: whatever runs */
    enum meaning meaning;
    /* the possible first bytes, or the text that the line begins with */
    const char *first, *literal;
    /* PCRE2, after the literal; NULL: whatever the line goes on with */
    const char *pattern;
    uint64_t zero;    /* fields that are 0 where the line leaves them out */
    const char *says; /* for people */
};

/* The table; ends with a row without a name.  Where two rows match, the first
 * one counts. */
extern const struct form grammar[];

struct match {
    const struct form *form;
    size_t len;           /* of the match */
    struct values values; /* texts point into the line */
};

/* The compiled table. */
struct matcher;

/* NULL where there is no memory.  Patterns are compiled when first needed. */
struct matcher *matcher_new(void);
void matcher_free(struct matcher *m);

/* Matches the LEN bytes at LINE.  False where no row knows them, or where
 * PCRE2 gave up (counted: matcher_gave_up()). */
bool matcher_match(struct matcher *m, const char *line, size_t len,
                   struct match *match);

/* How many matches PCRE2 gave up, at a limit or for want of memory. */
uint64_t matcher_gave_up(const struct matcher *m);

/* Compiles every row; the name of the first that is wrong and *WHY, or NULL.
 * For tests and `--forms`. */
const char *matcher_check(struct matcher *m, const char **why);

/* The whole table for people: tab-separated, a heading first. */
void grammar_print(struct buf *b);

/* The names of the enums' values, for records and `--forms`. */
const char *operation_name(enum operation operation);
const char *meaning_name(enum meaning meaning);

#endif
