/*
 * The whole of it: what each record, and the time that passes, do to the status
 * of an action.
 */
#ifndef PHASE_AGG_H
#define PHASE_AGG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "phase/note.h"
#include "phase/plan.h"
#include "phase/status.h"
#include "phase/track.h"

struct agg {
    /* the caller fills these two */
    struct plan plan;
    struct target target;

    struct status status;
    struct note note; /* the latest record */
    enum track track; /* what became of it */
    uint64_t lines;   /* of input, also those that are no records */
    uint64_t records;
    uint64_t passed_over[TRACK_RESULTS]; /* records, by why */
};

enum agg_result {
    AGG_SAME,
    AGG_DUE, /* a new line, of status */
    AGG_NO_MEMORY,
};

/* Makes the first line; agg_close() is due after a failure too.  False as
 * line_open(). */
bool agg_open(struct agg *a);

/* Reads a line of input; true where it is a record, which is then to be
 * taken. */
bool agg_read(struct agg *a, const char *text, size_t len);

/* Takes the record that was read NOW. */
enum agg_result agg_take(struct agg *a, struct instant now);

/* Frees the plan too. */
void agg_close(struct agg *a);

#endif
