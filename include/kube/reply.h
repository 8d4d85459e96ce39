/*
 * What the server's answer means: one table (reply.c) says what to do about
 * it, and in the user's words what is wrong and what mends it.
 *
 * What the server says itself is somebody else's text: it is capped, shown
 * without control characters, and never with an object in it.
 */
#ifndef KUBE_REPLY_H
#define KUBE_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "kube/http.h"

enum {
    REPLY_SAID_MAX = 200, /* what is shown of the server's words */
    REPLY_NAME_MAX = 256, /* of its names */
    REPLY_WORDS_MAX = 1024
};

enum reply_class {
    REPLY_APPLIED,  /* it is done */
    REPLY_AGAIN,    /* it may succeed later, with the newest data */
    REPLY_AGAIN_AS, /* the credentials are not good, or no longer: look at
                       them (credentials_refused()), then again */
    REPLY_LOOK,     /* the object is not as we thought: read it again */
    REPLY_GIVE_UP   /* nothing that this program can do mends it; but a
                       certificate that was good until now may be a new one,
                       and the file of authorities may follow */
};

struct reply_row; /* reply.c */

struct reply {
    enum reply_class class;
    int64_t after; /* seconds to wait at the least, by Retry-After; 0: none */
    int status;    /* as http_reply */

    /* from the Status that the server sent (meta/v1/types.go@apimachinery
     * v0.34.1); "" where there is none */
    char message[REPLY_SAID_MAX]; /* or the text that came in its place */
    char reason[64];              /* "Forbidden" */
    char field[REPLY_NAME_MAX], cause[REPLY_SAID_MAX]; /* the first cause */
    char user[REPLY_NAME_MAX];     /* who may not, where it says so */
    char resource[REPLY_NAME_MAX]; /* ... do something to what */

    /* private */
    char why[HTTP_WHY_MAX];
    const struct reply_row *row;
};

/* Reads HTTP, a reply or the lack of one; keeps nothing of it. */
void reply_read(struct reply *r, const struct http_reply *http);

/* What the request was about. */
struct reply_about {
    const char *verb; /* "get", "patch" */
    const char *namespace_, *name;
    const char *server; /* its URL */
};

struct reply_words {
    char what[REPLY_WORDS_MAX]; /* to stand behind "unable to ...: " */
    char mend[REPLY_WORDS_MAX]; /* what to do, or a command; may be "" */
};

/* What is to be said; "" where the request was applied. */
void reply_words(const struct reply *r, const struct reply_about *about,
                 struct reply_words *words);

/* What is to be said where USER ("": unknown) has no right to RESOURCE,
 * "actionsets" or its subresource: as the server itself would refuse it. */
void reply_words_of_right(const char *user, const char *resource,
                          const struct reply_about *about,
                          struct reply_words *words);

/* The member "metadata" of an object, or of a PartialObjectMetadata. */
struct reply_object {
    char uid[64];
    char resource_version[64];
    int64_t generation; /* 0: not said */
};

/* Reads it, of JSON or protobuf; false where HTTP is no object with a uid and a
 * resourceVersion. */
bool reply_object(const struct http_reply *http, struct reply_object *object);

#endif
