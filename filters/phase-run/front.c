#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ask.h"
#include "base/child.h"
#include "base/mask.h"
#include "base/msg.h"
#include "front_parts.h"
#include "origin.h"
#include "pipeline.h"
#include "settings.h"

enum {
    CANNOT_RUN = 126,
    NOT_FOUND = 127,
    BY_SIGNAL = 128,
    LOOK_MS = 100, /* where no signal says that somebody has ended */
};

/* All that can be handed on.  The others are faults of our own. */
static bool block_signals(struct front *f)
{
    static const int own[] = {
        SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP
    };
    sigset_t set, old;

    mask_all(&set);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&set, own[i]);
    mask_change(SIG_BLOCK, &set, &old);
    f->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (f->signals < 0) {
        int kept = errno;

        mask_change(SIG_SETMASK, &old, NULL); /* they do what they do to us */
        errno = kept;
    }
    return f->signals >= 0;
}

/* --- signals */

/* After the command's end there is nobody to pass it on to: who wants the end
 * waits no longer than the budget, and who wants it again not even that. */
static void hurry(struct front *f, int signal)
{
    int64_t now = clock_steady(&f->clock);

    if (signal != SIGTERM && signal != SIGINT && signal != SIGHUP &&
        signal != SIGQUIT)
        return;
    front_tell(f, f->hurried ? WORD_NOW : WORD_HURRY, 0);
    f->give_up_at =
        front_later(f->hurried ? now : front_later(now, settings.final_budget),
                    CLOCK_SECOND);
    f->hurried = true;
}

/* To the command's group, where it leads one. */
static void send_signal(const struct front *f, int signal)
{
    bool leads = getpgid(f->command) == f->command;

    kill(leads ? -f->command : f->command, signal);
}

/* Whether a stop has come since: the group's SIGCONT is then nowhere to be seen
 * any more, and what is sent now would undo the stop. */
static bool is_overtaken(void)
{
    sigset_t set;

    setpgid(0, getpgrp()); /* see front_is_for_group() */
    sigpending(&set);
    return sigismember(&set, SIGTSTP) == 1 || sigismember(&set, SIGTTIN) == 1 ||
           sigismember(&set, SIGTTOU) == 1;
}

static void pass_on(struct front *f, const struct signalfd_siginfo *info)
{
    int signal = (int)info->ssi_signo;
    bool for_group = front_is_for_group(f, signal);

    if (f->ended) {
        hurry(f, signal);
        return;
    }
    if (signal == SIGCONT && (pid_t)info->ssi_pid == f->relay)
        return; /* it has woken us, since the command goes on */
    if (signal == SIGCONT && !for_group && is_overtaken())
        return;
    if (!for_group || getpgid(f->command) != getpgrp())
        send_signal(f, signal);
    if (signal != SIGTERM)
        return;
    front_tell(f, WORD_TERM, 0);
    if (settings.grace != NOT_ASKED && f->kill_at == INT64_MAX)
        f->kill_at = front_later(clock_steady(&f->clock), settings.grace);
}

/* The command was stopped by SIGNAL, and so are we, for whoever waits for us.
 */
static void stop_too(struct front *f, int signal)
{
    const struct sigaction plain = { .sa_handler = SIG_DFL };
    const struct timespec now = { 0, 0 };
    struct sigaction old;
    sigset_t set;

    mask_one(&set, signal);
    /* what was sent to the group waits for us too, and would stop us twice */
    if (sigtimedwait(&set, NULL, &now) == signal)
        (void)front_is_for_group(f, signal);
    front_tell(f, WORD_STOPPED, 0);
    sigaction(signal, &plain, &old);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigaction(signal, &old, NULL);
    front_tell(f, WORD_RESUMED, 0);
}

/* Waits for all that have ended: as PID 1 we are given other people's
 * children. */
static void reap(struct front *f)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
        if (pid != f->command || f->ended)
            continue;
        if (WIFSTOPPED(status)) {
            stop_too(f, WSTOPSIG(status));
            continue;
        }
        f->ended = true;
        f->status = status;
        front_tell(f, WORD_ENDED, status);
    }
}

