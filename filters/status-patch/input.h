/*
 * The input of status-patch: status lines among others, each handed to whoever
 * delivers them; and its unchanged copy, where --pass asks for one.
 */
#ifndef STATUS_PATCH_INPUT_H
#define STATUS_PATCH_INPUT_H

#include "base/rec.h"

struct input {
    /* called with each line that may be a status line */
    void (*take)(void *arg, const char *text, size_t len);
    void *arg;

    bool ended; /* there is nothing more to come */
    bool more;  /* there may be more without waiting */

    /* private */
    struct rec rec;
    uint64_t lines;
    bool pass_lost;
};

/* Prepares IN, whose `take` and `arg` are set, to read standard input, and with
 * PASS to copy it.  False where there is no memory. */
bool input_open(struct input *in, bool pass);

/* Takes the lines that there are, MOST at the most, waiting at most TIMEOUT_MS
 * for the first (-1: for ever).  False with errno set where reading failed. */
bool input_read(struct input *in, size_t most, int timeout_ms);

/* After a signal: takes what was sent before it, without waiting. */
void input_read_rest(struct input *in);

/* Says what there is to say at the end, of TARGET to which FOUND status lines
 * were written or none; false where a part of the copy is lost. */
bool input_close(struct input *in, bool found, const char *target);

#endif
