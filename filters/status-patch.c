/*
 * status-patch: status lines on standard input; the latest goes to where its
 * readers look, into an ActionSet or a file, at most once in an interval, and
 * the last one in any case.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/same.h"
#include "base/secret.h"
#include "base/start.h"
#include "kube/server.h"
#include "status-patch/actionset.h"
#include "status-patch/check.h"
#include "status-patch/ending.h"
#include "status-patch/file.h"
#include "status-patch/input.h"

static struct {
    const char *kubeconfig, *context, *server, *namespace_;
    const char *write, *file, *plan_out, *dry_run;
    int64_t interval, final_budget, connect_timeout, request_timeout;
    bool pass, check, verbose;
} options = { .interval = -1,
              .write = "auto",
              .final_budget = 10 * CLOCK_SECOND,
              .connect_timeout = 5 * CLOCK_SECOND,
              .request_timeout = 10 * CLOCK_SECOND };

static const struct opt table[] = {
    { 'i', "interval", OPT_DURATION, &options.interval, "DURATION",
      "write at most once in this time (1s; ActionSet 15s)" },
    { 'p', "pass", OPT_FLAG, &options.pass, NULL,
      "copy the input, unchanged, to standard output" },
    { 'n', "namespace", OPT_TEXT, &options.namespace_, "NAMESPACE",
      "where the ActionSet is" },
    { 0, "kubeconfig", OPT_TEXT, &options.kubeconfig, "FILE",
      "the cluster and who we are, as kubectl" },
    { 0, "context", OPT_TEXT, &options.context, "NAME",
      "the context of the kubeconfig" },
    { 's', "server", OPT_TEXT, &options.server, "URL",
      "the API server, in place of the kubeconfig's" },
    { 'w', "write", OPT_TEXT, &options.write, "top|phases|annotation|auto",
      "of the ActionSet (default: auto)" },
    { 'f', "file", OPT_TEXT, &options.file, "FILE",
      "keep the status in FILE as well" },
    { 0, "plan-out", OPT_TEXT, &options.plan_out, "FILE",
      "keep the ActionSet in FILE, for phase-agg --plan" },
    { 0, "dry-run", OPT_TEXT, &options.dry_run, "client|server",
      "only print the patches (client)" },
    { 0, "check", OPT_FLAG, &options.check, NULL,
      "say what will work, and write nothing" },
    { 0, "final-budget", OPT_DURATION, &options.final_budget, "TIME",
      "for the last write, all its tries together (10s)" },
    { 0, "connect-timeout", OPT_DURATION, &options.connect_timeout, "TIME",
      "to reach the server (5s)" },
    { 0, "request-timeout", OPT_DURATION, &options.request_timeout, "TIME",
      "for a request and its reply (10s)" },
    { 'v', "verbose", OPT_FLAG, &options.verbose, NULL, "say each request" },
    { .name = NULL },
};

static const struct opt_implied implied[] = {
    { "dry-run", "client" },
    { NULL, NULL },
};

static const struct opt_program program = {
    .name = "status-patch",
    .operands = "TARGET",
    .purpose = "Writes the latest status line to an ActionSet "
               "(actionset/NAME), a file, or -.",
    .options = table,
    .implied = implied,
    .min_operands = 1,
    .max_operands = 1,
};

struct job {
    struct clock clock;
    struct input input;
    struct target target;
    struct actionset_settings settings;
    struct actionset *actionset; /* NULL: none, or it cannot be written */
    struct file_sink file;
    bool has_file;
    int status; /* of what has failed so far */
};

static void take(void *arg, const char *text, size_t len)
{
    struct job *job = arg;

    if (job->actionset != NULL)
        actionset_take(job->actionset, text, len);
    if (job->has_file)
        file_take(&job->file, text, len);
}

/* Nanoseconds as poll(2) takes them, rounded up; -1: for ever. */
static int milliseconds(int64_t ns)
{
    const int64_t ms = CLOCK_SECOND / 1000;

    if (ns < 0)
        return -1;
    return ns / ms < INT_MAX ? (int)((ns + ms - 1) / ms) : INT_MAX;
}

/* Does all that is due; for how many ms there is nothing more to do. */
static int step(struct job *job)
{
    int64_t due = job->has_file ? file_step(&job->file) : DELIVERY_NEVER;
    int64_t other =
        job->actionset != NULL ? actionset_step(job->actionset) : WRITER_NEVER;

    return milliseconds(due < 0 || (other >= 0 && other < due) ? other : due);
}

