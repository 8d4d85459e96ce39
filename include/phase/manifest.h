/*
 * The Kubernetes objects of one kind in a text: YAML or JSON, one document or
 * several, lists opened (`kubectl get ... -o yaml` of several objects).
 */
#ifndef PHASE_MANIFEST_H
#define PHASE_MANIFEST_H

#include <jv.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"
#include "phase/plan.h"

struct manifest {
    jv objects;  /* an array of them, in their order; not empty */
    bool parsed; /* the text is YAML to its end, whatever it has */
    char why[PLAN_WHY_MAX];
};

/* Takes the objects of KIND, or those that do not say what they are, out of
 * the LEN bytes of TEXT.  False with the reason in `why`, or with an empty
 * `why` and errno ENOMEM, also where there is no such object.
 * manifest_free() is due after a failure too. */
bool manifest_read(struct manifest *m, const char *text, size_t len,
                   const char *kind);

void manifest_free(struct manifest *m);

/* The member KEY of OBJECT (borrowed) as a value, which lives as long as
 * OBJECT; SCAN_NULL where there is none. */
struct scan_value manifest_value(jv object, const char *key);

/* The string member KEY of OBJECT's metadata, as above. */
struct scan_value manifest_metadata(jv object, const char *key);

#endif
