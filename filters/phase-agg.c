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
#include "phase/actionset.h"
#include "phase/explain.h"
#include "phase/functions.h"
#include "phase/note.h"
#include "phase/plan.h"
#include "phase/status.h"
#include "phase/text.h"
#include "phase/track.h"

enum {
    PLAN_FILE_MAX = 3 * 1024 * 1024,
    CATALOGUE_MAX = 16 * 1024,
    TEXT_MAX = 4 * 1024 * 1024
};

static const char *phases_option, *plan_option, *phase_option, *action_option;
static const char *format_option = "json";
static bool within_steps, list_functions, explain;

static const struct opt options[] = {
    { 0, "phases", OPT_TEXT, &phases_option, "A,B,C",
      "the phases of one action, in order" },
    { 0, "plan", OPT_TEXT, &plan_option, "FILE",
      "the ActionSet as kubectl get -o json prints it" },
    { 0, "phase", OPT_TEXT, &phase_option, "NAME",
      "the phase of records that name none" },
    { 0, "action", OPT_TEXT, &action_option, "NAME|INDEX",
      "the action of records that name none (default: 0)" },
    { 0, "mover-within-steps", OPT_FLAG, &within_steps, NULL,
      "a mover's percentage is that of the execution step" },
    { 0, "format", OPT_TEXT, &format_option, "json|text",
      "status records (default), or a line for people" },
    { 0, "explain", OPT_FLAG, &explain, NULL,
      "print the reasons behind the percentage at the end, nothing before" },
    { 0, "functions", OPT_FLAG, &list_functions, NULL,
      "print Kanister's functions and their steps" },
    { 0 },
};

static const struct opt_program program = {
    .name = "phase-agg",
    .operands = "--phases A,B,C | --plan FILE",
    .purpose = "Stats and phase events on standard input, the action's status "
               "on standard output.",
    .options = options,
};

