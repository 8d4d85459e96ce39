/*
 * YAML, over libyaml, as jv: one document after the other.
 *
 * Scalars mean what they mean to kubectl (base/plain.h).  Anchors, aliases and
 * merge keys are followed.  A key stands once in a mapping; a number or truth
 * value as a key becomes a string, as in kubectl.  JSON is read by json.h, and
 * what that refuses is tried as YAML, which can say where it is wrong.
 *
 * An alias costs as much as what it stands for, and all of it together has a
 * ceiling, so that a few lines cannot stand for a billion values.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include <jv.h>
#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

enum {
    YAML_DEPTH_MAX = 256,     /* as libjq's for JSON */
    YAML_VALUES_MAX = 500000, /* of all documents, aliases followed */
    YAML_WHY_MAX = 256
};

struct yaml {
    char why[YAML_WHY_MAX]; /* "line 3, column 7: ..." */

    /* private */
    const char *text;
    size_t len;
    bool begun;
    yaml_parser_t parser;
    size_t values;
    jv anchors, sizes; /* by name: the value, and how many values it is */
};

/* Begins with the LEN bytes of TEXT (NULL for none), which are borrowed until
 * yaml_end(): that is due after a failure too.  UTF-8, with or without a byte
 * order mark, or UTF-16 with one. */
void yaml_begin(struct yaml *y, const char *text, size_t len);

/* Gives the next document to the caller, null for an empty one; an invalid jv
 * after the last.  False with the reason in `why`, or with an empty `why` and
 * errno ENOMEM, and then there is nothing more to be had. */
bool yaml_next(struct yaml *y, jv *document);

void yaml_end(struct yaml *y);

#endif
