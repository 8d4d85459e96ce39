/*
 * base64 with padding, RFC 4648 section 4.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends N bytes as base64, in one line. */
void base64_put(struct buf *b, const char *bytes, size_t n);

/* Appends what LEN characters stand for; false where they are no base64 (white
 * space is none), or B has no room.  B may then have a part of it. */
bool base64_get(struct buf *b, const char *text, size_t len);

#endif
