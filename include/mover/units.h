/*
 * Numbers as kopia prints them for people, back into integers.
 *
 * kopia rounds a size to one decimal of the largest prefix that leaves at
 * least 0.9 (internal/units/units.go@v0.23.1), so what comes back is the
 * printed number, not the true one: "546.9 MB" is 546900000.  Every function
 * takes LEN bytes that must all belong to the number, and returns false where
 * they do not, where the value is negative (a counter that wrapped), infinite,
 * no number, or above 2^63-1: unknown, never wrong; the value is then left
 * alone.
 */
#ifndef MOVER_UNITS_H
#define MOVER_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "899 B", "1.1 KB", "329.1 MiB", "9.2 EB", also "1234.56 MB", "12KB" and a
 * bare "12": in bytes.  Base 10 without "i", base 2 with it.  Above "900 TB" a
 * text counts PB: see tera.h for the ambiguity below that. */
bool units_size(const char *text, size_t len, int64_t *bytes);

/* Whether TEXT is a size as kopia prints nearly all: at most four digits, one
 * decimal, a blank, B, KB, MB or GB.  Then units_size() knows it, and so does
 * units_put_size(). */
bool units_is_plain_size(const char *text, size_t len);

/* Writes the bytes of a plain size in decimal at OUT, which has room for 16:
 * "546.9 MB" is 546900000.  Returns the length. */
size_t units_put_size(const char *text, size_t len, char *out);

/* "14.8 MB/s", "5.4 B/s", "12 Mbit/s" (before kopia 0.9.6): in bytes a second,
 * truncated. */
bool units_speed(const char *text, size_t len, int64_t *bytes_per_second);

/* "12.1", "341.9", "100": in hundredths, truncated; may be above 10000. */
bool units_percent(const char *text, size_t len, int64_t *hundredths);

/* "0s", "1m0s", "100h2m3s", and "523.4ms" of kopia before 0.5: in whole
 * seconds, truncated. */
bool units_seconds(const char *text, size_t len, int64_t *seconds);

#endif
