/*
 * status-patch: status lines on standard input; the latest goes to where its
 * readers look, at most once in an interval, and the last one in any case.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/rec.h"
#include "base/start.h"
#include "kube/delivery.h"
#include "kube/status.h"
#include "kube/target.h"

/* What may lie in a pipe when a signal comes (the usual pipe-max-size). */
enum { PIPE_MOST = 1024 * 1024 };

static struct {
    int64_t interval;
    bool pass;
} options = { .interval = CLOCK_SECOND };

static const struct opt table[] = {
    { 'i', "interval", OPT_DURATION, &options.interval, "DURATION",
      "write at most once in this time (default 1s)" },
    { 'p', "pass", OPT_FLAG, &options.pass, NULL,
      "copy the input, unchanged, to standard output" },
    { .name = NULL },
};

static const struct opt_program program = {
    .name = "status-patch",
    .operands = "TARGET",
    .purpose = "Writes the latest status line to a file, or to standard output "
               "(-).",
    .options = table,
    .min_operands = 1,
    .max_operands = 1,
};

struct job {
    struct target target;
    struct delivery delivery;
    struct clock clock;
    struct rec input;
    uint64_t lines;
    bool failure_said;
    bool pass_lost;
};

static volatile sig_atomic_t stopping; /* a signal asked for the end */
static volatile sig_atomic_t late;     /* ... a second ago, or longer */

/* No signal is ever blocked, so that one can end a write that hangs: any that
 * comes when the first has had its second.  (timeout(1) and others send one
 * twice at once.)  The alarm goes on ringing, for a wait or a write that began
 * just after somebody had looked at `stopping`. */
static void on_signal(int number)
{
    if (number == SIGALRM) {
        late = 1;
    } else if (late) {
        signal(number, SIG_DFL);
        raise(number); /* taken when this function returns */
    }
    if (!stopping || number == SIGALRM)
        alarm(1);
    stopping = 1;
}

