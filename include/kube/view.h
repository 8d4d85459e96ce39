/*
 * The status of an ActionSet, as somebody who writes progress looks at it: that
 * of a status line, or that of the object which the server has.
 *
 * A view borrows its names from the JSON that it keeps; view_free() gives back
 * both.
 */
#ifndef KUBE_VIEW_H
#define KUBE_VIEW_H

#include <jv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum { VIEW_PHASES_MAX = 10000 }; /* of all actions, defer phases included */

#define VIEW_UNKNOWN  INT64_C(-1)
#define VIEW_COMPLETE INT64_C(10000) /* hundredths of a percent */
#define VIEW_HELD     INT64_C(9900)  /* the most before a phase is complete */

/* As kanister pkg/apis/cr/v1alpha1/types.go@0.119.0 spells them, and
 * "completed" as its design document does. */
enum view_state {
    STATE_PENDING, /* also one that nobody has set yet */
    STATE_RUNNING,
    STATE_FAILED,
    STATE_COMPLETE,
    STATE_OTHER, /* something that none of us knows */
};

enum view_size {
    VIEW_UPLOADED,
    VIEW_UPLOAD_ESTIMATE,
    VIEW_DOWNLOADED,
    VIEW_DOWNLOAD_ESTIMATE,
    VIEW_SIZES
};

/* The names of the sizes in JSON, by enum view_size. */
extern const char *const view_size_names[VIEW_SIZES];

struct view_text {
    const char *bytes; /* borrowed; not NUL-terminated */
    size_t len;
};

/* What is unknown is VIEW_UNKNOWN, and a time that is unknown is empty. */
struct view_progress {
    int64_t percent; /* hundredths, 0 to VIEW_COMPLETE */
    int64_t sizes[VIEW_SIZES];
    int64_t seconds;        /* estimatedTimeSeconds */
    char since[CLOCK_TEXT]; /* lastTransitionTime, spelled as we spell it */
    bool has_point;         /* the percentage was written with decimals */
};

struct view_phase {
    struct view_text name;
    enum view_state state;
    struct view_text state_text; /* as it was written */
    struct view_progress progress;
    size_t action; /* its index */
    bool deferred; /* the action's defer phase, which is not counted */
};

struct view_action {
    struct view_text name;
    size_t first, count; /* its phases, of which a defer phase is the last */
};

struct view {
    enum view_state state;
    bool has_progress; /* there is a member "progress" */
    struct view_progress whole;
    struct view_text running; /* progress.runningPhase */
    struct view_text percent; /* percentCompleted as it was written; bytes NULL:
                                 it was not */
    struct view_action *actions;
    size_t action_count;
    struct view_phase *phases;
    size_t phase_count;
    jv root; /* the JSON that all that was read from */
};

/* A progress of which nothing is known. */
extern const struct view_progress view_nothing;

/* Reads STATUS, which is consumed, into V, which need not be initialised.  What
 * is not as it should be is unknown, and an action or a phase that is no object
 * has no name.  False where there is no memory, or more than VIEW_PHASES_MAX
 * phases (errno E2BIG); V is then only good for view_free(). */
bool view_read(struct view *v, jv status);

void view_free(struct view *v);

/* Sets what OBJECT, which is borrowed, says of a progress: the members of a
 * phase's, or percentCompleted. */
void view_read_progress(struct view_progress *p, jv object);

/* Whether two names are the same. */
bool view_same(struct view_text a, struct view_text b);

/* A string member of OBJECT, which is borrowed, and must live as long as the
 * text is used; empty where there is none. */
struct view_text view_text(jv object, const char *key);

#endif
