/*
 * How a command ended, as a result record: what its exit status proves, with
 * the counts of the mover's own result.
 *
 * It goes where everybody who sees the pod can read it, so it holds numbers
 * and words from a list, and no text that the command printed.
 */
#ifndef RUN_ENDING_H
#define RUN_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "run/owner.h"

enum { ENDING_MAX = 4096 }; /* bytes of the termination message of a pod */

struct ending {
    struct owner owner; /* a name of more than 256 bytes is left out */
    int code;           /* the exit code, 128 + n where a signal ended it */
    bool good;          /* the code means success */
    int64_t took;       /* ns */
    const char *said;   /* the mover's own result record, or NULL */
    size_t said_len;
};

/* Appends the record to TEXT, with a newline, ENDING_MAX bytes at most. */
void ending_put(const struct ending *e, struct buf *text);

/* What the mover's own result says against an exit code of 0: "partial",
 * "failed" or "cancelled"; NULL where it says nothing of the kind. */
const char *ending_doubt(const struct ending *e);

#endif
