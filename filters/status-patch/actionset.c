#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actionset_parts.h"
#include "base/msg.h"
#include "base/out.h"
#include "kube/status.h"

#define BACKOFF_BASE CLOCK_SECOND
#define BACKOFF_CAP  (30 * CLOCK_SECOND)

static struct actionset *fail(struct actionset *a, int status, int *code)
{
    *code = status;
    a->status = status;
    (void)actionset_close(a);
    return NULL;
}

struct actionset *actionset_open(const struct actionset_settings *settings,
                                 struct clock *clock, int *status)
{
    struct actionset *a = calloc(1, sizeof *a);
    struct cluster_why why;

    if (a == NULL) {
        *status = msg_fatal_sys("unable to start");
        return NULL;
    }
    a->settings = settings;
    a->clock = clock;
    a->path = BUF_INIT(WHERE_PATH_MAX);
    *status = where_open(&a->where, &settings->cluster, settings->namespace_,
                         settings->name);
    if (*status != EXIT_DONE)
        return fail(a, *status, status);
    a->tell = (struct tell){ .where = &a->where,
                             .verbose = settings->verbose,
                             .dry = settings->dry_run != DRY_RUN_NO };
    backoff_init(&a->backoff, BACKOFF_BASE, BACKOFF_CAP, backoff_seed());
    if (!writer_open(&a->writer, &settings->writer, status_good) ||
        !credentials_open(&a->credentials, &a->where.cluster))
        return fail(a, msg_fatal_sys("unable to start"), status);
    a->http = http_open(&a->where.cluster, WHERE_AGENT, &why);
    if (a->http == NULL)
        return fail(a,
                    msg_fatal(where_code(&why), "unable to use %s: %s",
                              a->where.cluster.server, why.text),
                    status);
    if (a->where.cluster.insecure)
        msg_warn("the certificate of %s is not looked at "
                 "(insecure-skip-tls-verify)",
                 a->where.cluster.server);
    return a;
}

void actionset_take(struct actionset *a, const char *text, size_t len)
{
    writer_sample(&a->writer, text, len);
}

void actionset_end(struct actionset *a)
{
    int64_t now = clock_steady(a->clock);

    a->ended = true;
    a->deadline = now + a->settings->writer.budget;
    writer_end(&a->writer, now);
    /* the time is short: what the server asked for counts, and nothing else */
    writer_sooner(&a->writer, a->floor_until);
    backoff_reset(&a->backoff);
}

bool actionset_finished(const struct actionset *a)
{
    return a->finished;
}

bool actionset_found(struct actionset *a)
{
    return writer_newest(&a->writer) != NULL;
}

int64_t actionset_left(const struct actionset *a, int64_t now)
{
    return a->ended ? a->deadline - now : INT64_MAX;
}

const char *actionset_verb(const struct actionset *a)
{
    return a->step.act == WRITER_PATCH ? "patch" : "get";
}

/* --- a request */

static bool begin_request(struct actionset *a, int64_t now)
{
    int64_t timeout = a->settings->request_timeout;
    bool ready = a->doubt == DOUBT_ASKING;
    bool patch = a->step.act == WRITER_PATCH && !ready;
    struct http_request *request = &a->request; /* http.c borrows it */

    *request = (struct http_request){
        .method = patch ? "PATCH" : "GET",
        .accept = patch ? WHERE_PARTIAL : "application/json",
        .content_type = patch ? "application/json-patch+json" : NULL,
        .body = patch ? a->step.body->bytes : NULL,
        .len = patch ? a->step.body->len : 0,
        .connect_timeout = a->settings->connect_timeout,
    };

    if (actionset_left(a, now) < timeout)
        timeout = actionset_left(a, now);
    request->timeout = timeout;
    where_path(&a->where, &a->path, ready ? NULL : &a->step, timeout,
               a->settings->dry_run == DRY_RUN_SERVER);
    request->path = a->path.bytes;
    a->begun = now;
    a->tell.cut = false;
    return !a->path.failed && http_begin(a->http, request, &a->credentials);
}

/* The credentials have come to STATUS. */
static void take_credentials(struct actionset *a,
                             enum credentials_status status, int64_t now)
{
    a->stage = STAGE_IDLE;
    if (status == CREDENTIALS_WAITING) {
        a->stage = STAGE_CREDENTIALS;
    } else if (status == CREDENTIALS_FAILED) {
        answer_none(a, a->credentials.why.text, now);
    } else if (begin_request(a, now)) {
        tell_kept(&a->tell, a->credentials.why.text);
        a->stage = STAGE_REQUEST;
    } else {
        answer_none(a, strerror(ENOMEM), now);
    }
}

