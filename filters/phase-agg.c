/*
 * phase-agg: stats and phase events of an action's phases -> its status, one
 * JSON line whenever it changes.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/out.h"
#include "base/rec.h"
#include "base/same.h"
#include "base/sandbox.h"
#include "base/start.h"
#include "phase-agg/files.h"
#include "phase-agg/keep.h"
#include "phase/agg.h"
#include "phase/functions.h"
#include "phase/output.h"
#include "phase/settings.h"
#include "phase/warning.h"

enum { CATALOGUE_MAX = 16 * 1024 };

struct run {
    struct clock clock;
    struct agg agg;
    struct files files;
    struct keep keep;
    struct output output;
    struct rec in;
    struct out out;
    struct warnings warnings;
    struct instant now; /* the latest look at the clock */
    int64_t opened;     /* the first look, on the steady clock */
    bool unsaved;       /* a line that the kept state does not know */
};

/* A file that is written is no other option's. */
static int check_files(void)
{
    const struct same files[] = {
        { "--plan", settings.plan, false },
        { "--blueprint", settings.blueprint, false },
        { "--weights", settings.weights, false },
        { "--state", settings.state, true },
        { "--learn", settings.learn, true },
    };
    size_t first, second;

    if (!same_find(files, sizeof files / sizeof *files, &first, &second))
        return EXIT_DONE;
    return msg_fatal(EXIT_USAGE, "%s: \"%s\" is the file of %s",
                     files[second].option, files[second].path,
                     files[first].option);
}

static int print_functions(void)
{
    struct buf table = BUF_INIT(CATALOGUE_MAX);
    struct out out = { 0 };
    int status = EXIT_DONE;

    functions_put(&table);
    if (table.failed || !out_open(&out, STDOUT_FILENO, msg_output_lost))
        status = msg_fatal_sys("unable to begin");
    else
        out_write(&out, table.bytes, table.len);
    if (out.bytes != NULL && !out_close(&out))
        status = EXIT_SYSTEM;
    buf_free(&table);
    return status;
}

static int no_memory(void)
{
    errno = ENOMEM;
    return msg_fatal_sys("unable to keep the status");
}

/* The plan, and the target in it. */
static int open_plan(struct run *r)
{
    /* an action that --plan does not name is not to be found, but made */
    const char *action = settings.plan != NULL ? settings.action : NULL;
    struct agg *a = &r->agg;
    int status = files_plan(&r->files, &a->plan);

    if (status != EXIT_DONE)
        return status;
    a->plan.within_steps = settings.within_steps;
    a->plan.by_time = settings.by_time;
    a->stall_after = settings.stall_after;
    if (target_find(&a->target, &a->plan, action, settings.phase))
        return EXIT_DONE;
    return msg_fatal(EXIT_USAGE, "%s", a->plan.why);
}

/* What was kept of earlier runs and of this one, and the first line. */
static int open_agg(struct run *r)
{
    struct agg *a = &r->agg;
    int status;

    r->now = clock_now(&r->clock);
    r->opened = r->now.steady;
    if (!agg_prepare(a))
        return no_memory();
    status = keep_open(&r->keep, a, r->now);
    if (status != EXIT_DONE || agg_open(a, r->now))
        return status;
    if (errno == EMSGSIZE)
        return msg_fatal(EXIT_USAGE,
                         "too many phases (%zu): a status line could pass %d "
                         "bytes, the most that a record may have",
                         a->plan.phase_count, REC_CEILING);
    return no_memory();
}

static void warn(const char *text)
{
    if (text != NULL)
        msg_warn("%s", text);
}

/* Nothing is written that would not be there after a restart. */
static void save(void *arg)
{
    struct run *r = arg;

    if (r->unsaved)
        keep_save(&r->keep, &r->agg, r->now);
    r->unsaved = false;
}

/* Writes TEXT; false where there was no memory for it. */
static bool say(struct run *r, const struct buf *text)
{
    if (text->len > OUT_SIZE - r->out.len)
        save(r); /* as what is queued goes out now */
    if (!text->failed && text->len > 0)
        out_write(&r->out, text->bytes, text->len);
    return !text->failed;
}

/* Says what RESULT has made due; false where memory ran out. */
static bool follow(struct run *r, enum agg_result result)
{
    if (result != AGG_DUE)
        return result == AGG_SAME;
    r->unsaved = true;
    warn(warning_of_verdict(&r->warnings, &r->agg));
    return say(r, output_next(&r->output, &r->agg.status.line));
}

/* Takes one line of input; false where memory ran out. */
static bool take(struct run *r, const struct record *record)
{
    struct agg *a = &r->agg;
    enum agg_result result;

    if (!agg_read(a, record->text, record->cut ? 0 : record->len))
        return true;
    r->now = clock_now(&r->clock);
    if (!follow(r, files_look(&r->files, a, r->now)))
        return false;
    result = agg_take(a, r->now);
    warn(warning_of_record(&r->warnings, a));
    return follow(r, result);
}

