#include <string.h>

#include "actionset_parts.h"
#include "base/file.h"
#include "kube/reply.h"

/* For the last of all tries there shall be so much time. */
#define LAST_TRY CLOCK_SECOND

/* The request failed for now; the next comes after FLOOR ns at the least. */
static void again(struct actionset *a, bool look, int64_t floor, int64_t now)
{
    int64_t left = actionset_left(a, now);
    int64_t delay = backoff_next(&a->backoff, floor, left);

    if (delay < 0)
        delay = left; /* the server wants more than there is */
    else if (delay > left - LAST_TRY && left > 2 * LAST_TRY)
        delay = floor > left - LAST_TRY ? floor : left - LAST_TRY;
    a->tell.over = a->ended && delay >= left;
    if (!a->tell.over)
        a->tell.retries++;
    a->floor_until = now + floor;
    a->unwritten |= a->step.act == WRITER_PATCH;
    a->doubt = DOUBT_NONE;
    writer_failed(&a->writer, look, now, delay);
}

/* All is well, but where a patch has failed: that it can be looked at again
 * does not say that it can be written. */
static void done(struct actionset *a)
{
    a->doubt = DOUBT_NONE;
    a->denied = 0;
    if (a->step.act == WRITER_PATCH)
        a->unwritten = false;
    if (a->unwritten)
        return;
    a->tried_at_once = false;
    backoff_reset(&a->backoff);
    tell_mended(&a->tell);
}

static void take_object(struct actionset *a, const struct buf *body,
                        int64_t now)
{
    const char *path = a->settings->plan_out;

    a->tell.looks++;
    if (!writer_looked(&a->writer, body->bytes, body->len, now)) {
        again(a, true, 0, now);
        tell_trouble(&a->tell, "the answer is no ActionSet that can be used");
        return;
    }
    done(a);
    if (path != NULL && !file_replace_soon(path, body->bytes, body->len))
        tell_plan_lost(&a->tell, path);
}

/* At most one write each interval: somewhat more, so that many who began at
 * once do not go on together. */
static int64_t rest(struct actionset *a)
{
    int64_t interval = a->settings->writer.interval;
    struct backoff jitter = a->backoff;
    int64_t more;

    jitter.base = jitter.cap = interval / 5 + 1;
    more = backoff_next(&jitter, 0, INT64_MAX);
    a->backoff.random = jitter.random;
    return interval > 0 ? interval + more : 0;
}

void answer_patched(struct actionset *a, const struct http_reply *reply,
                    int64_t now)
{
    struct reply_object object = { .generation = 0 };

    if (reply != NULL) {
        (void)reply_object(reply, &object);
        tell_warning(&a->tell, reply->warning);
    }
    a->tell.writes++;
    writer_patched(&a->writer, object.generation, now, rest(a));
    writer_version(&a->writer, object.resource_version);
    done(a);
}

/* Whether TEXT is in BODY. */
static bool has(const struct buf *body, const char *text)
{
    return memmem(body->bytes, body->len, text, strlen(text)) != NULL;
}

/* Whether the list of the API's resources in BODY has the subresource.  While a
 * server starts, the list may lack all of a resource. */
static void take_resources(struct actionset *a, const struct buf *body)
{
    writer_discovered(&a->writer, has(body, "\"actionsets\""),
                      has(body, "\"actionsets/status\""));
    done(a);
}

static void take_applied(struct actionset *a, const struct http_reply *reply,
                         int64_t now)
{
    if (a->step.act == WRITER_DISCOVER)
        take_resources(a, &reply->body);
    else if (a->step.act == WRITER_LOOK)
        take_object(a, &reply->body, now);
    else
        answer_patched(a, reply, now);
}

/* The ActionSet is not there, or there no more. */
static void take_missing(struct actionset *a, const struct reply *r,
                         int64_t now)
{
    if (a->step.act == WRITER_PATCH) { /* or it has no subresource after all */
        a->writer.subresource = false;
        again(a, true, 0, now);
    } else if (a->tell.looks > 0) {
        tell_gone(&a->tell, "somebody has deleted it");
        (void)writer_give_up(&a->writer);
    } else {
        a->status = tell_refused(&a->tell, r, "get");
        (void)writer_give_up(&a->writer);
    }
}

/* Whether what is refused may be the annotation alone: there is no more room
 * for one, or for anything. */
