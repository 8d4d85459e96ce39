/*
 * The record reader: cuts a descriptor's bytes into records at '\n', or at
 * '\n' and '\r', under a ceiling.
 *
 * It waits in one place only, and flushes its `out` first, so a chain of
 * filters neither delays a record nor writes a burst in small pieces.  How the
 * bytes arrive never changes the records.  A record above the ceiling is cut
 * to it and marked; its rest is passed over and never stored.
 */
#ifndef BASE_REC_H
#define BASE_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/out.h"

enum { REC_CEILING = 64 * 1024 };

enum rec_status {
    REC_OK,          /* a record */
    REC_EOF,         /* the end; the last record came before */
    REC_ERROR,       /* read failed: errno */
    REC_TIMEOUT,     /* no whole record came; the time may not be over */
    REC_INTERRUPTED, /* a signal arrived while it waited */
};

enum rec_cut { CUT_LF, CUT_CR_LF };

struct record {
    char *text; /* the reader's own bytes, valid until the next rec_next();
                   may be changed in place; not NUL-terminated */
    size_t len;
    char before; /* the separator in front of it: '\n', '\r', 0 at the start */
    char after;  /* the separator behind it; 0 at the end of the input */
    bool cut;    /* longer than REC_CEILING: the rest is gone */
};

struct rec {
    int fd;
    enum rec_cut at;
    struct out *out;         /* flushed before waiting; may be NULL */
    void (*idle)(void *arg); /* called before that; may be NULL */
    void *idle_arg;
    /* reads instead of read(2) from fd, and waits itself; may be NULL */
    ssize_t (*read)(void *arg, char *bytes, size_t n);
    void *read_arg;
    /* sees every byte as it arrives, before it is cut; may be NULL */
    void (*tap)(void *arg, const char *bytes, size_t n);
    void *tap_arg;
    uint64_t cut_records; /* how many were above the ceiling */

    /* private */
    char *bytes;
    size_t start, end;       /* what is unread */
    size_t scanned;          /* no separator in start..scanned */
    size_t next_cr, next_lf; /* known next places, or end */
    char before;
    bool skipping; /* inside the rest of a cut record */
    bool eof;
};

/* Prepares R to read FD; false where there is no memory. */
bool rec_open(struct rec *r, int fd, enum rec_cut at);

/* Gives back N bytes, REC_CEILING at most, that somebody else has read from FD:
 * they come first.  To be called before the first rec_next(); the tap does not
 * see them. */
void rec_unread(struct rec *r, const char *bytes, size_t n);

/* The next record, waiting at most TIMEOUT_MS for it (-1: for ever; then
 * never REC_TIMEOUT).  With a timeout it reads once at most, so bytes that
 * trickle in without a separator do not keep the caller from its clock. */
enum rec_status rec_next(struct rec *r, struct record *record, int timeout_ms);

/* How many bytes have been read that stand behind the last record and its
 * separator. */
static inline size_t rec_ahead(const struct rec *r)
{
    return r->end - r->start;
}

/* Frees the buffer; FD stays open. */
void rec_close(struct rec *r);

#endif
