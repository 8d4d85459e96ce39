/*
 * Percent in whole hundredths, truncated: 33.33 is 3333.
 */
#ifndef PHASE_PERCENT_H
#define PHASE_PERCENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define PERCENT_UNKNOWN INT64_C(-1)
#define PERCENT_WHOLE   INT64_C(10000)
#define PERCENT_HELD    INT64_C(9900) /* the most before a phase is complete */
#define PERCENT_LARGEST (INT64_C(1) << 53) /* what is above is cut to it */

/* A percentage that was read as a double.  What lies within a millionth of a
 * hundredth below the next one counts as that one, so 12.1 is 1210 although
 * the double is a little less.  Unknown for NaN and what is negative. */
int64_t percent_of_double(double percent);

/* "12.1" as in Kanister's progressPercent; unknown where it is anything but
 * digits, perhaps with a point and more digits, or overflows. */
int64_t percent_of_text(const char *text, size_t len);

/* Appends HUNDREDTHS (0 to PERCENT_LARGEST) with both decimals: "43.33". */
void percent_put(struct buf *b, int64_t hundredths);

#endif
