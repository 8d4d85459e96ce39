/*
 * What is known of one phase's progress, in Kanister's terms and spelling.
 * Members: kanister pkg/apis/cr/v1alpha1/types.go@0.119.0, PhaseProgress, but
 * "estimatedTimeSeconds" as its CRD has it (the Go tag is misspelt).
 */
#ifndef PHASE_PROGRESS_H
#define PHASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/scan.h"
#include "phase/percent.h"

enum size {
    SIZE_UPLOADED,
    SIZE_UPLOAD_ESTIMATE,
    SIZE_DOWNLOADED,
    SIZE_DOWNLOAD_ESTIMATE,
    SIZES
};

#define COUNT_UNKNOWN INT64_C(-1)
#define COUNT_LARGEST (INT64_C(1) << 53) /* all JSON readers agree up to it */

struct progress {
    int64_t percent;      /* hundredths, or PERCENT_UNKNOWN */
    int64_t sizes[SIZES]; /* bytes, 0 to COUNT_LARGEST, or COUNT_UNKNOWN */
    int64_t seconds;      /* that are left; the same range */
};

extern const struct progress progress_unknown;

/* Whether all that is known of A is known of B, with the same values. */
bool progress_equal(const struct progress *a, const struct progress *b);

/* Takes the member KEY: VALUE of a stats record or of an ActionSet's progress;
 * null, and what is no such value, makes it unknown.  Numbers may be written
 * as strings, which is how Kanister writes percentages.  False where KEY is no
 * member of a progress. */
bool progress_set(struct progress *p, const struct scan_value *key,
                  const struct scan_value *value);

/* A percent, as a number or as a string, in hundredths; or PERCENT_UNKNOWN. */
int64_t progress_percent(const struct scan_value *value);

/* A whole number within 0 .. COUNT_LARGEST, or COUNT_UNKNOWN. */
int64_t progress_count(const struct scan_value *value);

/* Raises P's percent to PERCENT, at most to PERCENT_HELD; true where it did. */
bool progress_raise(struct progress *p, int64_t percent);

/* Takes over those sizes that SAID knows. */
void progress_take_sizes(struct progress *p, const struct progress *said);

/* Adds those of SIZES that are known to SUMS; a sum is cut to COUNT_LARGEST. */
void progress_add_sizes(int64_t sums[static SIZES],
                        const int64_t sizes[static SIZES]);

/* Appends the sizes that are known, and then the time that is left, as JSON
 * members, each with a comma in front. */
void progress_put_sizes(struct buf *b, const int64_t sizes[static SIZES]);
void progress_put_seconds(struct buf *b, int64_t seconds);

#endif
