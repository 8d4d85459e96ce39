/*
 * An adapter made ready: found, read, its jq program started.
 */
#ifndef ANY_PROGRESS_LOAD_H
#define ANY_PROGRESS_LOAD_H

#include "box.h"
#include "mover/adapter.h"

/* Which adapter: one of the first four. */
struct load_choice {
    const char *name; /* looked for, or a file */
    const char *regex, *jq;
    bool fraction;
    enum operation operation; /* in the place of its own, if not OP_NONE */
    int64_t limit;            /* ns that a jq program may take for a line */
};

struct loaded {
    const char *name; /* for messages */
    struct adapter adapter;
    struct box box;
    bool boxed; /* it has a jq program */
};

/* Only reads it, its jq program is not started; else as load_open(). */
int load_read(struct loaded *l, const struct load_choice *choice);

/* Makes L ready.  Where it cannot be, that is said, and the exit code is what
 * it returns; 0 is success.  load_close() is due in any case. */
int load_open(struct loaded *l, const struct load_choice *choice);
void load_close(struct loaded *l);

#endif
