/*
 * The annotation phasepipe.dev/progress: progress where no controller writes,
 * with what Kanister has no room for.
 *
 *     {"uid":"...","percentCompleted":"43.33",
 *      "lastTransitionTime":"2023-02-20T12:49:55Z",
 *      "phases":[{"action":0,"phase":"dump","progressPercent":"30.00",...}],
 *      "detail":{...}}
 *
 * Percent are in the design document's spelling.  Of the phases those stand
 * there that run, other writers' too, each with its sizes, and with its time
 * where that is not the one of the whole; `detail` is the status line's,
 * without what the ActionSet says itself: functions, runningPhases.  `uid` is
 * the ActionSet's: a copy of it under another name has the same annotation, of
 * which nothing counts there.
 */
#ifndef KUBE_ANNOTATION_H
#define KUBE_ANNOTATION_H

#include <jv.h>

#include "base/buf.h"
#include "kube/merge.h"

enum { ANNOTATION_MAX = 4096 };

/* Raises the phases of M that run to what O's annotation says of them.  Of
 * equal names in an action the first entry is the first phase's.  What is no
 * annotation of this kind says nothing. */
void annotation_raise(struct merged *m, const struct object *o);

/* Appends the annotation to B, whose ceiling must have ANNOTATION_MAX bytes of
 * room: with LINE's detail, without it where it would be too long, and with as
 * few phases as that takes. */
void annotation_put(struct buf *b, const struct merged *m,
                    const struct object *o, const struct view *line);

#endif