/* Waits for whatever comes first, and takes what input there is; false where
 * it could not be read.  A file may be due with each line, an ActionSet with
 * some of many. */
static bool turn(struct job *job, int timeout_ms)
{
    enum { MANY = 1000 };
    struct pollfd ready[] = {
        { .fd = job->input.ended ? -1 : STDIN_FILENO, .events = POLLIN },
        { .fd = ending_asked() ? -1 : ending_fd(), .events = POLLIN },
    };

    if (job->actionset == NULL)
        return input_read(&job->input, 1, timeout_ms);
    if (!actionset_wait(job->actionset, ready, 2,
                        job->input.more ? 0 : timeout_ms))
        return errno == EINTR;
    return (ready[0].revents == 0 && !job->input.more) ||
           input_read(&job->input, MANY, 0);
}

static void fail(struct job *job, int status)
{
    if (job->status == EXIT_DONE)
        job->status = status;
}

/* What arrives after a signal is newer than what was asked for, and need never
 * end. */
static void pass_over(void *arg, const char *text, size_t len)
{
    (void)arg;
    (void)text;
    (void)len;
}

/* Takes lines and delivers states until the input ends or a signal comes. */
static void follow(struct job *job)
{
    while (!ending_asked() && !job->input.ended)
        if (!turn(job, step(job)))
            fail(job, msg_fatal_sys("unable to read standard input"));
    if (!job->input.ended)
        input_read_rest(&job->input);
    job->input.take = pass_over;
}

/* Delivers the last state.  Its writer is not held up by that: what it still
 * sends is read, and passed over, or there would be no end. */
static void finish(struct job *job)
{
    bool found;

    if (job->has_file && !file_finish(&job->file))
        fail(job, EXIT_SYSTEM);
    if (job->actionset != NULL) {
        actionset_end(job->actionset);
        for (int ms = step(job); !actionset_finished(job->actionset);
             ms = step(job))
            (void)turn(job, ms);
    }
    found = job->has_file            ? file_found(&job->file)
            : job->actionset != NULL ? actionset_found(job->actionset)
                                     : true;
    if (!input_close(&job->input, found, job->target.name))
        fail(job, EXIT_SYSTEM);
    if (job->actionset != NULL)
        fail(job, actionset_close(job->actionset));
    if (job->has_file)
        file_close(&job->file);
}

/* --- what the options mean */

/* What --write asks for; false where it is none of the words. */
static bool read_write(struct writer_settings *writer)
{
    static const struct {
        const char *word;
        unsigned parts;
        bool choose;
    } words[] = {
        { "auto", PATCH_TOP | PATCH_ANNOTATION, true },
        { "top", PATCH_TOP, false },
        { "phases", PATCH_TOP | PATCH_PHASES, false },
        { "annotation", PATCH_ANNOTATION, false },
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(options.write, words[i].word) == 0) {
            writer->parts = words[i].parts;
            writer->choose = words[i].choose;
            return true;
        }
    return false;
}

static bool read_dry_run(enum dry_run *dry_run)
{
    *dry_run = options.dry_run == NULL                  ? DRY_RUN_NO
               : strcmp(options.dry_run, "server") == 0 ? DRY_RUN_SERVER
                                                        : DRY_RUN_CLIENT;
    return *dry_run != DRY_RUN_CLIENT || strcmp(options.dry_run, "client") == 0;
}

static int check_actionset_options(const struct job *job)
{
    const struct target *t = &job->target;

    if (options.namespace_ != NULL && !server_is_namespace(options.namespace_))
        return msg_fatal(EXIT_USAGE, "--namespace: \"%s\" names no namespace",
                         options.namespace_);
    if (options.namespace_ != NULL && t->namespace_[0] != '\0' &&
        strcmp(options.namespace_, t->namespace_) != 0)
        return msg_fatal(EXIT_USAGE,
                         "--namespace: \"%s\" is not the one of TARGET \"%s\"",
                         options.namespace_, t->name);
    if (options.file != NULL && !file_replaceable(options.file))
        return msg_fatal(EXIT_USAGE, "--file: \"%s\" is not a regular file",
                         options.file);
    if (options.file != NULL && options.plan_out != NULL &&
        same_file(options.file, options.plan_out))
        return msg_fatal(EXIT_USAGE, "--plan-out: \"%s\" is the file of --file",
                         options.plan_out);
    return EXIT_DONE;
}

