/*
 * kopia's message about one path, put together again.
 *
 * kopia prints `"PATH": TEXT` and escapes nothing: PATH may hold quotes, `": `,
 * '\r', '\n', ESC and whole progress lines, and since 0.20.0 TEXT holds PATH
 * once more (cli/cli_progress.go@v0.23.1 Error).  The reader has cut all that
 * at '\r' and '\n'; this module joins the pieces while the bytes say that the
 * message goes on:
 *
 * - it does while no `": ` has been seen, for the path has not ended, unless
 *   more than three lines came that are known, or one and then another message:
 *   the quote was somebody else's, and this is no message;
 * - it does at a '\r', since a message ends with '\n';
 * - it does while TEXT is inside its copy of PATH, or shows that it goes on
 *   (cause.h);
 * - within progress it does until '\n' and '\r': behind the message kopia
 *   prints a progress line at once (cli/cli_progress.go@v0.6.0 output).  Lines
 *   up to there are TEXT's own, such as those of several errors joined
 *   (snapshot/upload/upload.go@v0.23.1 uploadFileInternal).
 *
 * What was taken and turns out not to belong to it is handed back.
 */
#ifndef MOVER_MESSAGE_H
#define MOVER_MESSAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/rec.h"
#include "mover/fields.h"

/* What a piece is by itself. */
enum piece_kind {
    PIECE_TEXT,    /* no row of the grammar knows it */
    PIECE_LINE,    /* one does */
    PIECE_MESSAGE, /* one of a message whose path is quoted */
    PIECE_BLANK,   /* nothing but colours */
};

struct message {
    bool open;  /* more pieces may belong to it */
    bool named; /* a `": ` was seen: there is a PATH, and a TEXT */
    const char *level;
    struct text path, text; /* of a closed one that is named; within `raw` */

    /* private */
    bool progress;
    struct buf raw; /* its pieces and the separators behind them */
    size_t head;    /* where PATH begins */
    size_t kept;    /* how much of `raw` is known to belong to it */
    size_t copy;    /* where in PATH its copy, once cut, goes on; 0: nowhere */
    size_t looked;  /* bytes that were searched for its end, so far */
    int pieces;
    int lines; /* of these, that are known by themselves, in front of TEXT */
};

/* Room for two paths of PATH_MAX and what stands around them. */
enum { MESSAGE_CEILING = 12 * 1024 };

#define MESSAGE_INIT ((struct message){ .raw = BUF_INIT(MESSAGE_CEILING) })

/* Begins a message with LINE, in which PATH begins at HEAD, behind a quote;
 * SEPARATOR is what the reader found after it, 0 for the end.  PROGRESS: it
 * has kopia's mark of a message within progress.  A line that is longer than
 * the ceiling is cut to it, and all that there is. */
void message_begin(struct message *m, const char *level, bool progress,
                   struct text line, size_t head, char separator);

/* Offers the next piece, which is of KIND by itself.  False where the piece
 * does not belong to the message, which is closed then.  A message that grows
 * beyond the ceiling, or to 256 pieces, which no name reaches, is closed too.
 */
bool message_add(struct message *m, const struct record *piece,
                 enum piece_kind kind);

/* Closes a message that the input left open. */
void message_close(struct message *m);

/* Of a closed message that is not `named`: its first line.  It is no message,
 * whatever it looks like. */
struct text message_first_line(const struct message *m);

/* Of a closed message: the pieces that were taken and do not belong to it, each
 * with its separator. */
struct text message_rest(const struct message *m);

#endif
