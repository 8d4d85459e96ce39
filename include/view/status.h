/*
 * The status of an action, for those who show it: read from a status line, as
 * phase-agg writes it, or from an ActionSet, as the API server has it.
 *
 * What an ActionSet's status has no room for, decimals, the time left and the
 * verdict, stands in its annotation phasepipe.dev/progress; the reader takes
 * the two together.  It knows both spellings of percent.  Members by kanister
 * pkg/apis/cr/v1alpha1/types.go@0.119.0, and by the records' own schemas.
 *
 * An ActionSet's 100 of a phase that is not complete is not believed: while one
 * phase ends the controller may write it to another.
 */
#ifndef VIEW_STATUS_H
#define VIEW_STATUS_H

#include <jv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIEWED_PHASES_MAX = 10000 }; /* of all actions */

#define VIEWED_UNKNOWN  INT64_C(-1)
#define VIEWED_COMPLETE INT64_C(10000) /* hundredths of a percent */

enum viewed_state {
    VIEWED_PENDING, /* also one that nobody has set yet */
    VIEWED_RUNNING,
    VIEWED_FAILED,
    VIEWED_DONE, /* "complete" */
    VIEWED_OTHER /* something that none of us knows */
};

enum viewed_verdict {
    VIEWED_NO_VERDICT,
    VIEWED_GOES_ON, /* "running" */
    VIEWED_SLOW,
    VIEWED_STALLED,
};

/* Borrowed from the JSON that the status was read from; not NUL-terminated, and
 * as hostile as whoever wrote it.  Unknown is empty. */
struct viewed_text {
    const char *bytes;
    size_t len;
};

/* A number that is unknown is VIEWED_UNKNOWN. */
struct viewed_progress {
    int64_t percent;                    /* hundredths, 0 to VIEWED_COMPLETE */
    int64_t uploaded, upload_total;     /* bytes */
    int64_t downloaded, download_total; /* bytes */
    int64_t seconds; /* that are left, by the mover's own estimate */
    int64_t since;   /* when one of these changed last: ns since 1970 */
};

struct viewed_phase {
    struct viewed_text name;
    struct viewed_text function; /* which it runs; a status line may say it */
    enum viewed_state state;
    struct viewed_text state_text; /* as it was written */
    struct viewed_progress progress;
    size_t action; /* its index */
    bool deferred; /* the action's defer phase, which is not counted */
};

struct viewed_action {
    struct viewed_text name;
    size_t first, count; /* its phases, of which a defer phase is the last */
};

/* What is left, in seconds; high is unknown where nothing bounds it. */
struct viewed_left {
    int64_t seconds, low, high;
};

struct viewed {
    /* of the ActionSet; empty for a status line, which does not say */
    struct viewed_text uid, namespace_, name;
    bool deleted; /* a watch event says that it is gone */

    enum viewed_state state;
    struct viewed_text state_text;
    /* of the whole; seconds is never known.  Where nobody says a percent it is
     * the mean over the phases. */
    struct viewed_progress whole;
    struct viewed_text running; /* progress.runningPhase */
    struct viewed_text error;   /* error.message */
    struct viewed_left left;    /* of the whole, by our own estimate */
    /* of `subject`, the phase that the status line is about: our own estimate,
     * and the mover's percent where that is not the one shown (hundredths) */
    struct viewed_left phase_left;
    int64_t raw_percent;
    size_t subject; /* an index of phases, or phase_count where there is none */
    enum viewed_verdict verdict;
    int64_t verdict_since;     /* ns since 1970 */
    struct viewed_text result; /* the mover's last: "complete", "partial" ... */

    struct viewed_action *actions;
    size_t action_count;
    struct viewed_phase *phases;
    size_t phase_count;

    jv root, annotation; /* the JSON that all that was read from; private */
};

/* What to do with a status that was read; it belongs to the callee, who frees
 * it with viewed_free().  False ends the reading. */
typedef bool viewed_see(void *arg, struct viewed *v);

/* Reads the JSON document in LEN bytes and calls SEE for each status in it: one
 * for a status line or an ActionSet, also within an event of a watch
 * ({"type":"MODIFIED","object":{...}}), one for each of a list; an ActionSet
 * that has no status yet is pending.  How many there were; 0 where the document
 * is something else, or no JSON; -1 with errno set where there is no memory,
 * or a status has more than VIEWED_PHASES_MAX phases (E2BIG), or SEE said
 * false (ECANCELED). */
int viewed_read(const char *text, size_t len, viewed_see *see, void *arg);

void viewed_free(struct viewed *v);

/* Whether nothing more will come: it is complete, has failed, or is deleted. */
bool viewed_final(const struct viewed *v);

/* The mover's last word, where that is another than "complete"; or empty. */
struct viewed_text viewed_doubt(const struct viewed *v);

/* Whether two texts are the same. */
bool viewed_same(struct viewed_text a, struct viewed_text b);

/* Bytes that have moved and that are to move, up or else down; false where
 * nothing is known of that.  *TOTAL may be VIEWED_UNKNOWN. */
bool viewed_bytes(const struct viewed_progress *p, int64_t *moved,
                  int64_t *total);

/* Seconds that are left of a phase of V: the mover's own estimate, else ours;
 * VIEWED_UNKNOWN where it does not run or nobody knows. */
int64_t viewed_seconds(const struct viewed *v, const struct viewed_phase *p);

#endif
