/*
 * A jq program in a box: a process of its own that has neither files nor
 * environment, little memory and little time.
 *
 * libjq ends its process where memory runs out, and a program may never end,
 * so whatever it does must not be done here.  It can open nothing, so that
 * `import`, `include` and all else that reads find nothing; `input` has none.
 */
#ifndef ANY_PROGRESS_BOX_H
#define ANY_PROGRESS_BOX_H

#include <jv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "feed.h"

enum {
    BOX_LIVES = 4,                   /* so often it is started at most */
    BOX_MEMORY = 256 * 1024 * 1024,  /* bytes beyond what it has at first */
    BOX_NO_MEMORY = 3,               /* its exit code then */
    BOX_OUTPUTS = 64,                /* of one line */
    BOX_ANSWER_CEILING = 512 * 1024, /* bytes of them all */
};

struct box {
    const char *program;
    int64_t limit;     /* ns that a line may take */
    struct feed *feed; /* what is read meanwhile; may be NULL */
    int deaths;        /* how often it was ended */
    char why[256];     /* the reason of the first, or of a wrong program */
    char refused[256]; /* jq's own words about the last line that it was given,
                          where it failed; else empty */

    /* private */
    pid_t pid; /* 0: none is alive */
    int to, from;
    struct buf answer;
};

enum box_status {
    BOX_ANSWERED, /* the outputs are in *ANSWERS, an array */
    BOX_REFUSED,  /* the line is no JSON, or the program failed on it */
    BOX_DIED,     /* it was ended */
    BOX_GONE,     /* and is not started any more */
};

/* Starts PROGRAM, which must outlive the box.  False where it is wrong (`why`
 * says what jq says), or cannot be started (errno; `why` is empty). */
bool box_open(struct box *b, const char *program, int64_t limit);

/* Gives it one line of LEN bytes. */
enum box_status box_ask(struct box *b, const char *line, size_t len,
                        jv *answers);

/* Ends it. */
void box_close(struct box *b);

/* What the process does, which has nothing but IN, OUT and /dev/null; never
 * returns.  LIMIT as above. */
void box_live(int in, int out, const char *program, int64_t limit)
    __attribute__((noreturn));

/* How an answer begins. */
struct box_head {
    uint32_t status; /* of enum box_status: answered or refused */
    uint32_t len;    /* bytes that follow */
};

#endif
