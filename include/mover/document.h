/*
 * JSON on kopia's console: objects of --json-log-console, one a line, and the
 * documents of --json, which --json-indent spreads over many lines.
 */
#ifndef MOVER_DOCUMENT_H
#define MOVER_DOCUMENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "mover/record.h"

struct document {
    bool open; /* its last brace is missing */
    struct buf text;
    int depth;
    bool in_string, escaped;
};

enum { DOCUMENT_CEILING = 64 * 1024 };

#define DOCUMENT_INIT ((struct document){ .text = BUF_INIT(DOCUMENT_CEILING) })

/* Begins with a line that starts with "{".  Returns how many of LEN bytes
 * belong to the object. */
size_t document_begin(struct document *d, const char *line, size_t len);

/* Adds a line to an open object.  Returns how many bytes belong to it: 0 where
 * the line cannot be JSON, or there is no room; then the object is given up
 * (no longer open, its text empty). */
size_t document_add(struct document *d, const char *line, size_t len);

enum document_kind {
    DOCUMENT_OTHER,
    DOCUMENT_LOG,      /* {"l":"INFO","n":"...","m":"..."} */
    DOCUMENT_SNAPSHOT, /* snapshot create --json */
    DOCUMENT_VERIFY,   /* snapshot verify --json, at its end */
};

struct document_facts {
    struct buf level, message;               /* log */
    struct buf source, root_id, snapshot_id; /* snapshot: user@host:/path */
    bool incomplete;
    int64_t error_count;  /* verify */
    struct values values; /* snapshot: files, bytes, errors; verify: counters */
};

/* Reads the object that is no longer open.  FACTS' buffers are cleared and
 * filled; they belong to the caller. */
enum document_kind document_read(const struct document *d,
                                 struct document_facts *facts);

void document_facts_init(struct document_facts *facts);
void document_facts_free(struct document_facts *facts);

#endif
