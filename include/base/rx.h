/*
 * Regular expressions: PCRE2 on bytes, compiled by its JIT where there is one,
 * every match under a limit, so that no input can make one take for ever.
 */
#ifndef BASE_RX_H
#define BASE_RX_H

#include <stdbool.h>
#include <stddef.h>

struct rx;

enum { RX_NO_MATCH = 0, RX_LIMIT = -1, RX_ERROR = -2 };

/* A match's groups: group I spans ends[2*I] .. ends[2*I+1]; both are RX_UNSET
 * for a group that took no part. */
#define RX_UNSET ((size_t)-1)

/* Compiles PATTERN, matched at the start of the subject only.  NULL where it
 * is wrong or there is no memory, which memory.h is told; *WHY then points to a
 * text that lives until the next call. */
struct rx *rx_compile(const char *pattern, const char **why);

void rx_free(struct rx *rx);

/* Matches at TEXT.  The number of groups, the whole match (group 0) included,
 * with *ENDS valid until the next match of this rx; or one of the above: no
 * match, the limit was hit, or PCRE2 failed. */
int rx_match(struct rx *rx, const char *text, size_t len, const size_t **ends);

/* Calls SEE for each named group. */
void rx_each_group(const struct rx *rx,
                   void (*see)(void *arg, const char *name, int group),
                   void *arg);

#endif
