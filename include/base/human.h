/*
 * Numbers as people read them.
 */
#ifndef BASE_HUMAN_H
#define BASE_HUMAN_H

#include <stdint.h>

#include "base/buf.h"

/* Appends a number of bytes (0 or more) in units of 1000 as kopia does, cut to
 * a tenth: "546.9 MB". */
void human_put_bytes(struct buf *b, int64_t bytes);

/* Appends SECONDS (0 or more) in at most two units: "35s", "2m0s", "2h5m",
 * "3d4h". */
void human_put_seconds(struct buf *b, int64_t seconds);

#endif
