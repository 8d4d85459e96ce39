/*
 * For the targets that read replies of a server: whatever it says, there is a
 * row for it, and what is said of it can be shown.
 */
#ifndef FUZZ_REPLIES_H
#define FUZZ_REPLIES_H

#include "fuzz.h"
#include "kube/reply.h"

static inline void must_be_shown(const char *text, size_t room)
{
    size_t len = strnlen(text, room);

    MUST(len < room && is_harmless(text, len));
}

static inline void must_have_words(const struct reply *r)
{
    static const struct reply_about about = { .verb = "patch",
                                              .namespace_ = "kanister",
                                              .name = "backup-9gtmp",
                                              .server = "https://10.0.0.1" };
    struct reply_words words;

    reply_words(r, &about, &words);
    must_be_shown(words.what, sizeof words.what);
    must_be_shown(words.mend, sizeof words.mend);
    MUST((words.what[0] == '\0') == (r->class == REPLY_APPLIED));
    must_be_shown(r->message, sizeof r->message);
    must_be_shown(r->reason, sizeof r->reason);
    must_be_shown(r->field, sizeof r->field);
    must_be_shown(r->cause, sizeof r->cause);
    must_be_shown(r->user, sizeof r->user);
    must_be_shown(r->resource, sizeof r->resource);
}

/* All that is read of one reply. */
static inline void must_be_readable(const struct http_reply *http)
{
    struct reply_object object;
    struct reply r;

    reply_read(&r, http);
    must_have_words(&r);
    if (reply_object(http, &object))
        MUST(object.uid[0] != '\0' && object.resource_version[0] != '\0' &&
             object.generation >= 0);
}

#endif
