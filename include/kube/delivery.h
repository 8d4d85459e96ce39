/*
 * Delivery: which sample is written when, whoever writes it, and wherever to.
 *
 * Latest wins: the newest good sample waits, never a queue.  The first is due
 * at once; after a write, a good one or one that failed, the next is due when
 * the interval has passed, and only where the newest sample is another than
 * the one that was written last.  A write that failed leaves it open what its
 * target holds now, so after it the newest sample is due in any case, but not
 * before DELIVERY_RETRY, however short the interval is.
 *
 * A pure state machine: it does no I/O and has no clock.  Times are in
 * nanoseconds on a clock that never goes back (clock_steady()).
 *
 *     delivery_sample()   whenever one comes, also while a write goes on
 *     delivery_due()      how long to wait
 *     delivery_begin()    what to write; then, once it is known,
 *     delivery_written()  or
 *     delivery_failed()
 */
#ifndef KUBE_DELIVERY_H
#define KUBE_DELIVERY_H

#include <stdint.h>

#include "kube/samples.h"

#define DELIVERY_NEVER (-1)
#define DELIVERY_RETRY INT64_C(1000000000) /* ns */

struct delivery {
    int64_t interval; /* ns */
    int64_t rest;     /* ns from the end of the last write to the next */
    int64_t ended;    /* when the last write ended */
    bool tried;       /* there was one */
    bool busy;        /* between begin and written or failed */
    bool waiting;     /* there is, or may be, a sample to write */
    struct samples samples;
    struct buf writing; /* what is being written */
    struct buf written; /* what the target holds; empty: not known */
};

/* Prepares D; GOOD takes the close look at a sample (samples.h).  False where
 * there is no memory; after that nothing fails. */
bool delivery_open(struct delivery *d, int64_t interval,
                   bool (*good)(const char *text, size_t len));

void delivery_close(struct delivery *d);

/* A newer sample: LEN bytes, at most REC_CEILING, without a newline. */
void delivery_sample(struct delivery *d, const char *text, size_t len);

/* How many ns after NOW a write is due: 0 at once, DELIVERY_NEVER as long as
 * nothing new comes, or while a write goes on. */
int64_t delivery_due(const struct delivery *d, int64_t now);

/* Begins a write, due or not (the last one never is): the sample, its newline
 * included, valid until the write's end is told; or NULL where there is
 * nothing that should be written. */
const struct buf *delivery_begin(struct delivery *d);

/* The write that was begun has ended, well or not. */
void delivery_written(struct delivery *d, int64_t now);
void delivery_failed(struct delivery *d, int64_t now);

#endif
