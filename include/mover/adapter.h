/*
 * Adapters: what one mover prints, as data.
 *
 * An adapter is a text file.  Lines that are empty or begin with "#" say
 * nothing; any other begins with a word:
 *
 *     mover rsync                    what it is
 *     versions 3.2.7, 3.5.0          which were tried
 *     command rsync --info=progress2 SRC DST    how it must be run
 *     exact TEXT, inexact TEXT       for people
 *     stream both                    where it prints that: stdout, stderr (the
 *                                    default) or both
 *     operation sync                 of what follows
 *     unit done iec                  of what follows
 *     progress PATTERN               a rule: the kind of line (reading.h), and
 *                                    a PCRE2 that matches all of it
 *     jq                             lines of a jq program follow, each behind
 *                                    a blank; it gets lines that begin with
 *                                    "{" or "[" and that no rule matches
 *     sample [TOTAL]                 lines of a sample follow:
 *     < TEXT                         a line of the mover
 *     ! TEXT                         one that must not be understood
 *     > RECORD                       what must come of those so far
 */
#ifndef MOVER_ADAPTER_H
#define MOVER_ADAPTER_H

#include "base/buf.h"
#include "base/rx.h"
#include "mover/quantity.h"
#include "mover/reading.h"

enum {
    ADAPTER_CEILING = 256 * 1024, /* bytes of a file */
    ADAPTER_GROUPS = 20,
    ADAPTER_LIMITS = 10, /* so often may a rule pass PCRE2's limit */
};

struct rule {
    enum reading_kind kind;
    enum operation operation;
    struct rx *rx;
    int line;   /* in the file */
    int limits; /* how often it passed the limit; then it is left out */
    int groups; /* with the whole match, group 0 */
    unsigned char field_of[ADAPTER_GROUPS];
    struct quantity unit_of[ADAPTER_GROUPS];
};

/* A line of a sample. */
struct sample {
    char kind;     /* '<', '!', '>', or 's' where a sample begins */
    int line;      /* in the file */
    int64_t total; /* of 's'; -1: none */
    struct text text;
};

struct adapter {
    struct text mover, versions, command, exact, inexact; /* or empty */
    const char *stream;       /* "stderr", "stdout" or "both" */
    enum operation operation; /* what the first line that said it, said */
    bool fixed; /* the operation is somebody else's choice, for all lines */
    bool parts; /* no `count` is above its `of`: that is something else */
    struct rule *rules;
    size_t rule_count;
    struct buf jq; /* the program; empty where there is none */
    struct sample *samples;
    size_t sample_count;
    struct buf text; /* the file: the caller's, read into it */
};

struct adapter_wrong {
    int line; /* 0: of the whole file */
    char why[256];
};

/* Prepares A to be read.  OPERATION, where it is not OP_NONE, is meant in the
 * place of the file's own. */
void adapter_init(struct adapter *a, enum operation operation);
void adapter_free(struct adapter *a);

/* Reads what is in A->text.  False with WRONG filled. */
bool adapter_parse(struct adapter *a, struct adapter_wrong *wrong);

enum adapter_match {
    ADAPTER_NONE,    /* no rule knows the line */
    ADAPTER_MATCHED, /* READING is filled; its texts point into the line */
    ADAPTER_LIMIT,   /* none does, but one passed the limit */
};

/* Reads the LEN bytes at LINE by the rules, the first that matches; a rule of
 * which a number cannot be read does not match.  *BY is the rule that matched
 * or passed the limit. */
enum adapter_match adapter_match(struct adapter *a, const char *line,
                                 size_t len, struct reading *reading,
                                 const struct rule **by);

#endif
