#include "filters.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/msg.h"
#include "origin.h"

enum { NICER = 10 }; /* a tenth of the time, say, that the command has */

/* In the child: a group of its own, to which nothing is meant that was sent
 * before. */
static void leave_group(const struct filters *f)
{
    setpgid(0, f->group);
    for (int number = 1; number < NSIG; number++)
        origin_forget(number);
}

/* In the child: its group, and the signals as they are by default for us.  A
 * filter's life is its input's, whoever is told to stop; status-patch would
 * end. */
static void prepare_filter(void *arg)
{
    leave_group(arg);
    origin_signals(NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTTOU, SIG_IGN); /* in the background, and yet it may speak */
}

static void prepare_shell(void *arg)
{
    leave_group(arg);
    origin_signals(NULL);
    fcntl(FILTER_EVENTS, F_SETFD, 0);
}

const char *filters_find(const char *name, char path[static PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
    size_t room = slash != NULL ? (size_t)(path + PATH_MAX - slash - 1) : 0;

    if (slash == NULL || strlen(name) >= room)
        return name;
    memcpy(slash + 1, name, strlen(name) + 1);
    return access(path, X_OK) == 0 ? path : name;
}

static void start(struct filters *f, const char *name,
                  const struct child_start *how)
{
    pid_t pid = child_start(how);

    if (pid < 0) {
        msg_warn_sys("unable to run %s", name);
        return;
    }
    if (f->group == 0)
        f->group = pid;
    /* where there is too little of the processor the command comes first; but
     * for their start, for which we have waited */
    setpriority(PRIO_PGRP, (id_t)f->group,
                getpriority(PRIO_PROCESS, 0) + NICER);
    f->each[f->count++] = (struct filter){ .name = name, .pid = pid };
}

void filters_start(struct filters *f, const char **argv, int in, int out,
                   int err)
{
    char path[PATH_MAX];
    const char *name = argv[0];
    const struct child_start how = {
        .argv = argv,
        .fds = { in, out, err },
        .prepare = prepare_filter,
        .arg = f,
    };

    argv[0] = filters_find(name, path);
    start(f, name, &how);
    close(in);
    if (out >= 0)
        close(out);
}

void filters_start_shell(struct filters *f, const char *text, int in,
                         int events)
{
    const char *argv[] = { "/bin/sh", "-c", text, NULL };
    const struct child_start how = {
        .argv = argv,
        .fds = { in, STDERR_FILENO, CHILD_INHERIT },
        .prepare = prepare_shell,
        .arg = f,
    };

    /* none of ours has that number: see pipeline_reserve() */
    if (dup3(events, FILTER_EVENTS, O_CLOEXEC) < 0)
        msg_warn_sys("unable to hand over the events");
    start(f, "the pipeline", &how);
    close(FILTER_EVENTS);
    close(events);
    close(in);
}

void filters_reap(struct filters *f)
{
    for (int i = 0; i < f->count; i++) {
        struct filter *one = &f->each[i];

        if (one->pid > 0 &&
            waitpid(one->pid, &one->status, WNOHANG) == one->pid)
            one->pid = 0;
    }
}

bool filters_run(const struct filters *f)
{
    for (int i = 0; i < f->count; i++)
        if (f->each[i].pid > 0)
            return true;
    return false;
}

void filters_kill(struct filters *f)
{
    if (f->group > 0)
        kill(-f->group, SIGKILL); /* what a shell has started too */
    for (int i = 0; i < f->count; i++) {
        struct filter *one = &f->each[i];

        if (one->pid > 0) {
            kill(one->pid, SIGKILL);
            one->status = child_wait(one->pid);
            one->pid = 0;
        }
    }
}

static bool is_good(int status, bool strict)
{
    return status == 0 ||
           (!strict && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DATA);
}

void filters_blame(const struct filters *f, bool strict, struct buf *text)
{
    for (int i = 0; i < f->count; i++) {
        const struct filter *one = &f->each[i];
        char why[80];

        if (is_good(one->status, strict))
            continue;
        if (WIFSIGNALED(one->status))
            snprintf(why, sizeof why, "%s (signal %d)", one->name,
                     WTERMSIG(one->status));
        else
            snprintf(why, sizeof why, "%s (exit status %d)", one->name,
                     WEXITSTATUS(one->status));
        buf_str(text, text->len > 0 ? ", " : "");
        buf_str(text, why);
    }
}
