/*
 * One run of kopia: what it does, source by source, and how it ends.  Knows
 * nothing of lines; kopia.h tells it what they meant.
 */
#ifndef MOVER_RUN_H
#define MOVER_RUN_H

#include "mover/sources.h"

enum { ID_CEILING = 256, SOURCE_CEILING = 4096, FAILURE_CEILING = 1024 };

/* How surely a line shows what kopia is doing.  Other programs print to the
 * same console: "error processing ..." are words that anybody has, "Processed 5
 * objects." is a sentence, but nobody else prints a line of counters; and
 * kopia's own announcement names what it does. */
enum proof { PROOF_NONE, PROOF_WORD, PROOF_NUMBER, PROOF_SURE, PROOF_SAID };

struct run {
    enum operation operation;
    enum proof proof; /* of it */
    unsigned said;    /* a bit for each operation that was announced */
    bool any_failed;  /* of the commands before this one */
    struct sources sources;
    bool failed; /* the text proves exit status 1 */
    bool cancelled;
    bool errors;             /* of a verification */
    bool ended;              /* it said so, but would have on failure too */
    bool done;               /* it said so, and only then */
    bool in_part;            /* done, less something */
    bool copying;            /* sync: the total stands */
    int64_t to_copy, copied; /* sync: blobs; -1: unknown */
    int64_t to_copy_bytes;   /* sync; -1: unknown */
    struct buf failure;      /* the failure text */

    /* the present source: the one that was announced last */
    int64_t present;        /* its index; -1: none */
    bool told;              /* its result is written */
    struct buf source;      /* its name, as kopia prints it */
    struct buf source_json; /* the same as a JSON string */
    enum state saved;       /* unknown until a closing word */
    bool source_failed, document;
    int64_t fatal, ignored; /* errors, as last printed */
    struct buf root_id, snapshot_id;
    struct values counts;
};

void run_init(struct run *r);
void run_free(struct run *r);

/* OPERATION begins, or shows itself.  What is shown more surely counts; where
 * it is another command, of which one console may have several, the results of
 * the one before are written to B.  Maintenance after a snapshot changes
 * nothing. */
void run_operation(struct run *r, enum operation operation, enum proof proof,
                   struct buf *b);

/* Whether a line of OPERATION can belong to this run: names of files, and other
 * programs, can look like kopia's words for something else.  BEGINS: the line
 * may be the first one of another command, where this one has ended. */
bool run_believes(const struct run *r, enum operation operation, bool begins);

/* A snapshot of NAME begins.  If another source was before, its result is
 * written to B.  False where its document came before: then it is no new one.
 */
bool run_source(struct run *r, struct text name, struct buf *b);

/* The document of NAME's snapshot.  True where NAME is the present source, and
 * perhaps just became so; B may have the result of the one before.  False
 * where it is another: the result of that one is written to B. */
bool run_document(struct run *r, struct text name, const struct result *result,
                  struct buf *b);

/* Keeps the error counters of a progress line or a document. */
void run_errors(struct run *r, const struct values *v);

/* Keeps the numbers of a closing line for the result. */
void run_count(struct run *r, const struct values *v);

/* The present source is saved, whole or in part. */
void run_saved(struct run *r, enum state state, struct text root_id,
               struct text snapshot_id);

/* The failure text: TEXT, and the source that it names (empty: none).  If that
 * is another than the present one, its result is written to B anew. */
void run_failed(struct run *r, struct text text, struct text source,
                struct buf *b);

/* Whether no word has proved that the run ended well, so that a text which
 * nobody knows may be its failure. */
bool run_is_open(const struct run *r);

/* The input has ended: writes the result to B; of several sources the last
 * one's, then the whole command's. */
void run_end(struct run *r, struct buf *b);

#endif
