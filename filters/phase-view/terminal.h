/*
 * The terminal that phase-view draws on: in place, by moving the cursor over
 * its own lines and nowhere else.
 */
#ifndef PHASE_VIEW_TERMINAL_H
#define PHASE_VIEW_TERMINAL_H

#include "view/screen.h"

/* How it goes, as OSC 9;4 numbers it. */
enum tab { TAB_GOES_ON = 1, TAB_FAILED = 2, TAB_TROUBLED = 4 };

struct terminal {
    int fd;
    bool osc;  /* tell the terminal itself (OSC 9;4), too */
    int error; /* errno of the write that failed, or 0 */
    struct pen_style style;

    /* private */
    bool hidden;     /* the cursor is */
    size_t *columns; /* of each line that stands there */
    size_t count, room;
    size_t width; /* of the terminal, when that was drawn; 0: nothing was */
    struct buf frame, before; /* what was drawn last */
    char told[32];            /* the last OSC */
};

/* Whether FD is a terminal whose cursor can be moved; sets the style by the
 * environment: TERM, COLORTERM, NO_COLOR (no-color.org), and by the codeset of
 * the locale, but ASCII where that is asked for. */
bool terminal_open(struct terminal *t, int fd, bool ascii);

/* How large it is now: 80 x 24 where it does not know. */
void terminal_size(const struct terminal *t, size_t *width, size_t *height);

/* Whether it would take something at once, and is ours: not stopped by ^S, and
 * we are no background job. */
bool terminal_ready(const struct terminal *t);

/* Draws S over what was drawn before, if it is something else; PERCENT
 * (hundredths, or below 0) and TAB are for the OSC.  False where there is
 * no memory, or the terminal is gone. */
bool terminal_draw(struct terminal *t, const struct screen *s, int64_t percent,
                   enum tab tab);

/* Goes below the last line, and leaves the terminal as it was. */
void terminal_leave(struct terminal *t);

/* Somebody else has written since, perhaps: what was drawn is left alone, and
 * drawn again below. */
void terminal_forget(struct terminal *t);

void terminal_close(struct terminal *t);

#endif
