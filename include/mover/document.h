/*
 * JSON on kopia's console: objects of --json-log-console, one a line, and the
 * documents of --json, which --json-indent spreads over many lines.
 */
#ifndef MOVER_DOCUMENT_H
#define MOVER_DOCUMENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "mover/record.h"

enum { DOCUMENT_CEILING = 64 * 1024, NEST_MAX = 32 };

/* How to close what is open, the outermost first. */
struct nest {
    int depth;
    char closers[NEST_MAX];
};

struct document {
    bool open; /* its last brace is missing */
    struct buf text;

    /* private */
    struct nest nest;
    bool in_string, escaped;
    char last; /* the last byte that is no blank */
    /* a text above the ceiling ends with the last member that fits */
    bool full;
    struct nest whole; /* at that member's end */
    size_t whole_len;
};

#define DOCUMENT_INIT                                                          \
    ((struct document){ .text = BUF_INIT(DOCUMENT_CEILING + NEST_MAX) })

/* Begins with a line that starts with "{", or with "[": a list of documents is
 * one, so that nobody takes its elements for more than that.  CUT: the reader
 * has cut the line, and the document ends with it; so does one above the
 * ceiling, where more comes.  Of a snapshot's document only the list of errors
 * is as long as that, and it comes last.  Returns how many of LEN bytes belong
 * to it: 0 where it is too deep, or a string does not end; then it is given up
 * (no longer open, its text empty). */
size_t document_begin(struct document *d, const char *line, size_t len,
                      bool cut);

/* Adds a line to an open document, as above; 0 where the line cannot be a part
 * of it. */
size_t document_add(struct document *d, const char *line, size_t len, bool cut);

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
