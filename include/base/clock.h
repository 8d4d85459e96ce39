/*
 * Time.  Every look at a clock goes through here, so that a test sets it and a
 * replay gives the same bytes.
 *
 * The environment variable PHASEPIPE_CLOCK fixes both clocks at an RFC 3339
 * time, as 2023-02-20T12:49:55Z; with a step behind it, as
 * 2023-02-20T12:49:55Z+1s, each look is that much later than the one before.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000000)
enum { CLOCK_TEXT = sizeof "2023-02-20T12:49:55Z" };

struct clock {
    int64_t fixed; /* ns since 1970, where set */
    int64_t step;  /* ns added after each look */
    bool set;
};

/* Reads PHASEPIPE_CLOCK's value (NULL: the real clocks).  False where TEXT is
 * no time, or no step, that this module can read.  With a step it stands still
 * when 2261 is over. */
bool clock_open(struct clock *c, const char *text);

/* Nanoseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall(struct clock *c);

/* Nanoseconds on a clock that only goes forward; its zero means nothing. */
int64_t clock_steady(struct clock *c);

/* Both of them, at one look. */
struct instant {
    int64_t wall, steady;
};

/* Looks at both clocks at once. */
struct instant clock_now(struct clock *c);

/* For how long poll(2) shall wait for NS to pass: milliseconds, rounded up; 0
 * where NS is not above it, INT_MAX where it is more than that. */
int clock_poll(int64_t ns);

/* WALL as RFC 3339 in whole seconds, UTC (2023-02-20T12:49:55Z); a time before
 * 1970 is written as 1970-01-01T00:00:00Z.  Returns the length. */
size_t clock_format(int64_t wall, char text[static CLOCK_TEXT]);

/* Reads an RFC 3339 time as Kubernetes' metav1.Time writes it: seconds, an
 * optional fraction, "Z" or an offset.  False where LEN bytes are no such
 * time, or it lies outside 1970 to 2262. */
bool clock_parse(const char *text, size_t len, int64_t *wall);

#endif
