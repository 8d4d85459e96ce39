/*
 * How much work a stats record shows: the counters for which Kanister's
 * progress has no room, and what follows from them for the time left and for
 * the verdict.
 */
#ifndef PHASE_WORK_H
#define PHASE_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "phase/progress.h"

enum work_count {
    WORK_HASHED_B,
    WORK_CACHED_B,
    WORK_PROCESSED_B,
    WORK_READ_B,
    WORK_SKIPPED_B,
    WORK_TOTAL_B,
    WORK_HASHED_FILES,
    WORK_CACHED_FILES,
    WORK_READ_FILES,
    WORK_OBJECTS,
    WORK_OBJECTS_TOTAL,
    WORK_BLOBS,
    WORK_BLOBS_TOTAL,
    WORK_BLOBS_UPLOADED,
    WORK_ITEMS,
    WORK_ITEMS_TOTAL,
    WORK_ITEMS_SKIPPED,
    WORK_ERRORS,
    WORK_ERRORS_FATAL,
    WORK_ERRORS_IGNORED,
    WORK_COUNTS
};

struct work {
    int64_t counts[WORK_COUNTS]; /* 0 to COUNT_LARGEST, or COUNT_UNKNOWN */
};

extern const struct work work_unknown;

/* Takes the member KEY: VALUE of a stats record; null, and what is no whole
 * number, makes it unknown.  False where KEY is no member of a work. */
bool work_set(struct work *w, const struct scan_value *key,
              const struct scan_value *value);

/* What is being counted.  Numbers of different units say nothing together. */
enum measure_unit {
    MEASURE_NOTHING,
    MEASURE_HASHED, /* bytes; those found in the cache count as well */
    MEASURE_DOWNLOADED,
    MEASURE_UPLOADED,
    MEASURE_OBJECTS,
    MEASURE_BLOBS,
    MEASURE_ITEMS,
    MEASURE_PERCENT, /* hundredths */
};

struct measure {
    enum measure_unit unit; /* of these two: */
    int64_t done;  /* 0 to twice COUNT_LARGEST, at most a known total */
    int64_t total; /* 0 to COUNT_LARGEST; 0: unknown */

    int64_t moved;  /* what took its time: bytes, else what there is */
    int64_t passed; /* bytes that took next to none: cached, skipped */
    int64_t signs;  /* another one, below COUNT_LARGEST, where a counter is */
    int64_t left;   /* seconds, in the mover's words; or COUNT_UNKNOWN */
};

/* The measure of a record that says W and P, with a percent of up to 340, say.
 * OVERALL is the percent of all sources of the run, in hundredths: the
 * counters then are those of one source and tell nothing of the total; or
 * PERCENT_UNKNOWN.
 *
 * kopia prints bytes with four digits at most and percent with one decimal:
 * `done` is what the bytes say within what the percent allows. */
struct measure work_measure(const struct work *w, const struct progress *p,
                            int64_t overall);

#endif