static void take_signals(struct front *f)
{
    struct signalfd_siginfo info;

    while (read(f->signals, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGCHLD)
            reap(f);
        else
            pass_on(f, &info);
}

/* --- the command */

/* A stop that came while the command was still a copy of ours was forgotten
 * there; twice does no harm. */
static void stop_again(const struct front *f)
{
    static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
    sigset_t set;

    sigpending(&set);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        if (sigismember(&set, stops[i]) == 1)
            kill(f->command, stops[i]);
}

/* Starts it; false where it cannot be, which is said. */
static bool start_command(struct front *f, char **command)
{
    const struct child_start start = {
        .argv = (const char *const *)command,
        .fds = { f->streams.command[0], f->streams.command[1],
                 f->streams.command[2] },
        .prepare = origin_restore,
    };

    if (f->path != NULL && setenv("PHASEPIPE_PROGRESS_FILE", f->path, 1) != 0)
        msg_warn_sys("unable to set PHASEPIPE_PROGRESS_FILE");
    f->command = child_start(&start);
    if (f->command > 0) {
        stop_again(f);
        return true;
    }
    f->status = errno == ENOENT ? NOT_FOUND << 8 : CANNOT_RUN << 8;
    (void)msg_fatal_sys("unable to run %s", command[0]);
    return false;
}

/* What was opened for the command is its own now. */
static void give_up_the_rest(struct front *f)
{
    bool passes = false;

    for (int i = 0; i < f->streams.count; i++)
        passes |= f->streams.out[i] == STDOUT_FILENO;
    streams_close_command(&f->streams);
    origin_give_up(STDIN_FILENO);
    if (!passes)
        origin_give_up(STDOUT_FILENO);
    origin_release();
}

static int wait_ms(struct front *f)
{
    int64_t next = f->ended ? f->give_up_at : f->kill_at, ms;

    if (f->signals < 0)
        return LOOK_MS;
    if (next == INT64_MAX)
        return -1;
    ms = (next - clock_steady(&f->clock)) / (CLOCK_SECOND / 1000) + 1;
    return ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* Waits for the end of the command, and then of the relay's work. */
static void follow(struct front *f)
{
    while (!f->ended || (!f->done && f->link >= 0)) {
        struct pollfd fds[] = { { f->signals, POLLIN, 0 },
                                { f->link, POLLIN, 0 } };

        if (poll(fds, 2, wait_ms(f)) > 0) {
            if (fds[0].revents != 0)
                take_signals(f);
            if (fds[1].revents != 0 && f->link >= 0)
                front_take_messages(f);
        }
        if (f->signals < 0)
            reap(f);
        if (!f->ended && clock_steady(&f->clock) >= f->kill_at) {
            send_signal(f, SIGKILL);
            f->kill_at = INT64_MAX;
        }
        if (f->ended && clock_steady(&f->clock) >= f->give_up_at)
            return;
    }
}

static void watch_file(struct front *f)
{
    const char *path = settings.progress_file;

    if (path == NULL)
        return;
    f->path = progress_file_path(path);
    if (f->path == NULL || !progress_file_open(&f->file, path))
        msg_warn_sys("unable to watch %s", path);
}

/* What the start of the command needs goes before what we need: two
 * descriptors, which we keep free. */
static void reserve(int spare[2])
{
    if (pipe2(spare, O_CLOEXEC) < 0)
        spare[0] = spare[1] = -1;
}

static void give_back(const int spare[2])
{
    for (int i = 0; i < 2; i++)
        if (spare[i] >= 0)
            close(spare[i]);
}

/* The adapter's word, where the user has said none. */
static void choose_stream(void)
{
    const char *stream =
        settings.adapter != NULL ? ask_stream(settings.adapter) : NULL;

    if (stream != NULL)
        settings_parse(stream);
}

int front_run(char **command)
{
    struct front f = { .file = { .notes = -1 },
                       .signals = -1,
                       .link = -1,
                       .kill_at = INT64_MAX,
                       .give_up_at = INT64_MAX };
    int spare[2];

    pipeline_reserve();
    reserve(spare);
    watch_file(&f);
    if (!block_signals(&f))
        msg_warn_sys("unable to take signals");
    choose_stream();
    if (!streams_open(&f.streams, settings.parses))
        msg_warn_sys("unable to read what the command prints");
    front_start_relay(&f);
    if (f.link < 0) {
        msg_warn_sys("unable to watch the command");
        streams_undo(&f.streams);
    }
    give_back(spare);
    if (start_command(&f, command)) {
        front_tell(&f, WORD_STARTED, f.command);
    } else {
        f.ended = true;
        front_tell(&f, WORD_ENDED, f.status);
    }
    progress_file_close(&f.file); /* the relay has its own */
    give_up_the_rest(&f);
    follow(&f);
    free(f.path);
    return WIFSIGNALED(f.status) ? BY_SIGNAL + WTERMSIG(f.status)
                                 : WEXITSTATUS(f.status);
}
