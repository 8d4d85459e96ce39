/*
 * What was zeroed: this program's explicit_bzero() stands in front of the C
 * library's, under both names that it has, and tells whether some bytes were
 * in what it zeroed, or some address.
 */
#ifndef UNIT_WIPED_H
#define UNIT_WIPED_H

#include "unit.h"

static const char *wiped_needle; /* whose wiping counts; NULL: none */
static size_t wiped_count;
static const void *wiped_watch[8]; /* those addresses are looked for */
static bool wiped_seen[8];

/* Watches ADDRESS as the one of the number N. */
static inline void watch_wiped(int n, const void *address)
{
    assert_non_null(address);
    wiped_watch[n] = address;
    wiped_seen[n] = false;
}

/* Looks through the kernel's eyes, since much of it was never written. */
static inline bool holds_needle(uintptr_t bytes, size_t n)
{
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    char *copy = malloc(n + 1);
    bool found;

    assert_true(memory >= 0 && copy != NULL);
    assert_int_equal(pread(memory, copy, n, (off_t)bytes), n);
    found = memmem(copy, n, wiped_needle, strlen(wiped_needle)) != NULL;
    memset(copy, 0, n);
    free(copy);
    close(memory);
    return found;
}

void wipe(uintptr_t bytes, size_t n);

void __attribute__((noinline)) wipe(uintptr_t bytes, size_t n)
{
    volatile char *at = (volatile char *)bytes;

    wiped_count += wiped_needle != NULL && holds_needle(bytes, n);
    for (size_t i = 0; i < COUNT(wiped_watch); i++)
        wiped_seen[i] |= (uintptr_t)wiped_watch[i] >= bytes &&
                         (uintptr_t)wiped_watch[i] < bytes + n;
    for (size_t i = 0; i < n; i++)
        at[i] = 0;
}

void explicit_bzero(void *bytes, size_t n)
{
    wipe((uintptr_t)bytes, n);
}

void __explicit_bzero_chk(void *bytes, size_t n, size_t room);

void __explicit_bzero_chk(void *bytes, size_t n, size_t room)
{
    (void)room;
    wipe((uintptr_t)bytes, n);
}

#endif
