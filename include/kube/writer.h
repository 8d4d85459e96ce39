/*
 * The writer: which request to an API server comes next, so that an ActionSet
 * shows the newest status, beside a controller that writes to it too.
 *
 * A pure state machine: it does no I/O, has no clock and no random numbers.
 * Times are in nanoseconds on a clock that never goes back (clock_steady()).
 * There is one request at a time; latest wins.
 *
 *     writer_sample()       whenever a status line comes
 *     writer_end()          when no more will come
 *     writer_next()         what to do now, or how long there is nothing to do;
 *                           and when it was a request, what came of it:
 *     writer_discovered()   of WRITER_DISCOVER
 *     writer_looked()       of WRITER_LOOK
 *     writer_patched()      of WRITER_PATCH
 *     writer_failed()       of any of them: later, or look again
 *     writer_give_up()      of any of them: never
 *
 * What it knows of Kanister's controller (kanister pkg/controller,
 * pkg/progress@0.119.0, and what it was seen to do):
 *
 * - Any write before status.state is "running", even an annotation, can lose
 *   the action, so it looks again and again until then.
 * - While a phase runs a tracker looks at it each 5 s.  Its first look resets
 *   the top of the status, once; so what was written for a new phase is looked
 *   at again WRITER_TICK later, and written again where it is gone.  A
 *   controller that has much to do is late, so it is looked for three times,
 *   and then more and more seldom.
 * - The tracker puts its own number into the running phase at each look, so
 *   what others write there does not last, and makes it reset the top again.
 *   Where no tracker has put anything there for 54 s, the phase is written too,
 * and left alone again where it was reset after all.
 */
#ifndef KUBE_WRITER_H
#define KUBE_WRITER_H

#include "kube/object.h"
#include "kube/patch.h"
#include "kube/samples.h"

#define WRITER_NEVER (-1)
#define WRITER_TICK  INT64_C(6000000000) /* ns: a tracker's 5 s, and a while */

enum { WRITER_COMPANY = 16 }; /* patches that test all, once one has failed */

struct writer_settings {
    unsigned parts;    /* of enum patch_part: what to write */
    bool choose;       /* PATCH_PHASES as looking shows */
    bool looks_always; /* before each write, and each interval without one */
    int64_t interval;  /* ns between two writes, at least */
    int64_t budget;    /* ns from writer_end() to the end of all tries */
};

enum writer_act {
    WRITER_WAIT,     /* `wait` ns, or WRITER_NEVER: until something comes */
    WRITER_DISCOVER, /* ask whether the ActionSet has a status subresource */
    WRITER_LOOK,     /* get the ActionSet */
    WRITER_PATCH,    /* send `body`, to the subresource where that is so */
    WRITER_FINISHED, /* the input has ended, and nothing is left to be tried */
};

struct writer_step {
    enum writer_act act;
    int64_t wait;
    const struct buf *body;
    bool subresource;
};

/* Where the newest sample is. */
enum writer_state {
    WRITER_CLEAN,    /* on the object, or there was nothing to say */
    WRITER_WAITING,  /* yet to be written */
    WRITER_EARLY,    /* the object has not come to (all of) it: `why` */
    WRITER_OVER,     /* nowhere: the controller has ended the phase first */
    WRITER_MISFIT,   /* nowhere: it is not this ActionSet's: `why` */
    WRITER_ANOTHER,  /* nowhere: an ActionSet of that name was made anew */
    WRITER_GIVEN_UP, /* nowhere: the caller knows why */
    WRITER_NO_ROOM,  /* yet to be written: there was no memory */
};

enum writer_tracker { TRACKER_UNKNOWN, TRACKER_SEEN, TRACKER_NONE };

struct writer {
    struct writer_settings settings;
    enum writer_state state;
    char why[MERGE_WHY_MAX];
    enum writer_tracker tracker;
    bool subresource;
    struct object object; /* as it was seen last, and written since */
    bool seen;            /* there is one */
    int64_t written;      /* the percentage that was written last, hundredths;
                             VIEW_UNKNOWN: none was */
    enum kanister_dialect dialect;

