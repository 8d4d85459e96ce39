/*
 * phase-metrics: status lines, or ActionSets as kubectl prints them, to a file
 * of metrics for the textfile collector of Prometheus' node_exporter.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/out.h"
#include "base/rec.h"
#include "base/sandbox.h"
#include "base/start.h"
#include "phase-metrics/follow.h"
#include "phase-metrics/metrics.h"

static struct {
    const char *task;
    int64_t interval;
    bool pass, metrics;
} options = { .interval = 15 * CLOCK_SECOND };

static const struct opt table[] = {
    { 'i', "interval", OPT_DURATION, &options.interval, "DURATION",
      "write at most once in this time (15s)" },
    { 'm', "metrics", OPT_FLAG, &options.metrics, NULL,
      "print the table of the metrics" },
    { 'p', "pass", OPT_FLAG, &options.pass, NULL,
      "copy the input, unchanged, to standard output" },
    { 't', "task", OPT_TEXT, &options.task, "NAME",
      "the label task (FILE's name without .prom)" },
    { .name = NULL },
};

static const struct opt_program program = {
    .name = "phase-metrics",
    .operands = "FILE",
    .purpose = "Keeps metrics of the latest status in FILE, for Prometheus.",
    .options = table,
    .min_operands = 0,
    .max_operands = 1,
};

/* While nothing changes FILE is written all the same, so that its time says
 * whether somebody still watches. */
#define HEARTBEAT (60 * CLOCK_SECOND)

struct job {
    const char *path;
    enum { REPLACED, WRITTEN, TO_OUTPUT, TO_ERRORS } way; /* to FILE */
    char task[256];
    struct clock clock;
    struct follow follow;
    struct out pass;
    bool ended, tried, failure_said, more_said;
    int64_t written; /* when it was tried, on the steady clock */
    int status;      /* of what has failed so far */
};

static void fail(struct job *job, int status)
{
    if (job->status == EXIT_DONE)
        job->status = status;
}

static bool put_text(const struct job *job, const struct buf *text, bool last)
{
    switch (job->way) {
    case TO_OUTPUT:
        return write_all(STDOUT_FILENO, text->bytes, text->len);
    case TO_ERRORS:
        return write_all(STDERR_FILENO, text->bytes, text->len);
    case WRITTEN:
        return file_write(job->path, text->bytes, text->len);
    default:
        return last ? file_replace(job->path, text->bytes, text->len)
                    : file_replace_soon(job->path, text->bytes, text->len);
    }
}

/* Puts the metrics where they belong.  False with errno set. */
static bool put(struct job *job, bool last)
{
    struct buf text = BUF_INIT(METRICS_MAX);
    struct metrics m = { .task = job->task,
                         .board = &job->follow.board,
                         .following = !last,
                         .success = job->follow.success };
    bool good = metrics_put(&text, &m);

    errno = good ? 0 : ENOMEM;
    good = good && put_text(job, &text, last);
    buf_free(&text);
    if (m.more && !job->more_said) {
        job->more_said = true;
        msg_warn("there are more phases than metrics are written of");
    }
    return good;
}

/* When the next write is due, on the steady clock; -1: nothing is known. */
static int64_t due(const struct job *job)
{
    int64_t wait = HEARTBEAT;

    if (job->way != REPLACED)
        return -1; /* but at the end */
    if (!job->tried)
        return job->follow.changed ? 0 : -1;
    if (job->follow.changed || options.interval > wait)
        wait = options.interval;
    return job->written + wait;
}

/* Writes what is due; for how many ms nothing else is, or -1. */
static int step(struct job *job)
{
    int64_t now = clock_steady(&job->clock), at = due(job);

    if (at >= 0 && now >= at) {
        follow_read(&job->follow);
        job->tried = true;
        job->written = now;
        job->follow.changed = !put(job, false);
        if (job->follow.changed && !job->failure_said) {
            job->failure_said = true;
            msg_warn("unable to write %s: %s; trying again", job->path,
                     strerror(errno));
        }
        at = due(job);
    }
    if (at < 0)
        return -1;
    return at > now ? clock_poll(at - now) : 1;
}

static void read_some(struct job *job)
{
    static char bytes[64 * 1024];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n < 0)
        fail(job, msg_fatal_sys("unable to read standard input"));
    job->ended = n <= 0;
    if (n <= 0)
        return;
    if (options.pass) {
        out_write(&job->pass, bytes, (size_t)n);
        out_flush(&job->pass);
    }
    follow_take(&job->follow, bytes, (size_t)n);
}

