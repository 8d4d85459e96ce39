/*
 * The text of a status line: the ActionSet's own `status` in Kanister's
 * spelling, beside `detail`, for which Kanister has no room.
 *
 * It is rendered out of what is to be shown, phase by phase, so that a change
 * of one phase renders that one again and copies the others.
 */
#ifndef PHASE_LINE_H
#define PHASE_LINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "phase/left.h"
#include "phase/note.h"
#include "phase/plan.h"
#include "phase/verdict.h"
#include "phase/whole.h"

/* A phase as the line has it. */
struct shown {
    enum phase_state state;
    struct progress progress;
    char since[CLOCK_TEXT]; /* progress.lastTransitionTime; may be empty */

    /* private */
    struct buf name; /* as JSON */
    struct buf text; /* the whole object */
};

/* The verdict on a phase. */
struct judged {
    enum verdict_name verdict;
    char since[CLOCK_TEXT];
};

struct line {
    struct buf text; /* the line, its '\n' included */

    /* what it shows */
    struct shown *phases;   /* as many as the plan has */
    struct whole whole;     /* all of them together */
    char since[CLOCK_TEXT]; /* the time of the whole; may be empty */
    int64_t seconds;        /* detail.estimatedTimeSeconds; -1: none */
    struct left eta;        /* detail.eta, in seconds */
    struct left action_eta; /* detail.actionEta, in seconds */
    int64_t raw;            /* detail.rawPercent, hundredths; -1: none */
    struct judged judged;   /* detail.verdict and verdictSince */
    enum result result;     /* detail.result */

    /* private */
    const struct plan *plan;
    struct buf *heads;    /* each action, up to its first phase */
    struct buf functions; /* the member of that name; empty: none is known */
};

/* What is to be shown of PLAN as it is; nothing is rendered yet.  Borrows PLAN
 * until line_close(), which is due after a failure too.  False with errno
 * ENOMEM, or with EMSGSIZE where a line of this plan could ever be longer than
 * a record may be. */
bool line_open(struct line *l, const struct plan *plan);

/* Renders one phase, and the line; `text.failed` says that memory ran out. */
void line_render_phase(struct shown *shown);
void line_render(struct line *l);

void line_close(struct line *l);

#endif
