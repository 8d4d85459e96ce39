/*
 * A scanner for the JSON that programs write for programs: one object on one
 * line, no white space but perhaps a space behind each comma and colon, members
 * that are strings, plain numbers, true, false or null.
 *
 * It is several times as fast as libjq and allocates nothing.  What it hands
 * out is exactly what libjq would say; whatever it is not sure of it refuses,
 * and the caller then asks json.h: escapes in keys, bytes below 0x20 or that
 * are no UTF-8, half surrogate pairs, nesting, signs, exponents, more than 15
 * digits, other space.  A value with escapes is a string, but which it does
 * not say: who needs to know asks json.h too.  Where a key comes twice the
 * later member counts, as in libjq.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <jv.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum scan_kind {
    SCAN_NULL,
    SCAN_BOOL,
    SCAN_NUMBER,
    SCAN_STRING,
    SCAN_ESCAPED, /* a string; its text, as it was written, has escapes */
    SCAN_NESTED,  /* an array or an object; never out of scan_next() */
};

/* A value, whichever way it was read. */
struct scan_value {
    enum scan_kind kind;
    bool truth;       /* SCAN_BOOL */
    double number;    /* SCAN_NUMBER; from libjq it may be NaN or infinite */
    const char *text; /* a string's: borrowed, not NUL-terminated */
    size_t len;
};

struct scan {
    const char *at, *end;
    bool later; /* not the first member */
};

enum scan_status { SCAN_MEMBER, SCAN_END, SCAN_REFUSED };

/* Begins with the LEN bytes at TEXT; false where no plain object begins. */
bool scan_begin(struct scan *s, const char *text, size_t len);

/* The next member: its key and its value, both within TEXT.  SCAN_END only
 * where the whole of TEXT was one such object; after SCAN_REFUSED what came
 * before counts for nothing. */
enum scan_status scan_next(struct scan *s, struct scan_value *key,
                           struct scan_value *value);

/* V as such a value; its text lives as long as V, which is borrowed. */
struct scan_value scan_value_of(jv v);

/* Calls SEE for each member of OBJECT (borrowed); for none where OBJECT is no
 * object. */
void scan_members(jv object,
                  void (*see)(void *arg, const struct scan_value *key,
                              const struct scan_value *value),
                  void *arg);

/* A word to compare with, its length known when it is compiled. */
struct scan_word {
    const char *text;
    size_t len;
};
#define SCAN_WORD(literal)                                                     \
    {                                                                          \
        literal, sizeof(literal) - 1                                           \
    }

/* Which of COUNT words the string V is; COUNT where it is none of them. */
static inline size_t scan_find(const struct scan_value *v,
                               const struct scan_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (v->len == words[i].len && v->kind == SCAN_STRING &&
            memcmp(v->text, words[i].text, v->len) == 0)
            return i;
    return count;
}

#endif
