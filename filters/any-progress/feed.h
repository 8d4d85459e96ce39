/*
 * The input of a run whose lines a jq program reads.
 *
 * The program may take its time, the mover may not be kept waiting: while an
 * answer is late, input is taken into a ring, whose oldest lines go where it
 * is full.
 */
#ifndef ANY_PROGRESS_FEED_H
#define ANY_PROGRESS_FEED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/ring.h"

struct feed {
    int fd;
    /* sees every byte as it arrives; may be NULL */
    void (*tap)(void *arg, const char *bytes, size_t n);
    void *tap_arg;

    /* private */
    struct ring ring;
    bool open;    /* the ring is there */
    bool patient; /* it is a file, which nobody waits for */
    bool ended;   /* or failed */
    int error;
    int64_t ended_at; /* on the steady clock */
};

/* Prepares F to read FD; false where there is no memory. */
bool feed_open(struct feed *f, int fd);

/* Reads as read(2) does, what waits first; in the shape of rec.h's `read`. */
ssize_t feed_read(void *arg, char *bytes, size_t n);

/* Waits until OTHER is ready for EVENTS (poll(2)), or it is UNTIL on the steady
 * clock; takes input meanwhile.  F may be NULL.  True where OTHER is ready. */
bool feed_wait(struct feed *f, int other, short events, int64_t until);

/* How many bytes were dropped. */
uint64_t feed_dropped(const struct feed *f);

void feed_close(struct feed *f);

#endif