struct agg {
    struct clock clock;
    struct plan plan;
    struct target target;
    struct status status;
    struct note note;
    bool as_text;
    struct buf text, said; /* for people: this line, and the last */
    struct rec in;
    struct out out;
    uint64_t lines, records;
    uint64_t troubles[TRACK_RESULTS];
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

/* Says why there is no plan out of SOURCE. */
static int no_plan(const struct plan *plan, const char *source)
{
    if (*plan->why == '\0')
        return msg_fatal_sys("unable to keep the plan");
    return msg_fatal(EXIT_USAGE, "%s: %s", source, plan->why);
}

static int read_plan(struct plan *plan)
{
    struct buf text = BUF_INIT(PLAN_FILE_MAX);
    int status = EXIT_DONE;

    if (!file_read(plan_option, &text))
        status = errno == EFBIG
                     ? msg_fatal(EXIT_USAGE, "%s: more than %d bytes",
                                 plan_option, PLAN_FILE_MAX)
                     : msg_fatal_sys("unable to read %s", plan_option);
    else if (!actionset_read(plan, text.bytes, text.len))
        status = no_plan(plan, plan_option);
    buf_free(&text);
    return status;
}

static int make_plan(struct plan *plan)
{
    if ((phases_option == NULL) == (plan_option == NULL))
        return msg_fatal(EXIT_USAGE, "give either --phases or --plan "
                                     "(see phase-agg --help)");
    if (plan_option != NULL && strcmp(plan_option, "-") == 0)
        return msg_fatal(EXIT_USAGE, "--plan: standard input carries the "
                                     "records; give a file");
    if (plan_option != NULL)
        return read_plan(plan);
    if (plan_of_names(plan, phases_option, action_option))
        return EXIT_DONE;
    return no_plan(plan, "--phases");
}

static int read_format(struct agg *a)
{
    a->as_text = strcmp(format_option, "text") == 0;
    if (!a->as_text && strcmp(format_option, "json") != 0)
        return msg_fatal(EXIT_USAGE,
                         "--format: \"%s\" is neither json nor text",
                         format_option);
    if (a->as_text && explain)
        return msg_fatal(EXIT_USAGE, "give either --explain or --format text");
    return EXIT_DONE;
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
static int open_status(struct agg *a)
{
    /* with --phases it names the one action, and does not look for it */
    const char *action = plan_option != NULL ? action_option : NULL;
    const char *time = getenv("PHASEPIPE_CLOCK");
    int status = make_plan(&a->plan);

    if (status != EXIT_DONE)
        return status;
    a->plan.within_steps = within_steps;
    if (!target_find(&a->target, &a->plan, action, phase_option))
        return msg_fatal(EXIT_USAGE, "%s", a->plan.why);
    if (!clock_open(&a->clock, time))
        return msg_fatal(EXIT_USAGE,
                         "PHASEPIPE_CLOCK: \"%s\" is not a time "
                         "such as 2023-02-20T12:49:55Z",
                         time);
    if (status_open(&a->status, &a->plan, &a->target))
        return EXIT_DONE;
    if (errno == EMSGSIZE)
        return msg_fatal(EXIT_USAGE,
                         "too many phases (%zu): a status line could pass %d "
                         "bytes, the most that a record may have",
                         a->plan.phase_count, REC_CEILING);
    return msg_fatal_sys("unable to keep the status");
}

static void complain(struct agg *a, enum track trouble)
{
    const struct trouble *t = &troubles[trouble];
    const struct note *n = &a->note;

    if (trouble < TRACK_UNPLACED || a->troubles[trouble]++ > 0)
        return;
    if (trouble == TRACK_UNKNOWN && n->name != NULL)
        msg_warn("%sa record%s: \"%.*s\"", t->before, t->behind,
                 n->name_len < 200 ? (int)n->name_len : 200, n->name);
    else
        msg_warn("%sa record%s", t->before, t->behind);
}

/* Says a line for people, where it is another one than the last. */
static bool say_text(struct agg *a)
{
    struct buf said = a->said;

    buf_clear(&a->text);
    text_put(&a->text, &a->status.line);
    if (a->text.failed)
        return false;
    if (said.len == a->text.len &&
        memcmp(said.bytes, a->text.bytes, said.len) == 0)
        return true;
    out_write(&a->out, a->text.bytes, a->text.len);
    a->said = a->text;
    a->text = said;
    return true;
}

/* Says the status; false where memory ran out. */
static bool say(struct agg *a)
{
    const struct buf *line = &a->status.line.text;

    if (line->failed)
        return false;
    if (a->as_text)
        return say_text(a);
    if (!explain)
        out_write(&a->out, line->bytes, line->len);
    return true;
}

static bool say_reasons(struct agg *a)
{
    buf_clear(&a->text);
    explain_put(&a->text, &a->plan);
    if (!a->text.failed)
        out_write(&a->out, a->text.bytes, a->text.len);
    return !a->text.failed;
}

/* Takes one line of input; false where memory ran out. */
static bool take(struct agg *a, const struct record *record)
{
    struct phase *phase = NULL;
    enum track track;

    a->lines++;
    if (record->cut)
        return true;
    note_read(&a->note, record->text, record->len);
    if (a->note.kind == NOTE_NO_RECORD)
        return true;
    a->records++;
    if (a->note.kind == NOTE_RESULT)
        a->status.result = a->note.result;
    track = track_note(&a->plan, &a->target, &a->note, &phase);
    complain(a, track);
    if (track == TRACK_NO_MEMORY)
        return false;
    return !status_next(&a->status, phase, clock_now(&a->clock).wall) || say(a);
}

static int no_memory(void)
{
    errno = ENOMEM;
    return msg_fatal_sys("unable to keep the status");
}

static int run(struct agg *a)
{
    enum rec_status got;
    struct record record;

    if (!rec_open(&a->in, STDIN_FILENO, CUT_LF) ||
        !out_open(&a->out, STDOUT_FILENO, msg_output_lost))
        return msg_fatal_sys("unable to begin");
    a->in.out = &a->out;
    if (!say(a))
        return no_memory();
    while ((got = rec_next(&a->in, &record, -1)) == REC_OK)
        if (!take(a, &record))
            return no_memory();
    if (explain && !say_reasons(a))
        return no_memory();
    if (got == REC_ERROR)
        return msg_fatal_sys("unable to read standard input");
    return EXIT_DONE;
}

/* What was counted; said only where the first was not the only one. */
static void count_up(const struct agg *a)
{
    for (enum track t = TRACK_UNPLACED; t < TRACK_RESULTS; t++)
        if (a->troubles[t] > 1)
            msg_warn("%s%" PRIu64 " records%s", troubles[t].before,
                     a->troubles[t], troubles[t].behind);
    if (a->lines > 0 && a->records == 0)
        msg_warn("no record in the input; lines passed over: %" PRIu64,
                 a->lines);
}

int main(int argc, char **argv)
{
    struct opt_result arguments;
    struct agg a = { .text = BUF_INIT(TEXT_MAX), .said = BUF_INIT(TEXT_MAX) };
    int status;

    start_filter();
    if (!opt_parse(&program, argc, argv, &arguments))
        return arguments.status;
    if (list_functions)
        return msg_exit_status(print_functions());
    status = read_format(&a);
    if (status == EXIT_DONE)
        status = open_status(&a);
    if (status == EXIT_DONE)
        status = run(&a);
    count_up(&a);
    if (a.out.bytes != NULL && !out_close(&a.out) && status == EXIT_DONE)
        status = EXIT_SYSTEM;
    rec_close(&a.in);
    status_close(&a.status);
    plan_free(&a.plan);
    buf_free(&a.text);
    buf_free(&a.said);
    return msg_exit_status(status);
}
