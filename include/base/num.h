/*
 * Strict numbers: all LEN bytes must belong to the number, nothing overflows,
 * no locale.  Every function returns false and leaves *VALUE alone where the
 * text is anything else.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits only, 0 to 2^63-1. */
bool num_int(const char *text, size_t len, int64_t *value);

/* DIGITS[.DIGITS] as a whole number of 1/SCALE (a power of ten, or a multiple
 * of one, such as the nanoseconds of an hour); further digits are cut off, not
 * rounded: "12.349" at scale 100 is 1234. */
bool num_decimal(const char *text, size_t len, int64_t scale, int64_t *value);

/* A duration as Go's time.ParseDuration reads it and kubectl takes it, in
 * nanoseconds: "15s", "2m30s", "1h0m0.5s", "250ms", "0"; units ns, us, µs, ms,
 * s, m, h; each number is DIGITS[.DIGITS].  No sign. */
bool num_duration(const char *text, size_t len, int64_t *ns);

enum { NUM_DIGITS = 20 };

/* The decimal digits of VALUE at OUT, which has room for NUM_DIGITS bytes;
 * returns how many there are. */
size_t num_format(uint64_t value, char *out);

#endif
