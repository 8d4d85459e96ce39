/*
 * phase-agg: stats and phase events of an action's phases -> its status, one
 * JSON line whenever it changes.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/out.h"
#include "base/rec.h"
#include "base/start.h"
#include "base/yaml.h"
#include "phase/actionset.h"
#include "phase/agg.h"
#include "phase/functions.h"
#include "phase/output.h"
#include "phase/settings.h"
#include "phase/warning.h"
#include "phase/weights.h"

enum { PLAN_FILE_MAX = 3 * 1024 * 1024, CATALOGUE_MAX = 16 * 1024 };

struct run {
    struct clock clock;
    struct agg agg;
    struct output output;
    struct rec in;
    struct out out;
    struct warnings warnings;
};

/* Says WHY what stands in SOURCE cannot be used. */
static int misread(const char *source, const char *why)
{
    if (*why == '\0')
        return msg_fatal_sys("unable to read %s", source);
    return msg_fatal(EXIT_USAGE, "%s: %s", source, why);
}

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

/* Reads all of PATH. */
static int read_file(const char *path, struct buf *text)
{
    if (file_read(path, text))
        return EXIT_DONE;
    if (errno == EFBIG)
        return msg_fatal(EXIT_USAGE, "%s: more than %zu bytes", name_of(path),
                         text->ceiling);
    return msg_fatal_sys("unable to read %s", name_of(path));
}

static int read_plan(struct plan *plan)
{
    struct buf text = BUF_INIT(PLAN_FILE_MAX);
    int status = read_file(settings.plan, &text);

    if (status == EXIT_DONE &&
        !actionset_read(plan, text.bytes, text.len, NULL))
        status = misread(name_of(settings.plan), plan->why);
    buf_free(&text);
    return status;
}

static int make_plan(struct plan *plan)
{
    if (settings.plan != NULL)
        return read_plan(plan);
    if (plan_of_names(plan, settings.phases, settings.action))
        return EXIT_DONE;
    return misread("--phases", plan->why);
}

