#include "tell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/msg.h"
#include "kube/status.h"

/* A percentage as the object spells it. */
struct percent_text {
    char text[32];
};

static struct percent_text percent_text(const struct writer *w)
{
    struct percent_text text;
    long long hundredths = w->written;

    if (w->dialect == KANISTER_WHOLE)
        snprintf(text.text, sizeof text.text, "%lld", hundredths / 100);
    else
        snprintf(text.text, sizeof text.text, "%lld.%02lld", hundredths / 100,
                 hundredths % 100);
    return text;
}

void tell_trouble(struct tell *t, const char *why)
{
    if (!t->cut || !t->troubled)
        snprintf(t->last, sizeof t->last, "%s", why);
    if ((!t->troubled || t->verbose) && !t->over)
        msg_warn("unable to write %s: %s; trying again", t->where->called, why);
    t->troubled = true;
}

static void words_of(const struct tell *t, const struct reply *r,
                     const char *verb, struct reply_words *words)
{
    const struct reply_about about = { .verb = verb,
                                       .namespace_ = t->where->namespace_,
                                       .name = t->where->name,
                                       .server = t->where->cluster.server };

    reply_words(r, &about, words);
}

static void say_mend(const struct reply_words *words)
{
    if (words->mend[0] != '\0')
        msg_info("%s", words->mend);
}

void tell_reason(struct tell *t, const struct reply *r, const char *verb)
{
    struct reply_words words;
    bool first;

    words_of(t, r, verb, &words);
    first = !t->troubled && !t->over;
    tell_trouble(t, words.what);
    if (first)
        say_mend(&words);
}

void tell_mended(struct tell *t)
{
    if (t->troubled)
        msg_info("%s can be reached again", t->where->called);
    t->troubled = false;
}

void tell_reply(const struct tell *t, const struct writer_step *step,
                const struct http_reply *reply, int64_t took)
{
    static const char *const names[] = { [WRITER_DISCOVER] = "GET resources",
                                         [WRITER_LOOK] = "GET",
                                         [WRITER_PATCH] = "PATCH" };

    const char *name = step != NULL ? names[step->act] : "GET readyz";
    bool patch = step != NULL && step->act == WRITER_PATCH;

    if (!t->verbose)
        return;
    if (reply->status == 0)
        msg_info("%s: no reply after %" PRId64 " ms: %s", name, took / 1000000,
                 reply->why);
    else
        msg_info("%s%s: %d after %" PRId64 " ms, %zu bytes sent, %zu received",
                 name, patch && step->subresource ? " status" : "",
                 reply->status, took / 1000000, patch ? step->body->len : 0,
                 reply->body.len);
}

void tell_warning(struct tell *t, const char *text)
{
    if (*text == '\0' || t->warned)
        return;
    msg_warn("the server warns of %s: %s", t->where->called, text);
    t->warned = true;
}

void tell_kept(struct tell *t, const char *why)
{
    if (*why == '\0' || t->kept)
        return;
    msg_warn("going on with the credentials that we have: %s", why);
    t->kept = true;
}

void tell_plan_lost(struct tell *t, const char *path)
{
    if (!t->plan_lost)
        msg_warn_sys("unable to write --plan-out %s", path);
    t->plan_lost = true;
}

void tell_no_annotation(struct tell *t, const struct reply *r)
{
    struct reply_words words;

    words_of(t, r, "patch", &words);
    msg_warn("the annotation of %s is not written: %s", t->where->called,
             words.what);
    say_mend(&words);
}

int tell_refused(struct tell *t, const struct reply *r, const char *verb)
{
    struct reply_words words;

    words_of(t, r, verb, &words);
    msg_fatal(EXIT_USAGE, "unable to write %s: %s", t->where->called,
              words.what);
    say_mend(&words);
    return EXIT_USAGE;
}

void tell_gone(struct tell *t, const char *why)
{
    snprintf(t->last, sizeof t->last, "%s", why);
    msg_warn("%s is gone: %s", t->where->called, why);
}

int tell_misfit(const struct tell *t, const struct writer *w)
{
    return msg_fatal(EXIT_USAGE, "%s is not the one of the status: %s",
                     t->where->called, w->why);
}

/* The last state is not on the object: WHY. */
static int say_lost(const struct tell *t, struct writer *w, const char *why)
{
    const struct buf *newest = writer_newest(w);
    char percent[STATUS_PERCENT];

    if (newest != NULL && status_percent(newest->bytes, newest->len, percent))
        return msg_fatal(EXIT_SYSTEM,
                         "the last state (percentCompleted %s) was not written "
                         "to %s: %s",
                         percent, t->where->called, why);
    return msg_fatal(EXIT_SYSTEM, "the last state was not written to %s: %s",
                     t->where->called, why);
}

int tell_end(const struct tell *t, struct writer *w)
{
    switch (w->state) {
    case WRITER_CLEAN:
        return t->plan_lost ? EXIT_SYSTEM : EXIT_DONE;
    case WRITER_OVER:
        if (t->verbose)
            msg_info("%s has ended this phase before its last state came",
                     t->where->called);
        return t->plan_lost ? EXIT_SYSTEM : EXIT_DONE;
    case WRITER_EARLY:
        return say_lost(t, w, w->why);
    case WRITER_ANOTHER:
    case WRITER_GIVEN_UP:
        if (!writer_owes(w)) /* it was there before the ActionSet went */
            return t->plan_lost ? EXIT_SYSTEM : EXIT_DONE;
        break;
    case WRITER_WAITING:
    case WRITER_NO_ROOM:
    case WRITER_MISFIT:
        break;
    }
    return say_lost(t, w, t->last[0] != '\0' ? t->last : "the time is over");
}

void tell_counts(const struct tell *t, const struct writer *w)
{
    char last[64] = "";

    if (w->written >= 0)
        snprintf(last, sizeof last, " (the last: percentCompleted %s)",
                 percent_text(w).text);
    msg_info("%s: %s: %" PRIu64 "%s, looks: %" PRIu64 ", tried again: %" PRIu64,
             t->where->called,
             t->dry ? "patches, none of them stored" : "writes", t->writes,
             last, t->looks, t->retries);
}