/* Looks at what changes without a record; false where memory ran out. */
static bool look(struct run *r)
{
    r->now = clock_now(&r->clock);
    return follow(r, files_look(&r->files, &r->agg, r->now)) &&
           follow(r, agg_tick(&r->agg, r->now));
}

static bool is_stalled(const struct run *r)
{
    return settings.exit_on_stall &&
           r->agg.status.line.judged.verdict == VERDICT_STALLED;
}

/* When a stall is one to end with: a mover that has stalled before we were
 * there may have been started again with us. */
static int64_t stall_counts(const struct run *r)
{
    int64_t at;

    return __builtin_add_overflow(r->opened, settings.stall_after, &at)
               ? INT64_MAX
               : at;
}

static bool has_stalled(const struct run *r)
{
    return is_stalled(r) && r->now.steady >= stall_counts(r);
}

/* For how long nobody needs to look, in ms; -1: until the next record, which
 * is what alone moves a clock that is set. */
static int until_look(struct run *r)
{
    int64_t next = agg_next(&r->agg);

    if (r->files.next < next)
        next = r->files.next;
    if (is_stalled(r) && stall_counts(r) < next)
        next = stall_counts(r);
    if (next == INT64_MAX || r->clock.set)
        return -1;
    return clock_poll(next - clock_steady(&r->clock) + 1); /* behind it */
}

/* The next record, or the time to look. */
static enum rec_status next_record(struct run *r, struct record *record)
{
    enum rec_status got = rec_next(&r->in, record, 0);

    return got == REC_TIMEOUT ? rec_next(&r->in, record, until_look(r)) : got;
}

/* Takes the input until its end, or until a mover has stalled. */
static int run(struct run *r)
{
    enum rec_status got = REC_OK;
    struct record record;
    bool good = follow(r, AGG_DUE); /* the first line */

    while (good && !has_stalled(r)) {
        got = next_record(r, &record);
        if (got == REC_EOF || got == REC_ERROR)
            break;
        good = got == REC_OK ? take(r, &record) : look(r);
    }
    if (good && got == REC_EOF && settings.result_ends)
        good = follow(r, agg_end(&r->agg, r->now));
    if (!good || !say(r, output_last(&r->output, &r->agg.status.line)))
        return no_memory();
    if (got == REC_ERROR)
        return msg_fatal_sys("unable to read standard input");
    return has_stalled(r) ? EXIT_DATA : EXIT_DONE;
}

/* Keeps what is to be kept, whatever the STATUS of the run; the lines do not
 * wait for somebody who has the lock of what was learned. */
static int finish(struct run *r, int status)
{
    int kept;

    save(r);
    out_flush(&r->out);
    kept = keep_finish(&r->keep, &r->agg, r->now);
    return status != EXIT_DONE ? status : kept;
}

static int open_streams(struct run *r)
{
    if (!rec_open(&r->in, STDIN_FILENO, CUT_LF) ||
        !out_open(&r->out, STDOUT_FILENO, msg_output_lost))
        return msg_fatal_sys("unable to begin");
    r->in.out = &r->out;
    r->in.idle = save;
    r->in.idle_arg = r;
    rec_unread(&r->in, r->files.rest.bytes, r->files.rest.len);
    return EXIT_DONE;
}

/* What was counted; said only where the first was not the only one. */
static void count_up(struct run *r)
{
    const struct agg *a = &r->agg;

    for (enum track t = 0; t < TRACK_RESULTS; t++)
        warn(warning_of_count(&r->warnings, a, t));
    msg_passed_over("lines", REC_CEILING, r->in.cut_records);
    if (a->lines > 0 && a->records == 0)
        msg_warn("no record in the input; lines passed over: %" PRIu64,
                 a->lines);
}

int main(int argc, char **argv)
{
    struct opt_result arguments;
    struct run r = { 0 };
    const char *wrong;
    int status;

    start_filter();
    json_no_memory(msg_no_memory);
    if (!opt_parse(&settings_program, argc, argv, &arguments))
        return arguments.status;
    (void)sandbox_enter();
    if (settings.functions)
        return msg_exit_status(print_functions());
    wrong = settings_check();
    if (wrong != NULL)
        return msg_fatal(EXIT_USAGE, "%s", wrong);
    output_open(&r.output, settings.format);
    status = check_files();
    if (status == EXIT_DONE)
        status = opt_clock(&r.clock) ? EXIT_DONE : EXIT_USAGE;
    if (status == EXIT_DONE)
        status = open_plan(&r);
    if (status == EXIT_DONE)
        status = open_agg(&r);
    if (status == EXIT_DONE)
        status = open_streams(&r);
    if (status == EXIT_DONE)
        status = finish(&r, run(&r));
    count_up(&r);
    if (r.out.bytes != NULL && !out_close(&r.out) && status == EXIT_DONE)
        status = EXIT_SYSTEM;
    rec_close(&r.in);
    output_close(&r.output);
    keep_close(&r.keep);
    files_close(&r.files);
    agg_close(&r.agg);
    return msg_exit_status(status);
}
