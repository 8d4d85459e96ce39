/*
 * status-patch: status lines on standard input; the latest goes to where its
 * readers look, into an ActionSet or a file, at most once in an interval, and
 * the last one in any case.
 */
#include <errno.h>
#include <unistd.h>

#include "base/json.h"
#include "base/msg.h"
#include "base/secret.h"
#include "base/start.h"
#include "status-patch/actionset.h"
#include "status-patch/check.h"
#include "status-patch/ending.h"
#include "status-patch/file.h"
#include "status-patch/input.h"
#include "status-patch/settings.h"

struct job {
    struct clock clock;
    struct input input;
    struct settings settings;
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

/* Does all that is due; for how many ms there is nothing more to do. */
static int step(struct job *job)
{
    int64_t due = job->has_file ? file_step(&job->file) : DELIVERY_NEVER;
    int64_t other =
        job->actionset != NULL ? actionset_step(job->actionset) : WRITER_NEVER;

    if (due < 0 || (other >= 0 && other < due))
        due = other;
    return due < 0 ? -1 : clock_poll(due);
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
    bool said = false;

    while (!ending_asked() && !job->input.ended)
        if (!turn(job, step(job)) && !said) {
            fail(job, msg_fatal_sys("unable to read standard input"));
            said = true;
        }
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
    if (!input_close(&job->input, found, job->settings.target.name))
        fail(job, EXIT_SYSTEM);
    if (job->actionset != NULL)
        fail(job, actionset_close(job->actionset));
    if (job->has_file)
        file_close(&job->file);
}

static bool open_file(struct job *job)
{
    bool beside = job->settings.target.kind == TARGET_ACTIONSET;
    int64_t interval = beside || job->settings.interval < 0
                           ? CLOCK_SECOND
                           : job->settings.interval;

    job->has_file = !beside || job->settings.file != NULL;
    job->file.clock = &job->clock;
    job->file.target = job->settings.target;
    if (beside)
        job->file.target =
            (struct target){ .kind = TARGET_FILE, .name = job->settings.file };
    return !job->has_file || file_open(&job->file, interval);
}

/* Where the ActionSet cannot be written that is said, and the input is read to
 * its end all the same: nobody upstream shall suffer. */
static int run(struct job *job)
{
    job->input.take = take;
    job->input.arg = job;
    if (!input_open(&job->input, job->settings.pass) || !open_file(job) ||
        !ending_open())
        return msg_fatal_sys("unable to start");
    if (job->settings.target.kind == TARGET_ACTIONSET)
        job->actionset =
            actionset_open(&job->settings.actionset, &job->clock, &job->status);
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
    if (!opt_parse(&settings_program, argc, argv, &given))
        return given.status;
    status = settings_read(&job.settings, given.operands[0]);
    if (status != EXIT_DONE)
        return status;
    if (!opt_clock(&job.clock))
        return EXIT_USAGE;
    if (job.settings.target.kind == TARGET_ACTIONSET && !secret_process())
        return msg_fatal_sys("unable to keep secrets out of core files");
    status = job.settings.check ? check(&job.settings.actionset, &job.clock)
                                : run(&job);
    return msg_exit_status(status);
}
