/*
 * What a restart goes on from: how far each phase has come and since when, as
 * text, and back.
 *
 *   {"type":"state","version":1,"saved":"2023-02-20T12:49:55.000000000Z",
 *    "identity":"…","percent":1000,"since":"2023-02-20T12:49:55Z",
 *    "parts":{},"actions":[
 *     {"name":"backup","phases":[{"name":"dump","state":1,"percent":3000,
 *      "since":"2023-02-20T12:49:55Z","parts":{"eta":[1,0,-250000000]}}]}]}
 *
 * Times of the steady clock mean nothing to another process.  They are written
 * as ns before the moment of saving, whose wall time stands beside them, and
 * read back as the same moments on the reader's steady clock, so the time in
 * between has passed.  Where the wall clock has gone back no time has.
 *
 * What is of another plan, and what is damaged, changes nothing.  Parts, from
 * which estimates are made, are not worth that: one that does not fit is as if
 * it had seen nothing.
 */
#ifndef PHASE_RESUME_H
#define PHASE_RESUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "phase/line.h"
#include "phase/plan.h"

enum {
    RESUME_MAX = 4 * 1024 * 1024, /* bytes of the text */
    RESUME_WORDS_MAX = 256,       /* of a part */
    RESUME_WHY_MAX = 512,
};

/* A struct that is made of int64_t alone, and where all are zero has seen
 * nothing: one for each phase, or one for the whole. */
struct resume_part {
    const char *name; /* NULL ends a list of parts */
    void *first;      /* the whole's, or that of the plan's first phase */
    size_t stride;    /* bytes from one phase's to the next one's */
    size_t words;     /* how many int64_t it is */
    /* adds BY to all its times; NULL: it has none */
    void (*move)(void *part, int64_t by);
    /* whether what was read is one that there can be */
    bool (*valid)(const void *part);
};

struct resume {
    struct plan *plan;
    const char *identity; /* the ActionSet's uid, say; NULL: unknown */
    const struct resume_part *of_phases, *of_whole;
    char why[RESUME_WHY_MAX];
    int64_t away; /* ns for which nobody was there, where it was taken */
};

enum resume_result {
    RESUME_TAKEN,
    RESUME_NOTHING,   /* an empty text */
    RESUME_OTHER,     /* of another plan, or another identity; `why` */
    RESUME_DAMAGED,   /* no such text; `why` */
    RESUME_NO_MEMORY, /* what has been taken is undefined */
};

/* Puts the text into B, in the place of what it holds: the plan, with the
 * times that LINE bears, and the parts.  False where memory ran out, or the
 * text would pass B's ceiling, as a rule RESUME_MAX. */
bool resume_write(const struct resume *r, const struct line *line,
                  struct instant now, struct buf *b);

/* Takes the LEN bytes of TEXT over into the plan, before any line is made of
 * it, and into the parts.  No percentage falls: where the plan knows of more,
 * from the ActionSet say, that stands; and that of the whole does not, whatever
 * the phases weigh now.  The same names are all by which a plan
 * is known if there is no identity: two runs of one blueprint then look the
 * same. */
enum resume_result resume_read(struct resume *r, const char *text, size_t len,
                               struct instant now);

#endif
