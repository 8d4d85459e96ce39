/*
 * The JSON Patch (RFC 6902) that writes progress into an ActionSet.
 *
 * It begins with tests: of the object's uid, that it runs, and of the name and
 * state of each phase that is ours; so it does nothing at all to an object that
 * was made anew, that has come to its end, or whose lists are not what they
 * were.  A merge patch could not do that, and would replace whole lists.  Where
 * the object's resourceVersion is that of our own last write, nothing at all
 * has changed in it, and to test that says more in fewer bytes.  The patch
 * writes progress member by member, and never a state, a name, runningPhase or
 * error: those are the controller's.
 */
#ifndef KUBE_PATCH_H
#define KUBE_PATCH_H

#include "base/buf.h"
#include "kube/merge.h"

/* What is written.  With a status subresource the first two go there and the
 * third to the object itself, and before, so that a patch has either. */
enum patch_part {
    PATCH_TOP = 1,       /* status.progress */
    PATCH_PHASES = 2,    /* progress of our phases */
    PATCH_ANNOTATION = 4 /* OBJECT_ANNOTATION */
};

enum { PATCH_MAX = 256 * 1024 };

/* Appends the document for PARTS, of which there is one at least, to B, which
 * is empty.  M is what merge() made of O and LINE: MERGE_OURS.  B fails where
 * its ceiling (PATCH_MAX is enough for every plan whose status line can be) or
 * the memory does not suffice.
 *
 * percentCompleted is written only over the one that was seen, and so is the
 * annotation where that is written alone or there are several actions: each
 * action may have a writer of its own, and one may have two, as a pod that was
 * started again beside the old one.
 *
 * With O's version the uid and that are all that is tested; not where phases
 * are written, in which a tracker may put its own number at any time. */
void patch_put(struct buf *b, unsigned parts, const struct merged *m,
               const struct object *o, const struct view *line);

#endif
