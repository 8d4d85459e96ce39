/*
 * The samples of a metric, in Prometheus' text format.  What is not known, a
 * value below 0, has none.
 */
#ifndef PHASE_METRICS_SAMPLE_H
#define PHASE_METRICS_SAMPLE_H

#include "metrics.h"

/* Where the samples of one metric go. */
struct sink {
    struct buf *out;
    const struct metrics *metrics;
    const char *name;
    const char *labels; /* of what the samples are about */
    size_t len;
    const struct board_entry *entry;
    size_t phase;
};

/* Appends a sample. */
void sample_put(const struct sink *s, int64_t value);

/* The same of a time, NS since 1970, in seconds. */
void sample_put_time(const struct sink *s, int64_t ns);

/* Hundredths of a percent as a ratio: 4333 is 0.4333. */
void sample_put_ratio(const struct sink *s, int64_t hundredths);

/* A sample with one more label. */
void sample_put_with(const struct sink *s, const char *label, const char *value,
                     int64_t number);

/* A sample for each of WORDS, which end with NULL: 1 for that which the LEN
 * bytes at IS are, 0 for the others. */
void sample_put_set(const struct sink *s, const char *label,
                    const char *const *words, const char *is, size_t len);

#endif
