/*
 * What matched lines mean to the run that prints them, and the records that
 * follow from them.
 */
#ifndef MOVER_REPORT_H
#define MOVER_REPORT_H

#include "mover/document.h"
#include "mover/kopia.h"
#include "mover/progress.h"
#include "mover/run.h"

struct report {
    struct kopia_options options;
    struct run run;
    struct tera tera;
    uint64_t progress; /* progress records so far */
    struct buf record; /* what goes out next */
};

void report_init(struct report *r, const struct kopia_options *options);
void report_free(struct report *r);

/* A line that the grammar knows; LINE is where it begins.  Dressings, JSON and
 * messages whose path is quoted are not for this function.  REST: it
 * is not the first line of its message, so that it may be a name.  False where
 * it cannot be a line of this run: then it is another program's, or a name. */
bool report_match(struct report *r, struct match *match, const char *line,
                  bool rest);

/* An error about one path, at LEVEL "error" or "warning". */
void report_message(struct report *r, const char *level, struct text path,
                    struct text text);

/* A document of --json. */
void report_document(struct report *r, enum document_kind kind,
                     const struct document_facts *facts);

/* The failure text. */
void report_failed(struct report *r, struct text text, struct text source);

/* The input has ended.  True where the text proves that kopia failed. */
bool report_end(struct report *r);

#endif
