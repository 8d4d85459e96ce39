/*
 * kopia's console, piece by piece, into records.
 */
#ifndef MOVER_KOPIA_H
#define MOVER_KOPIA_H

#include "base/rec.h"
#include "mover/grammar.h"

struct kopia;

struct kopia_options {
    int64_t sources; /* how many the run has; below 1: not known */
    /* gets each record, with its newline; several where they come of one line
     */
    void (*emit)(void *arg, const char *record, size_t len);
    /* gets each line that no row of the grammar knows; may be NULL */
    void (*unmatched)(void *arg, const char *line, size_t len);
    void *arg;
    struct matcher *matcher; /* a table to share, borrowed; NULL: its own */
};

/* NULL where there is no memory. */
struct kopia *kopia_new(const struct kopia_options *options);
void kopia_free(struct kopia *k);

/* Takes the next piece, as the record reader cuts it at '\r' and '\n'. */
void kopia_piece(struct kopia *k, const struct record *piece);

/* The input has ended: gives the result.  True where the text proves that
 * kopia failed. */
bool kopia_end(struct kopia *k);

struct kopia_counts {
    uint64_t recognised; /* lines that a row of the grammar knew */
    uint64_t progress;   /* of these, lines with counters */
    uint64_t unmatched;
    uint64_t gave_up; /* of these, where PCRE2 met a limit */
};

/* What has been counted so far. */
struct kopia_counts kopia_counts(const struct kopia *k);

/* Why there may be no progress, in a sentence for the user; NULL where there
 * was some, or where none is to be expected. */
const char *kopia_silence(const struct kopia *k);

#endif
