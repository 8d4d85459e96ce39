/*
 * Strings as Go's encoding/json writes them.
 *
 * The API server compares the value of a "test" with the bytes that its own
 * encoder makes of the object (evanphx/json-patch patch.go@v4.12.0), so a name
 * must be spelled as Go would: with < > & and U+2028, U+2029 escaped, and
 * everything else of UTF-8 as it is (encoding/json encode.go@go1.22).
 */
#ifndef KUBE_GOSTRING_H
#define KUBE_GOSTRING_H

#include <stddef.h>

#include "base/buf.h"

/* Appends LEN bytes as a JSON string, quotes included; what is no UTF-8
 * becomes \ufffd. */
void gostring_put(struct buf *b, const char *text, size_t len);

#endif
