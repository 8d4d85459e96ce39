/*
 * The document that a stream begins with, where something else follows it:
 *
 *     { kubectl get actionset NAME -o yaml; kopia ... | kopia-progress; } |
 *         phase-agg --plan -
 *
 * JSON, which begins with '{', ends with its object, and with the line if
 * nothing more stands there.  YAML ends at a line "---" or "...", which is
 * dropped, and at one that begins with '{', as each record does and no line of
 * what kubectl prints; comments, directives and a "---" may stand in front of
 * it.  Either ends at the end of the stream.
 */
#ifndef BASE_FIRST_H
#define BASE_FIRST_H

#include <stdbool.h>

#include "base/buf.h"

enum { FIRST_REST_MAX = 16 * 1024 };

/* Appends the first document of what FD gives to DOCUMENT, which is empty, and
 * what was read behind it, at most FIRST_REST_MAX bytes, to REST: for
 * rec_unread().  Waits until it knows where the document ends.  False with
 * errno set, EFBIG where DOCUMENT's ceiling is passed. */
bool first_read(int fd, struct buf *document, struct buf *rest);

#endif
