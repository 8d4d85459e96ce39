/*
 * The newest good one of many samples, without a close look at each.
 *
 * A sample is a line of text.  Of all that come between two writes only the
 * newest good one counts, and a close look is dear.  So samples are kept
 * unchecked, and looked at from the newest backwards when one is wanted, or
 * when there is no more room; what is older than a good one is dropped unseen.
 * Thus a broken sample never hides the good one before it, each is looked at
 * once at most, and the outcome does not depend on when one is wanted.
 */
#ifndef KUBE_SAMPLES_H
#define KUBE_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/rec.h"

/* The longest sample, and the newline behind it. */
enum { SAMPLE_ROOM = REC_CEILING + 1 };

struct samples {
    bool (*good)(const char *text, size_t len); /* the close look */
    struct buf unchecked; /* each with a newline behind it */
    struct buf newest;    /* the newest good one so far; empty: none */
};

/* Prepares S; false where there is no memory.  After that nothing fails. */
bool samples_open(struct samples *s,
                  bool (*good)(const char *text, size_t len));

void samples_close(struct samples *s);

/* A newer sample: LEN bytes, at most REC_CEILING, without a newline. */
void samples_add(struct samples *s, const char *text, size_t len);

/* The newest good sample, its newline included, valid until the next call; or
 * NULL where there was none yet. */
const struct buf *samples_newest(struct samples *s);

#endif