/* Prints the patch instead of sending it, or as well; none more once one was
 * lost. */
static void print_patch(struct actionset *a)
{
    const struct buf *body = a->step.body;

    if (a->output_lost)
        return;
    if (!write_all(STDOUT_FILENO, body->bytes, body->len) ||
        !write_all(STDOUT_FILENO, "\n", 1)) {
        a->output_lost = true;
        msg_output_lost(errno);
        a->status = EXIT_SYSTEM;
    }
}

static void begin_step(struct actionset *a, struct instant now)
{
    bool patch = a->step.act == WRITER_PATCH && a->doubt != DOUBT_ASKING;

    if (patch && a->settings->dry_run != DRY_RUN_NO)
        print_patch(a);
    if (patch && a->settings->dry_run == DRY_RUN_CLIENT)
        answer_patched(a, NULL, now.steady);
    else
        take_credentials(a, credentials_begin(&a->credentials, now),
                         now.steady);
}

/* The time for everything is over, in the middle of a request. */
static void break_off(struct actionset *a, int64_t now)
{
    http_cancel(a->http);
    a->tell.over = a->tell.cut = true;
    tell_trouble(&a->tell, a->stage == STAGE_CREDENTIALS
                               ? "the credential plugin has not ended"
                               : "no reply came");
    a->stage = STAGE_IDLE;
    a->doubt = DOUBT_NONE;
    writer_failed(&a->writer, false, now, 0);
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Goes on with what is under way; how long there is nothing to do, or 0 where
 * it has ended. */
static int64_t go_on(struct actionset *a, struct instant now)
{
    const struct http_reply *reply = NULL;
    int64_t wait = actionset_left(a, now.steady);

    if (a->stage == STAGE_REQUEST)
        reply = http_reply(a->http);
    if (reply != NULL) {
        a->stage = STAGE_IDLE;
        answer_take(a, reply, now.steady);
        return 0;
    }
    if (wait <= 0 || (a->ended && !writer_owes(&a->writer))) {
        break_off(a, now.steady);
        return 0;
    }
    if (a->stage == STAGE_CREDENTIALS) {
        take_credentials(a, credentials_poll(&a->credentials, now), now.steady);
        if (a->stage != STAGE_CREDENTIALS)
            return 0;
        wait = sooner(wait, credentials_deadline(&a->credentials) - now.steady);
    }
    return wait > 0 ? wait : 1;
}

/* Says once that this is not the ActionSet of the status. */
static void say_stopped(struct actionset *a)
{
    enum writer_state state = a->writer.state;

    if (a->stopped || (state != WRITER_MISFIT && state != WRITER_ANOTHER))
        return;
    a->stopped = true;
    if (state == WRITER_ANOTHER)
        tell_gone(&a->tell, "another one was made by that name");
    else
        a->status = tell_misfit(&a->tell, &a->writer);
}

int64_t actionset_step(struct actionset *a)
{
    for (;;) {
        struct instant now = clock_now(a->clock);

        if (a->stage != STAGE_IDLE) {
            int64_t wait = go_on(a, now);

            if (a->stage != STAGE_IDLE)
                return wait == INT64_MAX ? WRITER_NEVER : wait;
            continue;
        }
        if (a->doubt == DOUBT_ASKING) {
            begin_step(a, now);
            continue;
        }
        a->step = writer_next(&a->writer, now.steady);
        say_stopped(a);
        a->finished = a->step.act == WRITER_FINISHED;
        if (a->step.act == WRITER_WAIT || a->finished)
            return a->finished ? WRITER_NEVER : a->step.wait;
        begin_step(a, now);
    }
}

bool actionset_wait(struct actionset *a, struct pollfd *extra, unsigned count,
                    int timeout_ms)
{
    struct pollfd all[HTTP_EXTRA_MAX] = { 0 };
    bool good;

    memcpy(all, extra, count * sizeof *extra);
    all[count] = (struct pollfd){ .fd = a->stage == STAGE_CREDENTIALS
                                            ? credentials_fd(&a->credentials)
                                            : -1,
                                  .events = POLLIN };
    good = http_wait(a->http, all, count + 1, timeout_ms);
    memcpy(extra, all, count * sizeof *extra);
    return good;
}

int actionset_close(struct actionset *a)
{
    int status = a->status;

    if (a->http != NULL) {
        if (status == EXIT_DONE)
            status = tell_end(&a->tell, &a->writer);
        tell_counts(&a->tell, &a->writer);
        http_close(a->http);
    }
    credentials_close(&a->credentials);
    writer_close(&a->writer);
    where_close(&a->where);
    buf_free(&a->path);
    free(a);
    return status;
}
