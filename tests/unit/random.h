/*
 * Random cases, each of which comes of its seed alone.  One that fails prints
 * its seed, and the test program given that seed runs this one case:
 *
 *     build/unit/phase_random 20231234
 */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

enum { FIRST_SEED = 20230220 };

#if defined __SANITIZE_ADDRESS__
enum { SLOWER = 25 };
#elif defined __has_feature
#if __has_feature(address_sanitizer)
enum { SLOWER = 25 };
#else
enum { SLOWER = 1 };
#endif
#else
enum { SLOWER = 1 };
#endif

enum { SLOWER_WRAPPED = 2000 }; /* under valgrind, say */

static int64_t seed;      /* of the case at hand */
static int64_t only_seed; /* 0: all of them */
static uint64_t random_state;

/* Fails where CONDITION does not hold, and says for which case. */
#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("seed %" PRId64 ": not (%s)", seed, #condition);          \
    } while (0)

/* Another stream of numbers for each STREAM of the case at hand. */
static inline void random_begin(uint64_t stream)
{
    random_state =
        (uint64_t)seed * UINT64_C(0x9e3779b97f4a7c15) + (stream << 56);
}

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
 * (2014): a sum, mixed, so every state is as good as any other. */
static inline uint64_t random_word(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A number from 0 to BELOW - 1. */
static inline int any(int below)
{
    return (int)(random_word() >> 33) % below;
}

/* Takes the one seed that the command line may give; false where it gives
 * anything else. */
static inline bool random_arguments(int argc, char **argv)
{
    char *end = NULL;

    if (argc > 1)
        only_seed = strtoll(argv[1], &end, 10);
    return argc == 1 || (argc == 2 && only_seed > 0 && *end == '\0');
}

/* Whether what happens is to be told: it is one case only. */
static inline bool random_tells(void)
{
    return only_seed > 0;
}

/* Runs ONE for each of COUNT seeds, or fewer where each takes its time. */
static inline void random_cases(int count, void (*one)(void))
{
    int slower = getenv("PHASEPIPE_WRAP") != NULL ? SLOWER_WRAPPED : SLOWER;

    int64_t last = FIRST_SEED + count / slower;

    for (seed = FIRST_SEED; seed <= last; seed++) {
        if (random_tells())
            last = seed = only_seed;
        random_begin(0);
        one();
    }
}

#endif
