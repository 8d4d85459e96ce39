/*
 * An ActionSet as the API server has it, by a GET; and what the server says of
 * it behind a PATCH.
 */
#ifndef KUBE_OBJECT_H
#define KUBE_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kube/kanister.h"
#include "kube/view.h"

/* Where progress stands that Kanister has no room for. */
#define OBJECT_ANNOTATION "phasepipe.dev/progress"

struct object {
    struct view view;            /* its status */
    struct view_text uid;        /* borrowed, as the next, from what is kept */
    struct view_text annotation; /* OBJECT_ANNOTATION; bytes NULL: missing */
    struct view_text version;    /* resourceVersion, where all of it is known to
                                    be as it is here; bytes NULL: it is not */
    bool has_annotations;        /* there is a member "annotations" */
    int64_t generation;          /* 0: unknown */
    enum kanister_dialect usual; /* where nothing in it tells; to be set */

    /* private */
    jv metadata;
};

enum object_outcome {
    OBJECT_READ,
    OBJECT_NONE,   /* the text is no ActionSet */
    OBJECT_LARGE,  /* more phases than VIEW_PHASES_MAX */
    OBJECT_NO_ROOM /* there is no memory */
};

/* Reads LEN bytes of JSON into O, which need not be initialised; it is good
 * for object_free() in any case. */
enum object_outcome object_read(struct object *o, const char *text, size_t len);

void object_free(struct object *o);

/* How the controller of O spells percent, by what it has written: the 100 of a
 * phase that is complete, which nobody else can have, and otherwise the 0 of
 * one that runs.  `usual` where nothing tells, which is whole numbers unless
 * somebody has set it. */
enum kanister_dialect object_dialect(const struct object *o);

#endif
