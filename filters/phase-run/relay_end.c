#include <inttypes.h>

#include "base/memory.h"
#include "base/msg.h"
#include "link.h"
#include "relay_parts.h"
#include "settings.h"

static bool copy_is_whole(const struct relay *r)
{
    for (int i = 0; i < r->count; i++)
        if (r->streams[i].in >= 0 && r->streams[i].unread > 0)
            return false;
    return true;
}

static bool is_flushed(const struct relay *r)
{
    for (int i = 0; i < r->count; i++)
        if (!stream_flushed(&r->streams[i]))
            return false;
    return true;
}

/* Says once what went wrong, if anything did. */
static void say_blame(const struct relay *r)
{
    const struct pipeline *p = &r->pipeline;
    uint64_t lost = pipeline_lost(p);
    struct buf why = BUF_INIT(1024);

    if (r->cut)
        buf_str(&why, "it was not done within the final budget");
    else /* a filter's 1 is about the backup, which is said elsewhere */
        filters_blame(&p->filters, settings.pipeline != NULL, &why);
    if (lost > 0 && why.len > 0)
        msg_warn("the pipeline: %.*s; bytes that it did not get: %" PRIu64,
                 (int)why.len, why.bytes, lost);
    else if (lost > 0)
        msg_warn("the pipeline was too slow; bytes that it did not get: "
                 "%" PRIu64,
                 lost);
    else if (why.len > 0)
        msg_warn("the pipeline: %.*s", (int)why.len, why.bytes);
    if (memory_missed())
        msg_warn("there was no memory for all that the pipeline should get");
    buf_free(&why);
}

static void finish(struct relay *r)
{
    r->cut = pipeline_runs(&r->pipeline);
    if (r->cut)
        pipeline_cut(&r->pipeline);
    reports_finish(&r->reports, r->now);
    r->over = true;
}

static void advance(struct relay *r)
{
    bool late = r->now >= r->deadline;

    if (!r->ended)
        return;
    if (!r->copy_ended && (late || copy_is_whole(r))) {
        r->copy_ended = true;
        for (int i = 0; i < r->count; i++)
            pick_end(&r->picks[i]);
        sink_end(&r->pipeline.copy);
    }
    if (r->copy_ended && !r->events_ended &&
        (late || !r->pipeline.from_mover.open)) {
        r->events_ended = true;
        reports_end(&r->reports, r->now);
    }
    if (!r->over && r->events_ended && (late || !pipeline_runs(&r->pipeline)))
        finish(r);
}

/* What went wrong is said behind what the command has printed. */
static void tell(struct relay *r)
{
    bool late = r->hurry && r->now >= r->deadline;

    if (!r->over || r->told_done || (!late && !is_flushed(r)))
        return;
    say_blame(r);
    reports_say(&r->reports);
    if (r->link >= 0)
        link_send(r->link, WORD_DONE, 0);
    r->told_done = true;
}

void relay_advance(struct relay *r)
{
    advance(r);
    tell(r);
}
