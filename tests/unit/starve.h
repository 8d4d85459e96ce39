/*
 * Memory that is missing: this program's malloc() and its like stand in front
 * of the C library's, and one call of them fails, or all from there on.
 *
 * What libjq, libyaml and OpenSSL ask for is given: the first ends a process
 * that has no memory for it, of the second yaml_faults.c knows, and the third
 * does not report all of it.
 */
#ifndef UNIT_STARVE_H
#define UNIT_STARVE_H

#include <dlfcn.h>
#include <stdarg.h>
#include <sys/mman.h>

#include "unit.h"

struct starve {
    long nth;      /* the call that fails; 0: none */
    bool for_good; /* and all that follow */
    long count;    /* calls so far */
    bool fired;
};

/* Children of the test count on: starve_each() puts it where they share it. */
static struct starve starve_own, *starve_at = &starve_own;
#define starve (*starve_at)

/* These run before AddressSanitizer has made what it looks into. */
#define STARVE_RAW                                                             \
    __attribute__((no_sanitize("address"), no_sanitize("undefined")))

/* Whether this call, for CALLER, is one that fails. */
STARVE_RAW static bool starves(const void *caller)
{
    Dl_info info;

    if (starve.nth == 0 || dladdr(caller, &info) == 0 ||
        strstr(info.dli_fname, "libjq") != NULL ||
        strstr(info.dli_fname, "libyaml") != NULL ||
        strstr(info.dli_fname, "libcrypto") != NULL ||
        strstr(info.dli_fname, "libssl") != NULL)
        return false;
    starve.count++;
    if (starve.count < starve.nth ||
        (starve.count > starve.nth && !starve.for_good))
        return false;
    starve.fired = true;
    errno = ENOMEM;
    return true;
}

#define STARVE_CALLER __builtin_return_address(0)
#ifdef __SANITIZE_ADDRESS__ /* dlsym() needs memory before it has any */
#define STARVE_REAL(name, params)                                              \
    void *__interceptor_##name params;                                         \
    static void *(*real_##name)params = __interceptor_##name
#else
#define STARVE_REAL(name, params) static void *(*real_##name)params
#endif
#define STARVE(name, params, ...)                                              \
    STARVE_REAL(name, params);                                                 \
    STARVE_RAW void *name params                                               \
    {                                                                          \
        if (starves(STARVE_CALLER))                                            \
            return NULL;                                                       \
        if (real_##name == NULL)                                               \
            *(void **)&real_##name = dlsym(RTLD_NEXT, #name);                  \
        return real_##name(__VA_ARGS__);                                       \
    }

STARVE(malloc, (size_t n), n)
STARVE(realloc, (void *old, size_t n), old, n)
STARVE(calloc, (size_t count, size_t n), count, n)

/* The C library's would call its own realloc(). */
void *reallocarray(void *old, size_t count, size_t n)
{
    size_t all;

    if (__builtin_mul_overflow(count, n, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, all);
}

/* Whether these functions are those that are called: not under valgrind.  (Of
 * a malloc() that it knows the compiler thinks that it does not look at what
 * was just written.) */
static inline bool starve_works(void)
{
    void *(*volatile get)(size_t) = malloc;
    void *got;

    starve.nth = 1;
    starve.count = 0;
    got = get(1);
    starve.nth = 0;
    free(got);
    return got == NULL;
}

static bool works; /* the same, once starve_open() has run */

static inline int starve_open(void **state)
{
    (void)state;
    works = starve_works();
    return 0;
}

/* Calls BODY with one allocation after the other failing, alone and with all
 * that follow, until it needs no more of them.  BODY gives back whatever it
 * got, and asserts what must hold: FAILED says whether something has failed
 * by its end (starve.fired).  Returns how many allocations it had. */
static inline long starve_each(void (*body)(void))
{
    long n = 0;
    void *shared = mmap(NULL, sizeof starve_own, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(shared, MAP_FAILED);
    starve_at = shared;
    for (int for_good = 0; for_good < 2; for_good++) {
        n = 0;
        do {
            starve.nth = ++n;
            starve.for_good = for_good != 0;
            starve.count = 0;
            starve.fired = false;
            body();
            starve.nth = 0;
        } while (starve.fired);
    }
    starve_at = &starve_own;
    munmap(shared, sizeof starve_own);
    return n - 1;
}

#endif
