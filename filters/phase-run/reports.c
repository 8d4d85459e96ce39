#include "reports.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/msg.h"
#include "run/event.h"
#include "run/kind.h"
#include "settings.h"

enum { EVENTS_MAX = 32 * 1024 };

#define LOOK_REST  (CLOCK_SECOND / 20) /* from one look to the next */
#define LOOK_BLIND CLOCK_SECOND        /* where nothing tells when */

void reports_open(struct reports *r, struct pipeline *pipeline, struct buf *log,
                  struct progress_file *file)
{
    *r = (struct reports){
        .pipeline = pipeline,
        .file = file,
        .result = BUF_INIT(REC_CEILING),
        .ending = { .owner = settings.owner },
    };
    journal_open(&r->records, settings.log_records, log);
    journal_open(&r->text, settings.log_text, log);
}

/* A record, or an event, for whoever reads them. */
static void hand_out(struct reports *r, const char *line, size_t len)
{
    sink_put(&r->pipeline->records, line, len);
    sink_put(&r->pipeline->records, "\n", 1);
    sink_put(&r->pipeline->text, line, len);
    sink_put(&r->pipeline->text, "\n", 1);
}

static void log_line(struct reports *r, const char *line, size_t len,
                     bool replaced, int64_t now)
{
    if (settings.log_records == NOT_ASKED)
        return;
    if (replaced)
        journal_latest(&r->records, line, len, now);
    else
        journal_line(&r->records, line, len, now);
}

static bool is_labelled(void)
{
    return settings.owner.action != NULL || settings.owner.phase != NULL;
}

/* A record for the log, which says there whose it is. */
static void log_record(struct reports *r, const char *line, size_t len,
                       bool owned, bool replaced, int64_t now)
{
    struct buf labelled = BUF_INIT(REC_CEILING);

    if (owned || settings.log_records == NOT_ASKED)
        log_line(r, line, len, replaced, now);
    else if (owner_label(&labelled, &settings.owner, line, len))
        log_line(r, labelled.bytes, labelled.len, replaced, now);
    else
        r->records.dropped++;
    buf_free(&labelled);
}

static void hand_out_own(struct reports *r, const struct buf *events,
                         int64_t now)
{
    const char *line = events->bytes, *end;
    size_t left = events->len;

    sink_put(&r->pipeline->events, events->bytes, events->len);
    while (left > 0 && (end = memchr(line, '\n', left)) != NULL) {
        size_t len = (size_t)(end - line);

        hand_out(r, line, len);
        log_line(r, line, len, false, now);
        left -= len + 1;
        line = end + 1;
    }
}

void reports_begin(struct reports *r, int64_t now)
{
    struct buf events = BUF_INIT(EVENTS_MAX);

    if (r->began != 0)
        return;
    r->began = now;
    event_begin(&events, &settings.owner, settings.teller);
    hand_out_own(r, &events, now);
    buf_free(&events);
}

void reports_record(struct reports *r, const char *line, size_t len,
                    bool in_log, int64_t now)
{
    bool owned, unsaid;
    enum kind kind = kind_of(line, len, &owned);

    if (kind == KIND_NONE)
        return;
    reports_begin(r, now); /* where it came before that was told */
    if (kind == KIND_RESULT) {
        buf_clear(&r->result);
        buf_add(&r->result, line, len);
    }
    hand_out(r, line, len);
    /* what is in the log already may not say there whose it is */
    unsaid = !owned && is_labelled() && kind != KIND_MESSAGE;
    if (!in_log || unsaid)
        log_record(r, line, len, owned, kind == KIND_PROGRESS, now);
}

void reports_text(struct reports *r, const char *line, size_t len, int64_t now)
{
    journal_latest(&r->text, line, len, now);
}

void reports_look(struct reports *r, bool end, int64_t now)
{
    struct buf record = BUF_INIT(REC_CEILING);

    if (r->file == NULL)
        return;
    if (progress_file_look(r->file, end, &record))
        reports_record(r, record.bytes, record.len, false, now);
    r->look_at = now + LOOK_REST;
    buf_free(&record);
}

int reports_notes(const struct reports *r, int64_t now)
{
    return now >= r->look_at ? progress_file_notes(r->file) : -1;
}

/* When the file is to be looked at, or its descriptor again. */
static int64_t look_tick(struct reports *r, int64_t now)
{
    if (r->file == NULL)
        return JOURNAL_NEVER;
    if (progress_file_silent(r->file)) {
        if (now >= r->look_at + LOOK_BLIND - LOOK_REST)
            reports_look(r, false, now);
        return r->look_at + LOOK_BLIND - LOOK_REST;
    }
    return now < r->look_at ? r->look_at : JOURNAL_NEVER;
}

/* Puts the result, as far as it is known, into TEXT and the file,
 * which is a mount of its own in a pod. */
static void put_result(struct reports *r, struct buf *text)
{
    r->ending.said = r->result.len > 0 ? r->result.bytes : NULL;
    r->ending.said_len = r->result.len;
    ending_put(&r->ending, text);
    if (settings.termination_log != NULL && r->unwritten == 0 &&
        !file_write(settings.termination_log, text->bytes, text->len))
        r->unwritten = errno;
}

void reports_ended(struct reports *r, int code, int64_t now)
{
    struct buf text = BUF_INIT(ENDING_MAX);

    r->ending.code = code;
    r->ending.good = codes_good(&settings.good, code);
    r->ending.took = r->began != 0 ? now - r->began : 0;
    put_result(r, &text); /* in case that we come no further */
    buf_free(&text);
}

void reports_end(struct reports *r, int64_t now)
{
    struct buf events = BUF_INIT(EVENTS_MAX);

    reports_look(r, true, now);
    if (r->file != NULL)
        progress_file_close(r->file);
    put_result(r, &events);
    r->doubt = ending_doubt(&r->ending);
    event_end(&events, &settings.owner, r->ending.good);
    hand_out_own(r, &events, now);
    buf_free(&events);
    sink_end(&r->pipeline->records);
    sink_end(&r->pipeline->text);
    sink_end(&r->pipeline->events);
}

void reports_finish(struct reports *r, int64_t now)
{
    journal_flush(&r->records, now);
    journal_flush(&r->text, now);
}

void reports_say(const struct reports *r)
{
    uint64_t dropped = r->records.dropped + r->text.dropped;

    if (r->doubt != NULL) /* the phase is complete all the same */
        msg_warn("the command ended with 0, but what it printed says: %s",
                 r->doubt);
    if (r->unwritten != 0) {
        errno = r->unwritten;
        msg_warn_sys("unable to write %s", settings.termination_log);
    }
    if (dropped > 0)
        msg_warn("the log had no room for a record or line: %" PRIu64 " times",
                 dropped);
    if (r->file != NULL && r->file->wrong > 1)
        msg_warn("the progress file held no progress: %" PRIu64 " times",
                 r->file->wrong);
}

int64_t reports_tick(struct reports *r, int64_t now)
{
    int64_t one = journal_tick(&r->records, now);
    int64_t other = journal_tick(&r->text, now);
    int64_t look = look_tick(r, now);

    one = one < other ? one : other;
    return one < look ? one : look;
}

void reports_close(struct reports *r)
{
    journal_close(&r->records);
    journal_close(&r->text);
    buf_free(&r->result);
}
