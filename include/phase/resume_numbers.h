/*
 * The numbers of the plan, of a phase and of each of its items that outlive a
 * restart: the tables by which resume.h writes and reads them.  A new one is a
 * row.
 */
#ifndef PHASE_RESUME_NUMBERS_H
#define PHASE_RESUME_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* To be raised where a number gets another meaning; states and the like are
 * written as this program counts them. */
enum { RESUME_VERSION = 1 };

/* What a part may hold; two of them can be added. */
#define RESUME_WORD_MAX (INT64_C(1) << 61)

struct number {
    const char *name;
    size_t offset, width; /* of an int64_t or an enum */
    int64_t absent;       /* what it is where it is not written */
    int64_t least, most;  /* where it is */
};

/* Of a struct plan, a struct phase and a struct item; a NULL name ends each. */
extern const struct number resume_plan_numbers[];
extern const struct number resume_phase_numbers[];
extern const struct number resume_item_numbers[];

/* The number N of OBJECT, and a new value for it. */
int64_t number_get(const struct number *n, const void *object);
void number_set(const struct number *n, void *object, int64_t value);

#endif
