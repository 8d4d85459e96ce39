#include "kube/backoff.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

void backoff_init(struct backoff *b, int64_t base, int64_t cap, uint64_t seed)
{
    *b = (struct backoff){ .base = base, .cap = cap, .random = seed };
}

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators"
 * (2014): any state is as good as another. */
static uint64_t random_word(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int64_t span(const struct backoff *b)
{
    if (b->tries >= 62 || b->base > b->cap >> b->tries)
        return b->cap;
    return b->base << b->tries;
}

int64_t backoff_next(struct backoff *b, int64_t floor, int64_t budget)
{
    int64_t most = span(b);
    int64_t wait = (int64_t)(random_word(&b->random) % ((uint64_t)most + 1));

    if (b->tries < 62)
        b->tries++;
    if (floor < 0)
        floor = 0;
    if (floor > budget)
        return BACKOFF_OVER;
    return wait < budget - floor ? floor + wait : budget;
}

void backoff_reset(struct backoff *b)
{
    b->tries = 0;
}

uint64_t backoff_seed(void)
{
    struct timespec now = { 0, 0 };
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
        return seed;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^
           (uint64_t)getpid() << 48;
}
