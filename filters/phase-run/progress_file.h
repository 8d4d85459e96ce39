/*
 * The file into which the command writes how far it is, watched with inotify.
 */
#ifndef PHASE_RUN_PROGRESS_FILE_H
#define PHASE_RUN_PROGRESS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/watch.h"

struct progress_file {
    int notes;      /* inotify's descriptor; -1: nothing is watched */
    uint64_t wrong; /* how many times there was no progress in it */

    /* private */
    char *path;
    char *target;     /* where it leads to */
    const char *name; /* the last part of that */
    bool is_link;     /* which may come to lead elsewhere */
    bool said, changed;
    struct watch watch;
    struct buf line; /* the latest */
};

/* An absolute path for PATH, which need not exist; the caller frees it.  NULL
 * where there is no memory. */
char *progress_file_path(const char *path);

/* Begins to watch PATH, and makes an empty file of it where there is none. What
 * it holds now is of another run.  What is the matter with it is said, once,
 * and it is tried again with each look.  False where there is no memory. */
bool progress_file_open(struct progress_file *f, const char *path);

/* Looks at what inotify tells, or without it at the file, or at the END of the
 * command for the last time.  True, and a record without a newline in RECORD,
 * where there is a new one. */
bool progress_file_look(struct progress_file *f, bool end, struct buf *record);

/* The descriptor that tells when to look, or -1; F may be NULL. */
static inline int progress_file_notes(const struct progress_file *f)
{
    return f != NULL ? f->notes : -1;
}

/* Whether to look also where nothing tells. */
static inline bool progress_file_silent(const struct progress_file *f)
{
    return f->path != NULL && (f->notes < 0 || f->is_link);
}

/* Frees what F holds. */
void progress_file_close(struct progress_file *f);

#endif