/* Takes what comes until it ends. */
static void follow(struct job *job)
{
    while (!job->ended) {
        struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

        if (poll(&input, 1, step(job)) > 0)
            read_some(job);
    }
    follow_end(&job->follow);
}

/* Writes the last state, and says what was not taken. */
static void finish(struct job *job)
{
    const struct follow *f = &job->follow;

    if (f->statuses > 0 && !put(job, true))
        fail(job,
             msg_fatal_sys("the last state was not written to %s", job->path));
    msg_passed_over("lines", REC_CEILING, f->documents.above);
    msg_passed_over("documents", DOCUMENT_MAX, f->documents.huge);
    if (f->statuses == 0 && f->documents.strange > 0)
        msg_warn("no status came (lines that are none: %" PRIu64 ")",
                 f->documents.strange);
    if (f->large)
        msg_warn("a status with more than %d phases was passed over",
                 VIEWED_PHASES_MAX);
    if (f->board.dropped > 0)
        msg_warn("more than %d ActionSets run: not all are written", BOARD_MAX);
    if (f->no_memory)
        fail(job, msg_fatal(EXIT_SYSTEM, "not all was written: no memory"));
    if (options.pass && !out_close(&job->pass))
        fail(job, EXIT_SYSTEM);
    follow_close(&job->follow);
}

/* What an earlier run has left. */
static void read_past(struct job *job)
{
    struct buf text = BUF_INIT(METRICS_MAX);

    if (job->way == REPLACED && file_read(job->path, &text))
        job->follow.success = metrics_success(text.bytes, text.len, job->task);
    buf_free(&text);
}

/* How PATH is written.  By its name /dev/stdout is what standard output leads
 * to, perhaps a log, in whose place nothing may be put. */
static void find_way(struct job *job, const char *path)
{
    struct stat file;

    job->path = path;
    if (strcmp(path, "-") == 0 || file_is_open(path, STDOUT_FILENO))
        job->way = TO_OUTPUT;
    else if (file_is_open(path, STDERR_FILENO))
        job->way = TO_ERRORS;
    else if (stat(path, &file) == 0 && !S_ISREG(file.st_mode))
        job->way = WRITTEN;
}

/* The label task, and what is wrong with FILE. */
static int read_operand(struct job *job, const char *path)
{
    static const char suffix[] = ".prom";
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    size_t len = strlen(name), cut = sizeof suffix - 1;
    bool is_prom = len >= cut && strcmp(name + len - cut, suffix) == 0;

    find_way(job, path);
    if (len == 0)
        return msg_fatal(EXIT_USAGE, "FILE \"%s\" names no file", path);
    if (job->way == TO_OUTPUT && options.pass)
        return msg_fatal(EXIT_USAGE, "--pass: standard output is FILE");
    if (!file_replaceable(path) && errno == EISDIR)
        return msg_fatal(EXIT_USAGE, "FILE \"%s\" is a directory", path);
    if (job->way == REPLACED && !is_prom) {
        msg_warn("node_exporter reads no %s: its name does not end in .prom",
                 path);
    }
    if (options.task != NULL) {
        name = options.task;
        len = strlen(name);
    } else if (is_prom) {
        len -= cut;
    }
    if (len >= sizeof job->task)
        len = sizeof job->task - 1;
    memcpy(job->task, name, len);
    job->task[len] = '\0';
    return EXIT_DONE;
}

static int print_table(void)
{
    struct buf b = BUF_INIT(64 * 1024);
    bool written;

    metrics_put_table(&b);
    written = !b.failed && write_all(STDOUT_FILENO, b.bytes, b.len);
    buf_free(&b);
    return written ? 0 : msg_fatal_sys("unable to write standard output");
}

int main(int argc, char **argv)
{
    struct job job = { 0 };
    struct opt_result given;
    int status;

    start_filter();
    json_no_memory(msg_no_memory);
    if (!opt_parse(&program, argc, argv, &given))
        return given.status;
    if (options.metrics)
        return msg_exit_status(print_table());
    if (given.count == 0)
        return msg_fatal(EXIT_USAGE,
                         "FILE is missing (see phase-metrics --help)");
    status = read_operand(&job, given.operands[0]);
    if (status != EXIT_DONE)
        return status;
    if (!opt_clock(&job.clock))
        return EXIT_USAGE;
    if (options.pass && !out_open(&job.pass, STDOUT_FILENO, msg_output_lost))
        return msg_fatal_sys("unable to start");
    follow_open(&job.follow, &job.clock);
    read_past(&job);
    (void)sandbox_enter();
    follow(&job);
    finish(&job);
    return msg_exit_status(job.status);
}