static int read_weights(struct plan *plan)
{
    struct buf text = BUF_INIT(WEIGHTS_FILE_MAX);
    struct yaml yaml;
    jv root = jv_null();
    int status = settings.weights != NULL ? read_file(settings.weights, &text)
                                          : EXIT_DONE;

    yaml_begin(&yaml, text.bytes, text.len);
    if (status == EXIT_DONE && settings.weights != NULL) {
        if (!yaml_next(&yaml, &root))
            status = misread(settings.weights, yaml.why);
        else if (!weights_read(plan, root))
            status = misread(settings.weights, plan->why);
    }
    yaml_end(&yaml);
    jv_free(root);
    buf_free(&text);
    return status;
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

/* The plan, the target in it, and the first line. */
static int open_agg(struct agg *a, struct clock *clock)
{
    /* with --phases it names the one action, and does not look for it */
    const char *action = settings.plan != NULL ? settings.action : NULL;
    int status = make_plan(&a->plan);

    if (status != EXIT_DONE)
        return status;
    status = read_weights(&a->plan);
    if (status != EXIT_DONE)
        return status;
    a->plan.within_steps = settings.within_steps;
    a->plan.by_time = settings.by_time;
    if (!target_find(&a->target, &a->plan, action, settings.phase))
        return msg_fatal(EXIT_USAGE, "%s", a->plan.why);
    a->stall_after = settings.stall_after;
    if (agg_prepare(a) && agg_open(a, clock_now(clock)))
        return EXIT_DONE;
    if (errno == EMSGSIZE)
        return msg_fatal(EXIT_USAGE,
                         "too many phases (%zu): a status line could pass %d "
                         "bytes, the most that a record may have",
                         a->plan.phase_count, REC_CEILING);
    return msg_fatal_sys("unable to keep the status");
}

static int open_clock(struct clock *clock)
{
    const char *time = getenv("PHASEPIPE_CLOCK");

    if (clock_open(clock, time))
        return EXIT_DONE;
    return msg_fatal(EXIT_USAGE,
                     "PHASEPIPE_CLOCK: \"%s\" is not a time "
                     "such as 2023-02-20T12:49:55Z",
                     time);
}

static void warn(const char *text)
{
    if (text != NULL)
        msg_warn("%s", text);
}

/* Writes TEXT; false where there was no memory for it. */
static bool say(struct run *r, const struct buf *text)
{
    if (!text->failed)
        out_write(&r->out, text->bytes, text->len);
    return !text->failed;
}

/* Says what RESULT has made due; false where memory ran out. */
static bool follow(struct run *r, enum agg_result result)
{
    if (result == AGG_DUE) {
        warn(warning_of_verdict(&r->warnings, &r->agg));
        return say(r, output_next(&r->output, &r->agg.status.line));
    }
    return result == AGG_SAME;
}

/* Takes one line of input; false where memory ran out. */
static bool take(struct run *r, const struct record *record)
{
    struct agg *a = &r->agg;
    enum agg_result result;

    if (!agg_read(a, record->text, record->cut ? 0 : record->len))
        return true;
    result = agg_take(a, clock_now(&r->clock));
    warn(warning_of_record(&r->warnings, a));
    return follow(r, result);
}

/* For how long nobody needs to look at the clock, in ms; a clock that is set
 * goes on with records only. */
static int until_next(struct run *r)
{
    int64_t next = agg_next(&r->agg), ms;

    if (next == INT64_MAX || r->clock.set)
        return -1;
    ms = (next - clock_steady(&r->clock)) / (CLOCK_SECOND / 1000) + 1;
    return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

/* The next record, or a time at which somebody has to look. */
static enum rec_status next_record(struct run *r, struct record *record)
{
    enum rec_status got = rec_next(&r->in, record, 0);

    return got == REC_TIMEOUT ? rec_next(&r->in, record, until_next(r)) : got;
}

static int no_memory(void)
{
    errno = ENOMEM;
    return msg_fatal_sys("unable to keep the status");
}

static bool has_stalled(const struct run *r)
{
    return settings.exit_on_stall &&
           r->agg.status.line.judged.verdict == VERDICT_STALLED;
}

/* Takes the input until its end, or until a mover has stalled. */
static int run(struct run *r)
{
    enum rec_status got = REC_OK;
    struct record record;
    bool good = say(r, output_next(&r->output, &r->agg.status.line));

    while (good && !has_stalled(r)) {
        got = next_record(r, &record);
        if (got == REC_EOF || got == REC_ERROR)
            break;
        good = got == REC_OK
                   ? take(r, &record)
                   : follow(r, agg_tick(&r->agg, clock_now(&r->clock)));
    }
    if (!good || !say(r, output_last(&r->output, &r->agg.status.line)))
        return no_memory();
    if (got == REC_ERROR)
        return msg_fatal_sys("unable to read standard input");
    return has_stalled(r) ? EXIT_DATA : EXIT_DONE;
}

static int open_streams(struct run *r)
{
    if (!rec_open(&r->in, STDIN_FILENO, CUT_LF) ||
        !out_open(&r->out, STDOUT_FILENO, msg_output_lost))
        return msg_fatal_sys("unable to begin");
    r->in.out = &r->out;
    return EXIT_DONE;
}

/* What was counted; said only where the first was not the only one. */
static void count_up(struct run *r)
{
    const struct agg *a = &r->agg;

    for (enum track t = 0; t < TRACK_RESULTS; t++)
        warn(warning_of_count(&r->warnings, a, t));
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
    if (!opt_parse(&settings_program, argc, argv, &arguments))
        return arguments.status;
    if (settings.functions)
        return msg_exit_status(print_functions());
    wrong = settings_check();
    if (wrong != NULL)
        return msg_fatal(EXIT_USAGE, "%s", wrong);
    output_open(&r.output, settings.format);
    status = open_clock(&r.clock);
    if (status == EXIT_DONE)
        status = open_agg(&r.agg, &r.clock);
    if (status == EXIT_DONE)
        status = open_streams(&r);
    if (status == EXIT_DONE)
        status = run(&r);
    count_up(&r);
    if (r.out.bytes != NULL && !out_close(&r.out) && status == EXIT_DONE)
        status = EXIT_SYSTEM;
    rec_close(&r.in);
    output_close(&r.output);
    agg_close(&r.agg);
    return msg_exit_status(status);
}