static bool is_of_annotation(const struct actionset *a, const struct reply *r)
{
    static const char field[] = "metadata.annotations";

    return a->step.act == WRITER_PATCH &&
           (strncmp(r->field, field, sizeof field - 1) == 0 ||
            r->status == 413 || r->status == 500);
}

static void take_refused(struct actionset *a, const struct reply *r,
                         int64_t now)
{
    if (r->status == 404 && strcmp(r->reason, "NotFound") == 0 &&
        a->step.act != WRITER_DISCOVER) {
        take_missing(a, r, now);
    } else if (a->step.act == WRITER_DISCOVER && r->status == 403) {
        writer_discovered(&a->writer, false, false);
    } else if (is_of_annotation(a, r) && writer_drop_annotation(&a->writer)) {
        tell_no_annotation(&a->tell, r);
    } else if (writer_give_up(&a->writer)) {
        tell_no_annotation(&a->tell, r);
    } else {
        a->status = tell_refused(&a->tell, r, actionset_verb(a));
    }
}

/* What a second look, or other credentials, should mend: at once, but not
 * again and again. */
static void try_at_once(struct actionset *a, const struct reply *r, bool once,
                        int64_t now)
{
    bool look = r->class == REPLY_LOOK;

    if (once && !a->tried_at_once) {
        a->tell.retries++;
        a->unwritten |= a->step.act == WRITER_PATCH;
        writer_failed(&a->writer, look, now, 0);
    } else {
        again(a, look, r->after * CLOCK_SECOND, now);
        tell_reason(&a->tell, r, actionset_verb(a));
    }
    a->tried_at_once = true;
}

/* So often, at growing intervals, it is no answer that we may not even ask. */
enum { DENIED_MAX = 5 };

/* The answer to whether it is ready.  Everybody may ask for that, once it knows
 * any rights at all; but a cluster may also have taken that right away.  Where
 * it is, what it refused is asked for once more, since it may have become so in
 * between. */
static void take_readiness(struct actionset *a, const struct http_reply *http,
                           const struct reply *r, int64_t now)
{
    bool denied = http->status == 401 || http->status == 403;
    bool ready = http->status != 0 && http->status != 429 &&
                 http->status < 500 && (!denied || ++a->denied > DENIED_MAX);

    if (ready) {
        a->doubt = DOUBT_OVER;
        writer_failed(&a->writer, false, now, 0);
    } else {
        tell_trouble(&a->tell, "the server has just started, and is not ready");
        again(a, false, r->after * CLOCK_SECOND, now);
    }
}

/* Whether R's refusal may be one of a server that is not ready. */
static bool is_doubtful(const struct actionset *a, const struct reply *r)
{
    bool patched = a->step.act == WRITER_PATCH;

    return a->doubt == DOUBT_NONE && r->class == REPLY_GIVE_UP &&
           (r->status == 403 || (r->status == 404 && !patched));
}

void answer_take(struct actionset *a, const struct http_reply *http,
                 int64_t now)
{
    struct reply r;

    reply_read(&r, http);
    a->tell.cut =
        http->timed_out && a->request.timeout < a->settings->request_timeout;
    tell_reply(&a->tell, a->doubt == DOUBT_ASKING ? NULL : &a->step, http,
               now - a->begun);
    if (a->doubt == DOUBT_ASKING) {
        take_readiness(a, http, &r, now);
        return;
    }
    if (is_doubtful(a, &r)) {
        a->doubt = DOUBT_ASKING;
        return;
    }
    switch (r.class) {
    case REPLY_APPLIED:
        take_applied(a, http, now);
        break;
    case REPLY_LOOK:
        try_at_once(a, &r, true, now);
        break;
    case REPLY_AGAIN_AS:
        try_at_once(a, &r, credentials_refused(&a->credentials), now);
        break;
    case REPLY_AGAIN:
        again(a, false, r.after * CLOCK_SECOND, now);
        tell_reason(&a->tell, &r, actionset_verb(a));
        break;
    case REPLY_GIVE_UP:
        /* a server that was trusted: its authorities are being changed */
        if (http->untrusted && a->tell.looks > 0) {
            tell_reason(&a->tell, &r, actionset_verb(a));
            again(a, false, 0, now);
        } else {
            take_refused(a, &r, now);
        }
        break;
    }
}

void answer_none(struct actionset *a, const char *why, int64_t now)
{
    again(a, false, 0, now);
    tell_trouble(&a->tell, why);
}
