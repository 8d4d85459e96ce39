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

    /* private */
    struct rec rec;
    uint64_t lines;
    bool ended, pass_lost;
};

/* Prepares IN, whose `take` and `arg` are set, to read standard input, and with
 * PASS to copy it.  False where there is no memory. */
bool input_open(struct input *in, bool pass);

/* Takes what there is, waiting at most TIMEOUT_MS for it (-1: for ever).
 * False with errno set where reading failed. */
bool input_read(struct input *in, int timeout_ms);

/* After a signal: takes what was sent before it, without waiting. */
void input_read_rest(struct input *in);

/* Says what there is to say at the end, of TARGET to which FOUND status lines
 * were written or none; false where a part of the copy is lost. */
bool input_close(struct input *in, bool found, const char *target);

#endif
