/*
 * phase-agg: stats and phase events of an action's phases -> its status, one
 * JSON line whenever it changes.
 */
#include <errno.h>
#include <inttypes.h>
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
#include "phase/weights.h"

enum { PLAN_FILE_MAX = 3 * 1024 * 1024, CATALOGUE_MAX = 16 * 1024 };

struct run {
    struct clock clock;
    struct agg agg;
    struct output output;
    struct rec in;
    struct out out;
};

/* Records that could not be used: said when the first comes, then counted. */
static const struct trouble {
    const char *before, *behind;
} troubles[TRACK_RESULTS] = {
    [TRACK_UNPLACED] = { "no phase named for ", "; use --phase" },
    [TRACK_UNKNOWN] = { "passed over ", " of a phase that is not in the plan" },
    [TRACK_NO_ITEM] = { "passed over ", " with an item that is not 0 or more "
                                        "and below its \"of\", 1000 at most" },
    [TRACK_UNCLEAR] = { "passed over ", " of type phase with no state or step "
                                        "that is known" },
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

    if (status == EXIT_DONE && !actionset_read(plan, text.bytes, text.len))
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
static int open_agg(struct agg *a)
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
    if (agg_open(a))
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

/* Says what is wrong with a record, the first time. */
static void complain(const struct agg *a)
{
    const struct trouble *t = &troubles[a->track];
    const struct note *n = &a->note;

    if (t->before == NULL || a->passed_over[a->track] > 1)
        return;
    if (a->track == TRACK_UNKNOWN && n->name != NULL)
        msg_warn("%sa record%s: \"%.*s\"", t->before, t->behind,
                 n->name_len < 200 ? (int)n->name_len : 200, n->name);
    else
        msg_warn("%sa record%s", t->before, t->behind);
}

/* Writes TEXT; false where there was no memory for it. */
static bool say(struct run *r, const struct buf *text)
{
    if (!text->failed)
        out_write(&r->out, text->bytes, text->len);
    return !text->failed;
}

/* Takes one line of input; false where memory ran out. */
static bool take(struct run *r, const struct record *record)
{
    struct agg *a = &r->agg;
    enum agg_result result;

    if (!agg_read(a, record->text, record->cut ? 0 : record->len))
        return true;
    result = agg_take(a, clock_now(&r->clock));
    complain(a);
    if (result != AGG_DUE)
        return result == AGG_SAME;
    return say(r, output_next(&r->output, &a->status.line));
}

static int no_memory(void)
{
    errno = ENOMEM;
    return msg_fatal_sys("unable to keep the status");
}

static int run(struct run *r)
{
    enum rec_status got;
    struct record record;

    if (!rec_open(&r->in, STDIN_FILENO, CUT_LF) ||
        !out_open(&r->out, STDOUT_FILENO, msg_output_lost))
        return msg_fatal_sys("unable to begin");
    r->in.out = &r->out;
    if (!say(r, output_next(&r->output, &r->agg.status.line)))
        return no_memory();
    while ((got = rec_next(&r->in, &record, -1)) == REC_OK)
        if (!take(r, &record))
            return no_memory();
    if (!say(r, output_last(&r->output, &r->agg.status.line)))
        return no_memory();
    if (got == REC_ERROR)
        return msg_fatal_sys("unable to read standard input");
    return EXIT_DONE;
}

/* What was counted; said only where the first was not the only one. */
static void count_up(const struct agg *a)
{
    for (enum track t = 0; t < TRACK_RESULTS; t++)
        if (troubles[t].before != NULL && a->passed_over[t] > 1)
            msg_warn("%s%" PRIu64 " records%s", troubles[t].before,
                     a->passed_over[t], troubles[t].behind);
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
        status = open_agg(&r.agg);
    if (status == EXIT_DONE)
        status = run(&r);
    count_up(&r.agg);
    if (r.out.bytes != NULL && !out_close(&r.out) && status == EXIT_DONE)
        status = EXIT_SYSTEM;
    rec_close(&r.in);
    output_close(&r.output);
    agg_close(&r.agg);
    return msg_exit_status(status);
}
