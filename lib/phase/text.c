#include "phase/text.h"

#include "base/human.h"

/* What has gone up or down, of how much. */
static void put_moved(struct buf *b, int64_t moved, int64_t estimate)
{
    if (moved < 0)
        return;
    buf_str(b, ", ");
    human_put_bytes(b, moved);
    if (estimate < 0)
        return;
    buf_str(b, " of ");
    human_put_bytes(b, estimate);
}

static void put_phase(struct buf *b, const struct shown *shown)
{
    const struct progress *progress = &shown->progress;

    /* as JSON it is harmless on a terminal; the quotes are not needed */
    buf_add(b, shown->name.bytes + 1, shown->name.len - 2);
    buf_str(b, shown->state == PHASE_FAILED ? " failed at " : " ");
    percent_put(b, progress->percent > 0 ? progress->percent : 0);
    buf_char(b, '%');
    put_moved(b, progress->sizes[SIZE_UPLOADED],
              progress->sizes[SIZE_UPLOAD_ESTIMATE]);
    put_moved(b, progress->sizes[SIZE_DOWNLOADED],
              progress->sizes[SIZE_DOWNLOAD_ESTIMATE]);
    if (shown->state == PHASE_FAILED || progress->seconds < 0)
        return;
    buf_str(b, ", ");
    human_put_seconds(b, progress->seconds);
    buf_str(b, " left");
}

static void put_remarks(struct buf *b, const struct line *l)
{
    if (l->action_eta.expected >= 0) {
        buf_str(b, "  (all: ");
        human_put_seconds(b, l->action_eta.expected);
        buf_str(b, " left)");
    }
    if (l->judged.verdict >= VERDICT_SLOW) {
        buf_str(b, "  (");
        buf_str(b, verdict_name(l->judged.verdict));
        buf_str(b, " since ");
        buf_add(b, l->judged.since, CLOCK_TEXT - 1);
        buf_char(b, ')');
    }
    if (l->result != RESULT_NOT_SAID) {
        buf_str(b, "  (mover: ");
        buf_str(b, result_name(l->result));
        buf_char(b, ')');
    }
}

void text_put(struct buf *b, const struct line *l)
{
    const char *between = "  ";

    for (int64_t wide = PERCENT_WHOLE; wide > l->whole.percent && wide >= 1000;
         wide /= 10)
        buf_char(b, ' ');
    percent_put(b, l->whole.percent);
    buf_str(b, "%  ");
    buf_str(b, phase_state_name(l->whole.state));
    for (size_t i = 0; i < l->plan->phase_count; i++) {
        const struct shown *shown = &l->phases[i];

        if (shown->state != PHASE_RUNNING && shown->state != PHASE_FAILED)
            continue;
        buf_str(b, between);
        put_phase(b, shown);
        between = "; ";
    }
    put_remarks(b, l);
    buf_char(b, '\n');
}
