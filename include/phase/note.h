/*
 * One line of input, read: a stats record, a mover's result, a phase event,
 * some other record, or no record at all.
 */
#ifndef PHASE_NOTE_H
#define PHASE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "phase/plan.h"
#include "phase/progress.h"
#include "phase/work.h"

enum note_kind {
    NOTE_PROGRESS,
    NOTE_RESULT,
    NOTE_EVENT,
    NOTE_OTHER,     /* a record of which nothing is taken */
    NOTE_NO_RECORD, /* no JSON object with a type */
};

/* An index that a record does not give, or gives as something else. */
#define NOTE_NOT_SAID INT64_C(-1)
#define NOTE_NO_INDEX INT64_C(-2)

struct note {
    enum note_kind kind;
    int64_t action;   /* index, or one of the two above */
    int64_t phase;    /* index, or one of the two above */
    const char *name; /* the phase's, instead of an index; NULL */
    size_t name_len;
    const char *action_name; /* what --action may say, instead; NULL */
    size_t action_len;
    int64_t item;             /* whose of the phase's; the same */
    int64_t of;               /* how many the phase has; -1: not said */
    int64_t overall;          /* percent of all sources of the run, as below */
    struct progress progress; /* as the record has it: up to "340" percent */
    struct work work;
    enum phase_state state;
    enum result result;
    enum step step;
    bool done;      /* the step, or the item, has ended */
    bool has_mover; /* the phase has one, which is to tell how far it is */

    /* private: names that are not within the line */
    char kept[PLAN_NAME_MAX], kept_action[PLAN_NAME_MAX];
};

/* Reads the LEN bytes of LINE.  The note's names may point into LINE. */
void note_read(struct note *n, const char *line, size_t len);

/* The state of a result, as its record spells it. */
const char *result_name(enum result result);

#endif
