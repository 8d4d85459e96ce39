/*
 * Delivery into a file, or to standard output.
 */
#ifndef STATUS_PATCH_FILE_H
#define STATUS_PATCH_FILE_H

#include "base/clock.h"
#include "kube/delivery.h"
#include "kube/target.h"

struct file_sink {
    struct target target; /* TARGET_FILE or TARGET_STDOUT */
    struct clock *clock;

    /* private */
    struct delivery delivery;
    bool failure_said;
};

/* Prepares F, whose target and clock are set; at most one write an INTERVAL
 * (ns).  False where there is no memory. */
bool file_open(struct file_sink *f, int64_t interval);

/* A newer status line, without its newline. */
void file_take(struct file_sink *f, const char *text, size_t len);

/* Writes what is due; for how many ns nothing else is, or DELIVERY_NEVER.
 * A failure is said, once. */
int64_t file_step(struct file_sink *f);

/* Writes the last state; false where that failed, which is said. */
bool file_finish(struct file_sink *f);

/* Whether there was a status line. */
bool file_found(struct file_sink *f);

void file_close(struct file_sink *f);

#endif
