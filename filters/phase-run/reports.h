/*
 * Reports: where each record goes, those that only phase-run can tell, the
 * lines for the log, and the result.
 */
#ifndef PHASE_RUN_REPORTS_H
#define PHASE_RUN_REPORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "pipeline.h"
#include "progress_file.h"
#include "run/ending.h"
#include "run/journal.h"

struct reports {
    struct pipeline *pipeline;
    struct progress_file *file;   /* or NULL */
    struct journal records, text; /* lines for the log */
    struct buf result;            /* the mover's latest */
    struct ending ending;
    int64_t look_at;   /* when to look into the file again */
    int64_t began;     /* when the command did */
    const char *doubt; /* what the mover says against success, or NULL */
    int unwritten;     /* why the result could not be written: an errno, or 0 */
};

/* Prepares R, whose lines for the log go to LOG.  All are borrowed; FILE may be
 * NULL. */
void reports_open(struct reports *r, struct pipeline *pipeline, struct buf *log,
                  struct progress_file *file);

/* The command has begun; said once. */
void reports_begin(struct reports *r, int64_t now);

/* Takes a record of the mover; IN_LOG: the command itself has printed it. */
void reports_record(struct reports *r, const char *line, size_t len,
                    bool in_log, int64_t now);

/* Takes a line for people. */
void reports_text(struct reports *r, const char *line, size_t len, int64_t now);

/* Looks into the progress file; END: for the last time. */
void reports_look(struct reports *r, bool end, int64_t now);

/* What tells when to look, or -1: nothing, or it is too soon.  A command may
 * write so often that looking would slow it. */
int reports_notes(const struct reports *r, int64_t now);

/* The command has ended, with the exit code CODE. */
void reports_ended(struct reports *r, int code, int64_t now);

/* Nothing more comes from the mover: tells how it ended. */
void reports_end(struct reports *r, int64_t now);

/* Nothing more comes at all. */
void reports_finish(struct reports *r, int64_t now);

/* Says what went wrong. */
void reports_say(const struct reports *r);

/* Gives the log what is due; when something else will be, or JOURNAL_NEVER. */
int64_t reports_tick(struct reports *r, int64_t now);

/* Frees what R holds. */
void reports_close(struct reports *r);

#endif
