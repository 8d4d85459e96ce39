/*
 * The functions of Kanister, and the steps in which each does its work.
 *
 * Source: kanister pkg/function, each file of it, at 0.119.0 and at the head of
 * August 2026.
 * A step is one that takes time while the function runs: a pod that is torn
 * down behind its back is no cleanup.
 */
#ifndef PHASE_FUNCTIONS_H
#define PHASE_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "phase/steps.h"

struct function {
    const char *name;
    unsigned steps;    /* a set of them, as in steps.h */
    const char *mover; /* what moves its bulk data; NULL: nothing does */
    bool fan_out;      /* the same work for each of several items */
    const char *until; /* the last release, or month, to have it; NULL */
    const char *says;  /* what it does, in a few words */
};

/* The function called NAME; NULL where it is none of Kanister's. */
const struct function *functions_find(const char *name, size_t len);

/* The steps of KNOWN; all three of an unknown one, which is NULL. */
unsigned functions_steps(const struct function *known);

/* Appends the whole catalogue, a heading and a line for each function, with
 * tabs between the columns. */
void functions_put(struct buf *b);

#endif
