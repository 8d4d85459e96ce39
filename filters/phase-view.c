/*
 * phase-view: status lines, or ActionSets as kubectl prints them, as bars on a
 * terminal; where there is none, as plain lines.
 */
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/rec.h"
#include "base/sandbox.h"
#include "base/start.h"
#include "phase-view/show.h"
#include "phase-view/signals.h"
#include "phase-view/source.h"

static struct {
    const char *actionset, *namespace_, *context, *kubeconfig;
    int64_t interval;
    bool ascii, osc;
} options = { .interval = 10 * CLOCK_SECOND };

static const struct opt table[] = {
    { 'a', "actionset", OPT_TEXT, &options.actionset, "NAME",
      "let kubectl watch this ActionSet" },
    { 'n', "namespace", OPT_TEXT, &options.namespace_, "NAMESPACE",
      "where the ActionSet is" },
    { 0, "context", OPT_TEXT, &options.context, "NAME",
      "the context of the kubeconfig" },
    { 0, "kubeconfig", OPT_TEXT, &options.kubeconfig, "FILE",
      "the cluster and who we are, as kubectl" },
    { 'i', "interval", OPT_DURATION, &options.interval, "DURATION",
      "without a terminal: a line in this time (10s)" },
    { 0, "ascii", OPT_FLAG, &options.ascii, NULL, "bars and marks in ASCII" },
    { 0, "osc", OPT_FLAG, &options.osc, NULL,
      "show it in the terminal's tab, too (OSC 9;4)" },
    { .name = NULL },
};

static const struct opt_program program = {
    .name = "phase-view",
    .operands = "",
    .purpose = "Shows status lines, or an ActionSet, as bars on a terminal.",
    .options = table,
    .min_operands = 0,
    .max_operands = 0,
};

/* Last words of who writes to us, after a signal that was for all of us. */
enum { LAST_WORDS_MS = 1000 };

struct job {
    struct clock clock, real; /* real: of what waits, whatever tests set */
    struct source source;
    struct show show;
    int signals;  /* a descriptor */
    int signal;   /* that ends us, or 0 */
    int64_t stop; /* when, on the real steady clock */
};

static bool reads_pipe(const struct job *job)
{
    struct stat input;

    return job->source.argv[0] == NULL && fstat(STDIN_FILENO, &input) == 0 &&
           (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode));
}

/* The first SIGINT leaves who writes to us the time to say how it ended. */
static void ask_to_stop(struct job *job, int number)
{
    int64_t now = clock_steady(&job->real);
    bool waits = job->signal == 0 && number != SIGHUP && reads_pipe(job);

    job->signal = number;
    job->stop = now + (waits ? LAST_WORDS_MS * (CLOCK_SECOND / 1000) : 0);
}

static void take_signals(struct job *job)
{
    int number;

    while ((number = signals_next(job->signals)) != 0) {
        if (number == SIGWINCH) {
            show_again(&job->show, false);
        } else if (number == SIGTSTP) {
            show_leave(&job->show);
            signals_stop();
        } else if (number == SIGCONT) {
            show_again(&job->show, true);
        } else {
            ask_to_stop(job, number);
        }
    }
}

