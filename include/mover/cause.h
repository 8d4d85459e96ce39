/*
 * Whether the text of an error goes on in the next line.
 *
 * kopia prints errors as they are, and two kinds of them have several lines:
 *
 * - The operating system's "open /some/where: permission denied", where the
 *   name holds a newline: without the reason it has not ended (Go's
 *   os.PathError).
 * - "error uploading parts: ", one line for each part of a large file, which
 *   mostly fail alike (snapshot/upload/upload.go@v0.23.1 uploadFileInternal).
 */
#ifndef MOVER_CAUSE_H
#define MOVER_CAUSE_H

#include <stdbool.h>

#include "base/buf.h"
#include "mover/fields.h"

/* Whether there may be a line behind TEXT that belongs to it. */
bool cause_is_open(struct text text);

/* Whether NEXT, which is no line that kopia is known to print, is that line. */
bool cause_goes_on(struct text text, struct text next);

/* A failure text whose lines are being joined. */
struct cause {
    bool open;
    int lines;
    struct buf text;
};

enum { CAUSE_CEILING = 8 * 1024 };

#define CAUSE_INIT ((struct cause){ .text = BUF_INIT(CAUSE_CEILING) })

/* Begins with LINE where that may go on; whether it does. */
bool cause_begin(struct cause *c, struct text line);

/* Adds NEXT behind SEPARATOR where it belongs to it; whether it does.  What is
 * beyond the ceiling, or the 64th line, does not. */
bool cause_add(struct cause *c, char separator, struct text next);

#endif
