/*
 * Exit codes that mean success: 0, or what --ok-codes says.
 */
#ifndef RUN_CODES_H
#define RUN_CODES_H

#include <stdbool.h>
#include <stdint.h>

struct codes {
    bool good[256];
};

/* Reads a list as "0,3", whose numbers are 0 to 255 (NULL: only 0 is good).
 * False where TEXT is no such list. */
bool codes_parse(struct codes *c, const char *text);

/* Whether the exit code CODE is among them. */
bool codes_good(const struct codes *c, int code);

#endif