/* Options that only an ActionSet can have. */
static const char *needs_actionset(void)
{
    return options.namespace_ != NULL   ? "--namespace"
           : options.kubeconfig != NULL ? "--kubeconfig"
           : options.context != NULL    ? "--context"
           : options.server != NULL     ? "--server"
           : options.file != NULL       ? "--file"
           : options.plan_out != NULL   ? "--plan-out"
           : options.dry_run != NULL    ? "--dry-run"
           : options.check              ? "--check"
                                        : NULL;
}

static int read_settings(struct job *job)
{
    struct actionset_settings *s = &job->settings;

    if (!read_write(&s->writer))
        return msg_fatal(EXIT_USAGE,
                         "--write: \"%s\" is none of top, phases, annotation "
                         "and auto",
                         options.write);
    if (!read_dry_run(&s->dry_run))
        return msg_fatal(EXIT_USAGE,
                         "--dry-run: \"%s\" is neither client nor server",
                         options.dry_run);
    s->cluster = (struct kubeconfig_options){ .path = options.kubeconfig,
                                              .context = options.context,
                                              .server = options.server };
    s->namespace_ = options.namespace_ != NULL ? options.namespace_
                                               : job->target.namespace_;
    s->name = job->target.object;
    s->writer.interval =
        options.interval >= 0 ? options.interval : 15 * CLOCK_SECOND;
    s->writer.budget = options.final_budget;
    s->writer.looks_always = options.plan_out != NULL;
    s->connect_timeout = options.connect_timeout;
    s->request_timeout = options.request_timeout;
    s->plan_out = options.plan_out;
    s->verbose = options.verbose;
    return check_actionset_options(job);
}

/* Finds out where to write to; the exit code where that is nowhere. */
static int read_target(struct job *job, const char *operand)
{
    const char *wrong = target_open(&job->target, operand);
    const char *option = needs_actionset();

    if (wrong != NULL)
        return msg_fatal(EXIT_USAGE, "TARGET \"%s\" %s", operand, wrong);
    if (options.pass &&
        (job->target.kind == TARGET_STDOUT || options.dry_run != NULL))
        return msg_fatal(EXIT_USAGE, "--pass: standard output is %s",
                         options.dry_run != NULL ? "for the patches"
                                                 : "the TARGET");
    if (job->target.kind == TARGET_ACTIONSET)
        return read_settings(job);
    if (option != NULL)
        return msg_fatal(EXIT_USAGE, "%s: TARGET \"%s\" is no ActionSet",
                         option, operand);
    return EXIT_DONE;
}

/* --- */

static bool open_file(struct job *job)
{
    bool beside = job->target.kind == TARGET_ACTIONSET;
    int64_t interval =
        beside || options.interval < 0 ? CLOCK_SECOND : options.interval;

    job->has_file = !beside || options.file != NULL;
    job->file.clock = &job->clock;
    job->file.target = job->target;
    if (beside)
        job->file.target =
            (struct target){ .kind = TARGET_FILE, .name = options.file };
    return !job->has_file || file_open(&job->file, interval);
}

/* Where the ActionSet cannot be written that is said, and the input is read to
 * its end all the same: nobody upstream shall suffer. */
static int run(struct job *job)
{
    job->input.take = take;
    job->input.arg = job;
    if (!input_open(&job->input, options.pass) || !open_file(job) ||
        !ending_open())
        return msg_fatal_sys("unable to start");
    if (job->target.kind == TARGET_ACTIONSET)
        job->actionset =
            actionset_open(&job->settings, &job->clock, &job->status);
    follow(job);
    finish(job);
    return job->status;
}

int main(int argc, char **argv)
{
    struct job job = { 0 };
    struct opt_result given;
    int status;

    start_program();
    json_no_memory(msg_no_memory);
    if (!opt_parse(&program, argc, argv, &given))
        return given.status;
    status = read_target(&job, given.operands[0]);
    if (status != EXIT_DONE)
        return status;
    if (!opt_clock(&job.clock))
        return EXIT_USAGE;
    if (job.target.kind == TARGET_ACTIONSET && !secret_process())
        return msg_fatal_sys("unable to keep secrets out of core files");
    status = options.check ? check(&job.settings, &job.clock) : run(&job);
    return msg_exit_status(status);
}
