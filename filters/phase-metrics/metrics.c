#include "metrics.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "labels.h"
#include "sample.h"

#define SUCCESS "phasepipe_last_success_timestamp_seconds"

/* Of what there is a series each. */
enum scope { TASK, ACTIONSET, PHASE };

static void put_state(const struct sink *s, enum viewed_state state)
{
    static const char *const words[] = { "pending", "running", "failed",
                                         "complete", NULL };
    const char *is = state == VIEWED_OTHER ? "" : words[state];

    sample_put_set(s, "state", words, is, strlen(is));
}

static void put_both(const struct sink *s, int64_t up, int64_t down)
{
    sample_put_with(s, "direction", "upload", up);
    sample_put_with(s, "direction", "download", down);
}

/* --- of the task */

static void build_info(const struct sink *s)
{
    sample_put_with(s, "version", PHASEPIPE_VERSION, 1);
}

static void following(const struct sink *s)
{
    sample_put(s, s->metrics->following);
}

static void last_success(const struct sink *s)
{
    sample_put_time(s, s->metrics->success);
}

/* --- of an ActionSet */

static void actionset_ratio(const struct sink *s)
{
    sample_put_ratio(s, s->entry->v.whole.percent);
}

static void actionset_state(const struct sink *s)
{
    put_state(s, s->entry->v.state);
}

static void actionset_moved(const struct sink *s)
{
    put_both(s, s->entry->v.whole.uploaded, s->entry->v.whole.downloaded);
}

static void actionset_expected(const struct sink *s)
{
    put_both(s, s->entry->v.whole.upload_total,
             s->entry->v.whole.download_total);
}

static void actionset_remaining(const struct sink *s)
{
    if (s->entry->v.state == VIEWED_RUNNING)
        sample_put(s, s->entry->v.left.seconds);
}

static void actionset_change(const struct sink *s)
{
    sample_put_time(s, s->entry->v.whole.since);
}

static void actionset_verdict(const struct sink *s)
{
    static const char *const words[] = { "running", "slow", "stalled", NULL };
    enum viewed_verdict is = s->entry->v.verdict;

    if (is != VIEWED_NO_VERDICT)
        sample_put_set(s, "verdict", words, words[is - VIEWED_GOES_ON],
                       strlen(words[is - VIEWED_GOES_ON]));
}

static void actionset_verdict_time(const struct sink *s)
{
    if (s->entry->v.verdict != VIEWED_NO_VERDICT)
        sample_put_time(s, s->entry->v.verdict_since);
}

static void actionset_result(const struct sink *s)
{
    static const char *const words[] = { "complete",  "partial", "unchanged",
                                         "cancelled", "failed",  "unknown",
                                         NULL };

    if (s->entry->v.result.len > 0)
        sample_put_set(s, "result", words, s->entry->v.result.bytes,
                       s->entry->v.result.len);
}

/* --- of a phase */

static const struct viewed_phase *phase_of(const struct sink *s)
{
    return &s->entry->v.phases[s->phase];
}

static void phase_ratio(const struct sink *s)
{
    sample_put_ratio(s, phase_of(s)->progress.percent);
}

static void phase_state(const struct sink *s)
{
    put_state(s, phase_of(s)->state);
}

static void phase_moved(const struct sink *s)
{
    put_both(s, phase_of(s)->progress.uploaded,
             phase_of(s)->progress.downloaded);
}

static void phase_expected(const struct sink *s)
{
    put_both(s, phase_of(s)->progress.upload_total,
             phase_of(s)->progress.download_total);
}

static void phase_rate(const struct sink *s)
{
    sample_put(s, board_rate(s->entry, s->phase));
}

static void phase_remaining(const struct sink *s)
{
    sample_put(s, viewed_seconds(&s->entry->v, phase_of(s)));
}

static void phase_change(const struct sink *s)
{
    sample_put_time(s, phase_of(s)->progress.since);
}

/* --- */

