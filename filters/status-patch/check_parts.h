/*
 * What --check asks the server with, and says of what it hears: for check.c
 * alone.
 */
#ifndef STATUS_PATCH_CHECK_PARTS_H
#define STATUS_PATCH_CHECK_PARTS_H

#include <jv.h>
#include <stdbool.h>

#include "check.h"
#include "kube/credentials.h"
#include "kube/http.h"
#include "where.h"

enum { CHECK_TEXT_MAX = 300 };

struct checking {
    const struct actionset_settings *settings;
    struct clock *clock;
    struct where where;
    struct credentials credentials;
    struct http *http;
    char user[CHECK_TEXT_MAX]; /* who we are; "": unknown */
    bool refused;              /* something will not work */
    bool mended;               /* ... and the rights for it are named */
    bool lost;                 /* standard output is */
    bool starved;              /* there was no memory to ask with */
};

/* The verdicts of check_say(): it will work, it will not, neither. */
extern const char check_ok[], check_no[], check_neither[];

/* Prints a line: whether it will work, what, and why. */
__attribute__((format(printf, 4, 5))) void check_say(struct checking *c,
                                                     const char *verdict,
                                                     const char *what,
                                                     const char *format, ...);

/* Asks with METHOD for PATH; BODY may be NULL.  The answer, which is good until
 * the next one, or NULL where it could not even be asked, which is said, or
 * noted. */
const struct http_reply *check_ask(struct checking *c, const char *method,
                                   const char *path, const char *body);

/* Says why a reply is of no use to VERB. */
void check_say_refused(struct checking *c, const char *what, const char *verb,
                       const struct http_reply *http);

/* What stands at the end of KEYS (NULL-terminated) in the answer's JSON, for
 * jv_free(); invalid where nothing does. */
jv check_dig(const struct http_reply *reply, const char *const *keys);

/* That as a text, made fit to be shown, in TEXT; "" where it is none. */
const char *check_dig_text(const struct http_reply *reply,
                           const char *const *keys,
                           char text[static CHECK_TEXT_MAX]);

#endif
