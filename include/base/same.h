/*
 * Names that lead to the same file: what is written by one would destroy what
 * is read by the other.
 */
#ifndef BASE_SAME_H
#define BASE_SAME_H

#include <stdbool.h>
#include <stddef.h>

/* An option, and the file that it names. */
struct same {
    const char *option;
    const char *path; /* NULL: it is not given; "-" is no file either */
    bool written;
};

/* Whether A and B lead to one regular file, by whatever names, or would if they
 * existed. */
bool same_file(const char *a, const char *b);

/* Whether PATH leads to the regular file that FD has open. */
bool same_open(const char *path, int fd);

/* Two of COUNT that are one file which is written to: the indices *FIRST and,
 * behind it, *SECOND; false where there are none. */
bool same_find(const struct same *files, size_t count, size_t *first,
               size_t *second);

#endif
