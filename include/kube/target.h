/*
 * Targets: where the status is written to.
 */
#ifndef KUBE_TARGET_H
#define KUBE_TARGET_H

#include <stdbool.h>
#include <stddef.h>

enum target_kind {
    TARGET_STDOUT,    /* "-": a line for each state */
    TARGET_FILE,      /* a path: the file holds the newest state */
    TARGET_ACTIONSET, /* "actionset/NAME": refused by target_open() */
};

struct target {
    enum target_kind kind;
    const char *name; /* the path, or how a message calls it; borrowed */
    bool torn;        /* a line on standard output may have been cut */
};

/* Reads OPERAND, which T borrows, and touches nothing.  NULL, or why it cannot
 * be a target, to stand behind it in a sentence. */
const char *target_open(struct target *t, const char *operand);

/* Writes LEN bytes, a line with its newline.  False with errno set, and then a
 * file holds what it did before, or, in rare cases, this (file_replace()). */
bool target_write(struct target *t, const char *line, size_t len);

#endif