static const struct row {
    enum scope scope;
    const char *name, *label; /* label: one of its own, or NULL */
    const char *help;
    void (*put)(const struct sink *s);
} rows[] = {
    { TASK, "phasepipe_build_info", "version",
      "The version of phase-metrics that wrote this.", build_info },
    { TASK, "phasepipe_following", NULL,
      "Whether the status is still being read; 0 once the input has ended.",
      following },
    { TASK, SUCCESS, NULL,
      "When an action of this task completed last, in this run or an earlier "
      "one.",
      last_success },
    { ACTIONSET, "phasepipe_actionset_progress_ratio", NULL,
      "How much of the whole is done, from 0 to 1.", actionset_ratio },
    { ACTIONSET, "phasepipe_actionset_state", "state",
      "1 for the state that the whole is in, 0 for the others.",
      actionset_state },
    { ACTIONSET, "phasepipe_actionset_transferred_bytes", "direction",
      "Bytes that all phases have moved.", actionset_moved },
    { ACTIONSET, "phasepipe_actionset_expected_bytes", "direction",
      "Bytes that all phases have to move, as they are estimated.",
      actionset_expected },
    { ACTIONSET, "phasepipe_actionset_remaining_seconds", NULL,
      "Seconds that are left of the whole, as they are estimated.",
      actionset_remaining },
    { ACTIONSET, "phasepipe_actionset_last_change_timestamp_seconds", NULL,
      "When the percentage or a size of the whole changed last.",
      actionset_change },
    { ACTIONSET, "phasepipe_actionset_verdict", "verdict",
      "1 for what is thought of the movers that run, 0 for the others.",
      actionset_verdict },
    { ACTIONSET, "phasepipe_actionset_verdict_timestamp_seconds", NULL,
      "Since when the verdict stands.", actionset_verdict_time },
    { ACTIONSET, "phasepipe_actionset_result", "result",
      "1 for how the last mover ended by its own words, 0 for the others.",
      actionset_result },
    { PHASE, "phasepipe_phase_progress_ratio", NULL,
      "How much of the phase is done, from 0 to 1.", phase_ratio },
    { PHASE, "phasepipe_phase_state", "state",
      "1 for the state that the phase is in, 0 for the others.", phase_state },
    { PHASE, "phasepipe_phase_transferred_bytes", "direction",
      "Bytes that the phase has moved; it may begin anew.", phase_moved },
    { PHASE, "phasepipe_phase_expected_bytes", "direction",
      "Bytes that the phase has to move, as they are estimated.",
      phase_expected },
    { PHASE, "phasepipe_phase_transfer_bytes_per_second", NULL,
      "Bytes a second that the phase moved in the last half minute.",
      phase_rate },
    { PHASE, "phasepipe_phase_remaining_seconds", NULL,
      "Seconds that are left of the phase, as they are estimated.",
      phase_remaining },
    { PHASE, "phasepipe_phase_last_change_timestamp_seconds", NULL,
      "When the percentage or a size of the phase changed last.",
      phase_change },
};

enum { ROWS = sizeof rows / sizeof *rows };

static void put_samples(struct sink *s, const struct row *row,
                        const struct labels *l, const struct labelled *of,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (of[i].left_out)
            continue;
        s->labels = l->text.bytes + of[i].at;
        s->len = of[i].len;
        s->entry = of[i].entry;
        s->phase = of[i].phase;
        row->put(s);
    }
}

static void put_row(struct buf *b, const struct metrics *m,
                    const struct labels *l, const struct buf *task,
                    const struct row *row)
{
    struct sink s = { .out = b,
                      .metrics = m,
                      .name = row->name,
                      .labels = task->bytes,
                      .len = task->len };
    size_t before = b->len, head;

    buf_str(b, "# HELP ");
    buf_str(b, row->name);
    buf_char(b, ' ');
    buf_str(b, row->help);
    buf_str(b, "\n# TYPE ");
    buf_str(b, row->name);
    buf_str(b, " gauge\n");
    head = b->len;
    if (row->scope == TASK)
        row->put(&s);
    else if (row->scope == ACTIONSET)
        put_samples(&s, row, l, l->actionsets, l->actionset_count);
    else
        put_samples(&s, row, l, l->phases, l->phase_count);
    if (b->len == head)
        b->len = before;
}

bool metrics_put(struct buf *b, struct metrics *m)
{
    struct buf task = BUF_INIT(16 * LABEL_MAX);
    struct labels l;
    bool good = labels_open(&l, m->board, m->task);

    label_put(&task, "task", m->task, strlen(m->task));
    good = good && !task.failed;
    m->more = l.more;
    for (size_t i = 0; good && i < ROWS; i++)
        put_row(b, m, &l, &task, &rows[i]);
    labels_free(&l);
    buf_free(&task);
    return good && !b->failed;
}

void metrics_put_table(struct buf *b)
{
    static const char *const labels[] = {
        [TASK] = "task",
        [ACTIONSET] = "task,namespace,actionset",
        [PHASE] =
            "task,namespace,actionset,action_index,action,phase_index,phase",
    };

    buf_str(b, "metric\tlabels\twhat it says\n");
    for (size_t i = 0; i < ROWS; i++) {
        buf_str(b, rows[i].name);
        buf_char(b, '\t');
        buf_str(b, labels[rows[i].scope]);
        if (rows[i].label != NULL) {
            buf_char(b, ',');
            buf_str(b, rows[i].label);
        }
        buf_char(b, '\t');
        buf_str(b, rows[i].help);
        buf_char(b, '\n');
    }
}

int64_t metrics_success(const char *text, size_t len, const char *task)
{
    struct buf line = BUF_INIT(16 * LABEL_MAX);
    const char *at, *end;
    int64_t seconds;

    buf_str(&line, "\n" SUCCESS "{");
    label_put(&line, "task", task, strlen(task));
    buf_str(&line, "} ");
    at = line.failed || len == 0 ? NULL
                                 : memmem(text, len, line.bytes, line.len);
    if (at != NULL)
        at += line.len;
    buf_free(&line);
    end = at != NULL ? memchr(at, '\n', (size_t)(text + len - at)) : NULL;
    if (end == NULL || !num_int(at, (size_t)(end - at), &seconds) ||
        seconds > INT64_MAX / CLOCK_SECOND)
        return -1;
    return seconds * CLOCK_SECOND;
}
