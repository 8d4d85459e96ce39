/*
 * What earlier runs took: durations and bytes, by blueprint, action and phase.
 *
 * A phase has the last HISTORY_RUNS of its runs, and the phases that were run
 * longest ago are forgotten where there are too many, or where the text would
 * be too long.  As text it is one JSON object:
 *
 *   {"type":"history","version":1,"entries":[{"blueprint":"mysql-blueprint",
 *    "action":"backup","phase":"dump","runs":[{"ms":61250,"bytes":4500000000}]
 *    }]}
 *
 * entries and runs from the oldest to the latest; a run without "bytes" is one
 * of which they were not known.  What is not such a text is refused as a whole:
 * half a history gives wrong numbers.
 */
#ifndef PHASE_HISTORY_H
#define PHASE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/scan.h"
#include "phase/plan.h"

enum {
    HISTORY_RUNS = 8,         /* of a phase */
    HISTORY_ENTRIES = 512,    /* phases */
    HISTORY_MAX = 256 * 1024, /* bytes of the text */
    HISTORY_WHY_MAX = 256,
};

/* 115 days: what takes longer counts as this long. */
#define HISTORY_MS_MAX PHASE_WEIGHT_MAX

enum history_name {
    HISTORY_BLUEPRINT,
    HISTORY_ACTION,
    HISTORY_PHASE,
    HISTORY_NAMES
};

/* Whose a run is; borrowed.  Only the phase's name may not be empty. */
struct history_key {
    struct scan_word names[HISTORY_NAMES];
};

struct history_run {
    int64_t ms;    /* 0 to HISTORY_MS_MAX */
    int64_t bytes; /* 0 to COUNT_LARGEST, or COUNT_UNKNOWN */
};

/* A phase and its runs; private, as all of struct history but `why`. */
struct history_entry {
    char *text; /* the names, one behind the other */
    size_t lens[HISTORY_NAMES];
    struct history_run runs[HISTORY_RUNS]; /* the latest is the last */
    size_t count;
};

/* All zero: empty.  history_free() gives the memory back. */
struct history {
    struct history_entry *entries; /* the latest is the last */
    size_t count;
    char why[HISTORY_WHY_MAX];
};

/* What a run of a phase is like: the medians. */
struct typical {
    int64_t ms;
    int64_t bytes; /* or COUNT_UNKNOWN */
    int64_t rate;  /* bytes a second, 1 or more, or COUNT_UNKNOWN */
};

/* Fills H, which is empty, from LEN bytes of text; no bytes are an empty
 * history.  False with H's `why`, or with an empty `why` and errno ENOMEM; H is
 * then empty again. */
bool history_read(struct history *h, const char *text, size_t len);

/* Puts the text in the place of what B holds, leaving out the phases that were
 * run longest ago where it would pass HISTORY_MAX, which is what B must be
 * allowed.  False with errno ENOMEM. */
bool history_write(const struct history *h, struct buf *b);

/* Adds a run that has completed.  One that took less than nothing is passed
 * over, and so are names longer than PLAN_NAME_MAX.  False with errno ENOMEM,
 * and then H is what it was. */
bool history_add(struct history *h, const struct history_key *key,
                 struct history_run run);

/* The key of PHASE, which is one of PLAN's; borrows the names. */
struct history_key history_key_of(const struct plan *plan,
                                  const struct phase *phase);

/* What is typical of each of PLAN's phases, in their order; its `ms` is
 * COUNT_UNKNOWN where the phase has never been run.  The caller frees it; NULL
 * where there is no memory. */
struct typical *history_of_plan(const struct history *h,
                                const struct plan *plan);

/* The bytes that a phase is going to move, as far as it says so; or
 * COUNT_UNKNOWN.  It is both what a run is kept with and what scales a typical
 * one. */
int64_t history_total(const struct progress *progress);

/* How long a run of TOTAL bytes takes, in milliseconds, 1 to HISTORY_MS_MAX;
 * as long as usual where TOTAL is COUNT_UNKNOWN, or 0, which is what a mover
 * says before it has looked.  COUNT_UNKNOWN where that is unknown. */
int64_t history_expect(const struct typical *typical, int64_t total);

/* Gives each of PLAN's phases the weight of the time that it is expected to
 * take, as TYPICAL (see history_of_plan()) and its own total say; one that has
 * never been run gets the mean of the others.  PLAN is then `weighted`.  False,
 * with PLAN as it was, where no phase that counts has ever been run. */
bool history_weigh(const struct typical *typical, struct plan *plan);

void history_free(struct history *h);

#endif
