/*
 * kopia's message about one path, put together again.
 *
 * kopia prints `"PATH": TEXT` and escapes nothing: PATH may hold quotes, `": `,
 * '\r', '\n', ESC and whole progress lines, and since 0.20.0 TEXT holds PATH
 * once more (cli/cli_progress.go@v0.23.1 Error).  The reader has cut all that
 * at '\r' and '\n'; this module joins the pieces while the bytes say that the
 * message goes on.
 */
#ifndef MOVER_MESSAGE_H
#define MOVER_MESSAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "mover/fields.h"

struct message {
    bool open; /* more pieces belong to it */
    int pieces;
    const char *level;
    struct buf raw; /* from behind the first quote */
    struct text path, text;
};

/* Room for two paths of PATH_MAX and what stands around them. */
enum { MESSAGE_CEILING = 12 * 1024 };

#define MESSAGE_INIT ((struct message){ .raw = BUF_INIT(MESSAGE_CEILING) })

/* Begins a message with the bytes behind its first quote; SEPARATOR is what
 * the reader found after them, 0 for the end. */
void message_begin(struct message *m, const char *level, const char *piece,
                   size_t len, char separator);

/* Adds the next piece, after the separator that was given with the last one.
 * M stays open, or `path` and `text` are what there is: a message that grows
 * beyond the ceiling, or to 64 pieces, is closed with what came until then. */
void message_add(struct message *m, const char *piece, size_t len,
                 char separator);

/* Closes a message that the input left open. */
void message_close(struct message *m);

#endif
