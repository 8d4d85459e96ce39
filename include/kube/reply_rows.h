/*
 * The table behind reply.h, for its own files only.
 */
#ifndef KUBE_REPLY_ROWS_H
#define KUBE_REPLY_ROWS_H

#include "kube/reply.h"

/* What a row asks of the reply besides its status. */
enum reply_form {
    FORM_ANY,
    FORM_OTHER,   /* no JSON object */
    FORM_STATUS,  /* the server's own Status */
    FORM_CAUSES,  /* ... that names what is wrong with our data */
    FORM_NO_RIGHT /* ... that names a user and what he may not do */
};

/* In the texts {verb}, {namespace}, {name}, {server} and {status} stand for
 * what their names say; {message}, {field}, {cause}, {user} and {resource} for
 * the server's own words, {subresource} for what is behind the slash in the
 * last; {why} for http.h's, {grantee} for the user as kubectl's option. */
struct reply_row {
    int from, to; /* statuses; 0: there was no reply */
    enum reply_form form;
    const char *says; /* the server's message holds this; NULL: whatever */
    enum reply_class class;
    const char *what, *mend;
};

/* The row for R, whose body has this FORM, and which came as HTTP. */
const struct reply_row *reply_row(const struct reply *r, enum reply_form form,
                                  const struct http_reply *http);

#endif
