/*
 * JSON: reading over libjq, writing into a buf.
 *
 * libjq's accessors abort the process when a value is not of the kind they
 * expect, so untrusted text is read through these functions, which look at the
 * kind first.  They borrow the object they look into.  A jv that they give out
 * belongs to the caller (jv_free).  libjq itself aborts when memory runs out.
 * Header: jq's src/jv.h@1.6.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/num.h"

/* Has END called where libjq finds no memory; it must not return.  Without this
 * libjq calls abort() (jv_alloc.c, memory_exhausted()). */
void json_no_memory(void (*end)(void *arg));

/* Reads the one JSON text in LEN bytes; an invalid jv where they are no JSON,
 * or more than one text.  Text nested deeper than libjq allows (256 in 1.6) is
 * no JSON. */
jv json_parse(const char *text, size_t len);

/* The value of KEY in OBJECT; an invalid jv where OBJECT is no object or has
 * no such member. */
jv json_get(jv object, const char *key);

/* A string member: true and *VALUE, which the caller frees. */
bool json_get_string(jv object, const char *key, jv *value);

/* A number member that is a whole number within 0 .. 2^53. */
bool json_get_int(jv object, const char *key, int64_t *value);

/* A number member; never NaN. */
bool json_get_number(jv object, const char *key, double *value);

/* A member that is true or false. */
bool json_get_bool(jv object, const char *key, bool *value);

/* Appends LEN bytes as a JSON string, quotes included.  Control characters,
 * DEL and C1 controls are escaped, so the text is harmless on a terminal;
 * bytes that are no UTF-8 become U+FFFD. */
void json_put_string(struct buf *b, const char *text, size_t len);

/* Appends V, compact; borrows it. */
void json_put_value(struct buf *b, jv v);

/* Appends the digits of VALUE. */
static inline void json_put_int(struct buf *b, int64_t value)
{
    char digits[NUM_DIGITS + 1] = "-";
    bool negative = value < 0;
    size_t n = num_format(negative ? 0 - (uint64_t)value : (uint64_t)value,
                          digits + negative);

    buf_add(b, digits, n + negative);
}

/* Appends HUNDREDTHS (0 or more) as a number with at most two decimals and no
 * trailing zeros: 1210 is 12.1. */
void json_put_hundredths(struct buf *b, int64_t hundredths);

/* Appends a literal: JSON_LIT(b, ",\"phase\":"). */
#define JSON_LIT(b, literal) buf_add((b), (literal), sizeof(literal) - 1)

#endif