static int shorter(int a, int b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* How long the signal that has come still waits. */
static int until_stop(struct job *job)
{
    int64_t left;

    if (job->signal == 0)
        return -1;
    left = job->stop - clock_steady(&job->real);
    return left > 0 ? (int)(left / (CLOCK_SECOND / 1000)) + 1 : 0;
}

/* What kubectl said when it ended, or that it has said nothing yet. */
static void remark(struct job *job)
{
    static const char first[] = "waiting for the ActionSet";
    const struct source *s = &job->source;
    const char *text = NULL;

    if (s->argv[0] == NULL)
        return;
    if (s->again && s->said[0] != '\0')
        text = s->said;
    else if (job->show.draws && job->show.board.count == 0)
        text = first;
    show_remark(&job->show, text, text != NULL ? strlen(text) : 0);
}

/* Waits for whatever comes first, and takes it. */
static void turn(struct job *job, int timeout_ms)
{
    static char bytes[64 * 1024];
    struct pollfd fds[SOURCE_FDS + 1];
    size_t n;

    timeout_ms = shorter(timeout_ms, source_wait(&job->source, fds));
    timeout_ms = shorter(timeout_ms, until_stop(job));
    fds[SOURCE_FDS] = (struct pollfd){ .fd = job->signals, .events = POLLIN };
    if (poll(fds, SOURCE_FDS + 1, timeout_ms) < 0)
        return; /* EINTR: nothing has come */
    if (fds[SOURCE_FDS].revents != 0)
        take_signals(job);
    n = source_read(&job->source, fds, bytes, sizeof bytes);
    if (n > 0)
        show_take(&job->show, bytes, n);
    remark(job);
}

/* Whether there is nothing to wait for. */
static bool is_over(struct job *job)
{
    return job->source.ended || until_stop(job) == 0 ||
           (job->source.argv[0] != NULL && board_final(&job->show.board));
}

static int judge_source(const struct source *s)
{
    if (s->error != 0) {
        errno = s->error;
        return s->argv[0] != NULL
                   ? msg_fatal_sys("unable to run kubectl")
                   : msg_fatal_sys("unable to read standard input");
    }
    if (s->useless)
        return msg_fatal(s->heard ? EXIT_SYSTEM : EXIT_USAGE, "kubectl: %.*s",
                         (int)strcspn(s->said, "\n"), s->said);
    return EXIT_DONE;
}

/* The exit code, by what was shown at last. */
static int judge(const struct job *job)
{
    const struct show *s = &job->show;
    int status = judge_source(&job->source);

    msg_passed_over("lines", REC_CEILING, s->documents.above);
    msg_passed_over("documents", DOCUMENT_MAX, s->documents.huge);
    if (s->large)
        msg_warn("a status with more than %d phases was passed over",
                 VIEWED_PHASES_MAX);
    if (s->board.dropped > 0)
        msg_warn("more than %d ActionSets came: not all are shown", BOARD_MAX);
    if (s->no_memory)
        return msg_fatal(EXIT_SYSTEM, "not all was shown: no memory");
    if (status != EXIT_DONE)
        return status;
    if (s->board.count == 0) {
        if (s->documents.strange > 0)
            msg_warn("no status came (lines that are none: %" PRIu64 ")",
                     s->documents.strange);
        else
            msg_warn("no status came");
        return EXIT_DATA;
    }
    if (!board_final(&s->board) && job->signal == 0)
        msg_warn("the input ended before the action did");
    return board_complete(&s->board) ? EXIT_DONE : EXIT_DATA;
}

static int run(struct job *job)
{
    int status;

    while (!is_over(job))
        turn(job, show_step(&job->show));
    source_close(&job->source);
    show_end(&job->show);
    show_finish(&job->show);
    status = judge(job);
    if (!show_close(&job->show))
        status = EXIT_SYSTEM;
    if (job->signal != 0)
        signals_die(job->signal);
    return status;
}

static int check_options(void)
{
    const char *option = options.namespace_ != NULL   ? "--namespace"
                         : options.context != NULL    ? "--context"
                         : options.kubeconfig != NULL ? "--kubeconfig"
                                                      : NULL;

    if (options.actionset == NULL && option != NULL)
        return msg_fatal(EXIT_USAGE, "%s: needs --actionset", option);
    if (options.actionset == NULL && isatty(STDIN_FILENO))
        return msg_fatal(EXIT_USAGE, "standard input is a terminal: give it "
                                     "status lines by a pipe, or say "
                                     "--actionset NAME");
    if (options.actionset != NULL && options.actionset[0] == '-')
        return msg_fatal(EXIT_USAGE, "--actionset: \"%s\" is no name",
                         options.actionset);
    return EXIT_DONE;
}

/* libjq has no memory, and would abort: the cursor must be seen again. */
static void no_memory(void *arg)
{
    show_no_memory();
    msg_no_memory(arg);
}

int main(int argc, char **argv)
{
    struct job job = { 0 };
    struct opt_result given;
    int status;

    start_program();
    json_no_memory(no_memory);
    if (!opt_parse(&program, argc, argv, &given))
        return given.status;
    status = check_options();
    if (status != EXIT_DONE)
        return status;
    if (!opt_clock(&job.clock))
        return EXIT_USAGE;
    (void)clock_open(&job.real, NULL);
    (void)setlocale(LC_CTYPE, ""); /* else it is the C locale */
    if (options.actionset != NULL)
        source_kubectl(&job.source, options.actionset, options.namespace_,
                       options.context, options.kubeconfig);
    else
        (void)sandbox_enter(); /* there is no kubectl to start */
    job.signals = signals_open();
    if (job.signals < 0 || !show_open(&job.show, &job.clock, options.interval,
                                      options.ascii, options.osc))
        return msg_fatal_sys("unable to start");
    if (source_open(&job.source, &job.real))
        return msg_exit_status(run(&job));
    status = errno == ENOENT
                 ? msg_fatal(EXIT_USAGE, "there is no kubectl in PATH")
                 : msg_fatal_sys("unable to run kubectl");
    (void)show_close(&job.show);
    return status;
}