    /* private */
    struct samples samples;
    struct buf body;       /* what is being written */
    struct buf key;        /* and what it will make, however that is said */
    struct buf applied[2]; /* what was made: the status, the annotation */
    struct buf line;       /* the sample that is half written; empty: none */
    struct buf note_now;   /* the annotation that is being written */
    struct buf note;       /* and the one that was: the object's now */
    struct buf percent;    /* percentCompleted that was written */
    struct buf uid;
    struct buf version; /* of the object, as our last patch left it */
    unsigned company;   /* patches to come that do not test it */
    size_t phase;       /* the first of ours that was written, or none */
    uint64_t ours;      /* which those were, mixed */
    unsigned parts_now; /* of the patch that is under way */
    unsigned parts_due; /* of this sample, still to be sent */
    struct view_progress whole_now; /* of that patch, as the object spells it */
    struct view_progress left;      /* and of the one that was taken last */
    int64_t phase_percent_now, generation;
    int64_t phase_percent; /* that we left in the object's phase */
    int64_t rest_until, retry_at, look_at, settle_at, deadline;
    int64_t early; /* ns to the next look at what has not begun */
    int settling;  /* looks for a tracker's first look */
    bool dirty, force, changes, fresh, behind, discovered, asked;
    bool pruned; /* the server has no room for progress, and drops it */
    bool busy, patching, ended;
};

/* Prepares W; GOOD takes the close look at a sample (samples.h).  False where
 * there is no memory. */
bool writer_open(struct writer *w, const struct writer_settings *settings,
                 bool (*good)(const char *text, size_t len));

void writer_close(struct writer *w);

/* A newer sample: LEN bytes, at most REC_CEILING, without a newline. */
void writer_sample(struct writer *w, const char *text, size_t len);

/* No sample will come after this; the interval counts no more, the budget
 * begins. */
void writer_end(struct writer *w, int64_t now);

/* What to do now.  While a request is under way: WRITER_WAIT. */
struct writer_step writer_next(struct writer *w, int64_t now);

/* Whether the resource actionsets/status is there; unknown where KNOWN is
 * false, and then a write that changes nothing will tell. */
void writer_discovered(struct writer *w, bool known, bool subresource);

/* The ActionSet came, as LEN bytes of JSON.  False where that is no ActionSet
 * that can be used; then writer_failed() is due too. */
bool writer_looked(struct writer *w, const char *text, size_t len, int64_t now);

/* The patch was taken.  GENERATION is the object's now (0: unknown), and the
 * next write is due in REST ns, the interval or somewhat more. */
void writer_patched(struct writer *w, int64_t generation, int64_t now,
                    int64_t rest);

/* Behind writer_patched(): the object's resourceVersion is VERSION now ("":
 * unknown).  While it is, nobody else has written, and the next patch tests
 * just that; where somebody has, it fails, the next follows a look, and
 * WRITER_COMPANY of them do without: whoever writes often may write again. */
void writer_version(struct writer *w, const char *version);

/* The request failed: the next comes in DELAY ns at the earliest, and is a look
 * where LOOK is set (the object is not what it was). */
void writer_failed(struct writer *w, bool look, int64_t now, int64_t delay);

/* After a failure: the next request may come at AT already, if that is sooner.
 */
void writer_sooner(struct writer *w, int64_t at);

/* The request was refused for good.  True where that was only of the annotation
 * beside a subresource: the status is written on without it. */
bool writer_give_up(struct writer *w);

/* ... because of its annotation: the status is written on without it.  False
 * where nothing else is to be written. */
bool writer_drop_annotation(struct writer *w);

/* Whether there is a sample that is not on the object. */
bool writer_owes(const struct writer *w);

/* The newest sample, with its newline; NULL where there was none. */
const struct buf *writer_newest(struct writer *w);

#endif
