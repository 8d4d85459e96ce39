/*
 * One run of kopia: what it does, source by source, and how it ends.  Knows
 * nothing of lines; kopia.h tells it what they meant.
 */
#ifndef MOVER_RUN_H
#define MOVER_RUN_H

#include "mover/record.h"

enum { ID_CEILING = 256, SOURCE_CEILING = 4096, FAILURE_CEILING = 1024 };

struct run {
    enum operation operation;
    int64_t sources; /* begun so far */
    bool failed;     /* the text proves exit status 1 */
    bool cancelled;
    bool errors;             /* of a verification */
    bool ended;              /* it said so, but would have on failure too */
    bool done;               /* it said so, and only then */
    bool in_part;            /* done, less something */
    bool copying;            /* sync: the total stands */
    int64_t to_copy, copied; /* sync: blobs; -1: unknown */
    int64_t to_copy_bytes;   /* sync; -1: unknown */
    struct buf failure;      /* the failure text */

    /* the present source */
    struct buf source;      /* its name, as kopia prints it */
    struct buf source_json; /* the same as a JSON string */
    enum state saved;       /* unknown until a closing word */
    bool source_failed, document;
    int64_t fatal, ignored; /* errors, as last printed */
    struct buf root_id, snapshot_id;
    struct values counts;

    enum state worst; /* of the sources before this one whose end is known */
    int64_t unknown;  /* how many of them have none */
};

void run_init(struct run *r);
void run_free(struct run *r);

/* OPERATION begins, or shows itself; the first one that moves data counts, and
 * maintenance after a snapshot changes nothing. */
void run_operation(struct run *r, enum operation operation);

/* A snapshot of NAME begins.  If another source was before, its result is
 * written to B. */
void run_source(struct run *r, struct text name, struct buf *b);

/* Whether NAME is the present source. */
bool run_is_present(const struct run *r, struct text name);

/* Keeps the error counters of a progress line or a document. */
void run_errors(struct run *r, const struct values *v);

/* Keeps the numbers of a closing line for the result. */
void run_count(struct run *r, const struct values *v);

/* The present source is saved, whole or in part. */
void run_saved(struct run *r, enum state state, struct text root_id,
               struct text snapshot_id);

/* A source before the present one turns out to be saved: its document came
 * late, on another stream.  Writes its result to B anew.  False where all
 * sources before this one are settled: then it is a new one. */
bool run_late(struct run *r, struct text name, const struct result *result,
              struct buf *b);

/* The failure text: TEXT, and the source that it names (empty: none).  If that
 * is an earlier source, its result, which was written before, is written to B
 * anew. */
void run_failed(struct run *r, struct text text, struct text source,
                struct buf *b);

/* The input has ended: writes the result to B; of several sources the last
 * one's, then the whole run's. */
void run_end(struct run *r, struct buf *b);

#endif
