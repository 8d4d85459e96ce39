/*
 * What phase-view shows, and when: lines that are drawn again on a terminal, or
 * lines that are printed once.
 */
#ifndef PHASE_VIEW_SHOW_H
#define PHASE_VIEW_SHOW_H

#include "base/clock.h"
#include "base/out.h"
#include "terminal.h"
#include "view/board.h"
#include "view/documents.h"

struct show {
    struct clock *clock;
    bool draws; /* on `terminal`; else lines go to `out` */
    struct terminal terminal;
    struct out out;
    int64_t interval; /* of lines, in ns */

    struct board board;
    bool no_memory, large; /* why something was passed over */

    /* private */
    struct documents documents;
    struct screen screen;
    struct buf late; /* the latest status line, which nobody has read yet */
    char warned[sizeof((struct board *)0)->remark]; /* the last one */
    uint64_t glance;
    bool glanced, changed;
    int64_t shown; /* when, on the steady clock */
};

/* Prepares to show on standard output; false with errno set. */
bool show_open(struct show *s, struct clock *clock, int64_t interval,
               bool ascii, bool osc);

/* Takes what was read. */
void show_take(struct show *s, const char *bytes, size_t n);

/* The input has ended. */
void show_end(struct show *s);

/* What else there is to say, as one line; NULL: nothing.  Where lines are
 * printed it is a warning, and none where only numbers differ from the one
 * before: a port, a time. */
void show_remark(struct show *s, const char *remark, size_t len);

/* Shows what is due; for how many ms there is nothing more to do, or -1. */
int show_step(struct show *s);

/* Shows how it stands at last, all rows of it, and leaves the terminal. */
void show_finish(struct show *s);

/* Leaves the terminal for a while. */
void show_leave(struct show *s);

/* Draws anew, since the terminal is another size, or (FRESH) others have
 * written to it. */
void show_again(struct show *s, bool fresh);

/* There is no memory at all, and the program ends: leaves the terminal of
 * whatever show there is. */
void show_no_memory(void);

/* False where not all was shown. */
bool show_close(struct show *s);

#endif