/* What was ignored when the program started stays ignored. */
static void catch_signals(void)
{
    static const int ends[] = { SIGTERM, SIGINT, SIGHUP };
    const struct sigaction action = { .sa_handler = on_signal };
    struct sigaction old;

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(ends[i], &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

/* write(2) to standard output, also where somebody made it non-blocking. */
static ssize_t write_some(const char *bytes, size_t n)
{
    struct pollfd ready = { .fd = STDOUT_FILENO, .events = POLLOUT };
    ssize_t written = write(STDOUT_FILENO, bytes, n);

    if (written < 0 && errno == EAGAIN)
        return poll(&ready, 1, -1) < 0 ? -1 : 0;
    return written;
}

/* The tap of --pass: what arrives goes out at once.  Unlike write_all() it
 * lets a signal end a write that hangs, since the last state must be written
 * even where nobody reads the copy. */
static void pass(void *arg, const char *bytes, size_t n)
{
    struct job *job = arg;

    while (n > 0 && !job->pass_lost) {
        ssize_t written = write_some(bytes, n);

        if (written >= 0) {
            bytes += written;
            n -= (size_t)written;
        } else if (errno != EINTR) {
            msg_output_lost(errno);
            job->pass_lost = true;
        } else if (stopping) {
            msg_warn("nobody reads standard output: the end of what --pass "
                     "copies is lost");
            job->pass_lost = true;
        }
    }
}

static void take(struct job *job, const struct record *record)
{
    size_t len = record->len;

    job->lines++;
    if (len > 0 && record->text[len - 1] == '\r') /* a terminal's newline */
        len--;
    if (!record->cut && status_maybe(record->text, len))
        delivery_sample(&job->delivery, record->text, len);
}

/* Writes the newest state where it is not written yet.  False with errno set
 * where that fails, and then *STATE is what was not written. */
static bool deliver(struct job *job, const struct buf **state)
{
    bool good;
    int kept;

    *state = delivery_begin(&job->delivery);
    if (*state == NULL)
        return true;
    do
        good = target_write(&job->target, (*state)->bytes, (*state)->len);
    while (!good && errno == EINTR);
    kept = errno;
    if (good)
        delivery_written(&job->delivery, clock_steady(&job->clock));
    else
        delivery_failed(&job->delivery, clock_steady(&job->clock));
    errno = kept;
    return good;
}

/* Writes what is due; for how many ms nothing else is (-1: until news). */
static int deliver_due(struct job *job)
{
    const int64_t ms = CLOCK_SECOND / 1000;
    int64_t due = delivery_due(&job->delivery, clock_steady(&job->clock));
    const struct buf *state;

    if (due == 0) {
        if (!deliver(job, &state) && !job->failure_said) {
            job->failure_said = true;
            msg_warn("unable to write %s: %s; trying again", job->target.name,
                     strerror(errno));
        }
        due = delivery_due(&job->delivery, clock_steady(&job->clock));
    }
    if (due == DELIVERY_NEVER)
        return -1;
    return due / ms < INT_MAX ? (int)((due + ms - 1) / ms) : INT_MAX;
}

/* Takes lines and writes states until the input ends or a signal comes; the
 * exit code. */
static int follow(struct job *job)
{
    struct record record;
    size_t taken = 0;

    while (!stopping) {
        enum rec_status status =
            rec_next(&job->input, &record, deliver_due(job));

        if (status == REC_OK)
            take(job, &record);
        else if (status == REC_EOF)
            return EXIT_DONE;
        else if (status == REC_ERROR)
            return msg_fatal_sys("unable to read standard input");
    }
    while (taken < PIPE_MOST &&
           rec_next(&job->input, &record, 0) == REC_OK) { /* what came before */
        take(job, &record);
        taken += record.len + 1;
    }
    return EXIT_DONE;
}

static int say_lost(const struct job *job, const struct buf *state)
{
    char percent[STATUS_PERCENT];
    int kept = errno;
    bool known = status_percent(state->bytes, state->len, percent);

    errno = kept;
    if (known)
        return msg_fatal_sys("the last state (percentCompleted %s) was not "
                             "written to %s",
                             percent, job->target.name);
    return msg_fatal_sys("the last state was not written to %s",
                         job->target.name);
}

/* Writes the last state, and says what is to be said at the end; STATUS, or
 * the exit code that it becomes. */
static int finish(struct job *job, int status)
{
    const struct buf *state;

    if (job->input.cut_records > 0)
        msg_warn("lines above %d bytes were passed over: %" PRIu64, REC_CEILING,
                 job->input.cut_records);
    if (job->lines > 0 && samples_newest(&job->delivery.samples) == NULL)
        msg_warn("no status line came (lines read: %" PRIu64 "): nothing was "
                 "written to %s",
                 job->lines, job->target.name);
    if (!deliver(job, &state))
        status = say_lost(job, state);
    if (job->pass_lost)
        status = EXIT_SYSTEM;
    rec_close(&job->input);
    delivery_close(&job->delivery);
    return msg_exit_status(status);
}

int main(int argc, char **argv)
{
    const char *fixed = getenv("PHASEPIPE_CLOCK");
    struct job job = { 0 };
    struct opt_result given;
    const char *wrong;

    start_program();
    if (!opt_parse(&program, argc, argv, &given))
        return given.status;
    wrong = target_open(&job.target, given.operands[0]);
    if (wrong != NULL)
        return msg_fatal(EXIT_USAGE, "TARGET \"%s\" %s", given.operands[0],
                         wrong);
    if (options.pass && job.target.kind == TARGET_STDOUT)
        return msg_fatal(EXIT_USAGE, "--pass: standard output is the TARGET");
    if (!clock_open(&job.clock, fixed))
        return msg_fatal(EXIT_USAGE, "PHASEPIPE_CLOCK: \"%s\" is no time",
                         fixed);
    if (!delivery_open(&job.delivery, options.interval, status_good) ||
        !rec_open(&job.input, STDIN_FILENO, CUT_LF))
        return msg_fatal_sys("unable to start");
    job.input.tap = options.pass ? pass : NULL;
    job.input.tap_arg = &job;
    catch_signals();
    return finish(&job, follow(&job));
}
