#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/msg.h"
#include "origin.h"
#include "settings.h"

enum {
    COPY_ROOM = 1024 * 1024,
    RECORDS_ROOM = 256 * 1024,
    EVENTS_ROOM = 16 * 1024,
    EVENTS_FD = 3,
    ARGS_MAX = 20,
};

void pipeline_init(struct pipeline *p)
{
    *p = (struct pipeline){
        .copy = SINK_NONE,
        .records = SINK_NONE,
        .text = SINK_NONE,
        .events = SINK_NONE,
    };
}

void pipeline_reserve(void)
{
    int fd;

    if (settings.pipeline == NULL || fcntl(EVENTS_FD, F_GETFD) >= 0)
        return;
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fd != EVENTS_FD) { /* then a lower one was free */
        dup3(fd, EVENTS_FD, O_CLOEXEC);
        close(fd);
    }
}

/* In the child: a group of its own, to which nothing is meant that was sent
 * before. */
static void leave_group(const struct pipeline *p)
{
    setpgid(0, p->group);
    for (int number = 1; number < NSIG; number++)
        origin_forget(number);
}

/* In the child: its group, and the signals as they are by default for us.  A
 * filter's life is its input's, whoever is told to stop; status-patch would
 * end. */
static void prepare_filter(void *arg)
{
    const struct pipeline *p = arg;

    leave_group(p);
    origin_signals(NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGTTOU, SIG_IGN); /* in the background, and yet it may speak */
}

static void prepare_shell(void *arg)
{
    const struct pipeline *p = arg;

    leave_group(p);
    origin_signals(NULL);
    fcntl(EVENTS_FD, F_SETFD, 0);
}

/* Where NAME is, beside ourselves if it is there. */
static const char *find(const char *name, char path[static PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;
    size_t room = slash != NULL ? (size_t)(path + PATH_MAX - slash - 1) : 0;

    if (slash == NULL || strlen(name) >= room)
        return name;
    memcpy(slash + 1, name, strlen(name) + 1);
    return access(path, X_OK) == 0 ? path : name;
}

/* Starts ARGV between IN and OUT, which it closes; OUT may be CHILD_NULL. */
static void start(struct pipeline *p, const char **argv, int in, int out,
                  int err)
{
    char path[PATH_MAX];
    const char *name = argv[0];
    const struct child_start filter = {
        .argv = argv,
        .fds = { in, out, err },
        .prepare = prepare_filter,
        .arg = p,
    };
    pid_t pid;

    argv[0] = find(name, path);
    pid = child_start(&filter);
    if (pid < 0) {
        msg_warn_sys("unable to run %s", name);
        p->broken = true;
    } else {
        if (p->group == 0)
            p->group = pid;
        p->filters[p->count++] = (struct filter){ .name = name, .pid = pid };
    }
    close(in);
    if (out >= 0)
        close(out);
}

/* A pipe whose writing end is a sink; the reading end, or -1. */
static int open_sink(struct pipeline *p, struct sink *sink, size_t room)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == 0) {
        if (sink_open(sink, ends[1], room))
            return ends[0];
        close(ends[0]);
    }
    msg_warn_sys("unable to begin a pipeline");
    p->broken = true;
    return -1;
}

/* A pipe whose reading end is a source; the writing end, or -1. */
static int open_source(struct pipeline *p, struct source *source)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) == 0) {
        source->open = rec_open(&source->rec, ends[0], CUT_LF);
        if (source->open)
            return ends[1];
        close(ends[0]);
        close(ends[1]);
    }
    msg_warn_sys("unable to begin a pipeline");
    p->broken = true;
    return -1;
}

static void start_mover(struct pipeline *p)
{
    const char *argv[ARGS_MAX] = { NULL };
    int in, out;

    for (int i = 0; settings.filter[i] != NULL && i < ARGS_MAX - 1; i++)
        argv[i] = settings.filter[i];
    in = open_sink(p, &p->copy, COPY_ROOM);
    if (in < 0)
        return;
    out = open_source(p, &p->from_mover);
    start(p, argv, in, out >= 0 ? out : CHILD_NULL, CHILD_INHERIT);
}

/* What phase-agg is to be called with; OWN: it keeps the state. */
static void agg_args(const char *argv[static ARGS_MAX], bool own)
{
    const struct {
        const char *option, *value;
    } args[] = {
        { "--phases", settings.phases },
        { "--plan", settings.plan },
        { "--blueprint", settings.blueprint },
        { "--action", settings.owner.action },
        { "--phase", settings.owner.phase },
        { "--state", own ? settings.state : NULL },
        { "--format", own ? NULL : "text" },
    };
    int n = 0;

    argv[n++] = "phase-agg";
    if (settings.phases == NULL && settings.plan == NULL &&
        settings.blueprint == NULL) {
        argv[n++] = "--phases";
        argv[n++] =
            settings.owner.phase != NULL ? settings.owner.phase : settings.name;
    }
    for (size_t i = 0; i < sizeof args / sizeof *args; i++)
        if (args[i].value != NULL) {
            argv[n++] = args[i].option;
            argv[n++] = args[i].value;
        }
    if (settings.within_steps)
        argv[n++] = "--mover-within-steps";
    argv[n] = NULL;
}

static void start_status(struct pipeline *p)
{
    const char *agg[ARGS_MAX];
    const char *patch[] = { "status-patch", "--", settings.target, NULL };
    int in = open_sink(p, &p->records, RECORDS_ROOM), ends[2];

    if (in < 0)
        return;
    agg_args(agg, true);
    if (pipe2(ends, O_CLOEXEC) < 0) {
        msg_warn_sys("unable to begin a pipeline");
        p->broken = true;
        close(in);
        return;
    }
    start(p, agg, in, ends[1], CHILD_INHERIT);
    start(p, patch, ends[0], CHILD_NULL, CHILD_INHERIT);
}

/* What the other one says is said already. */
static void start_text(struct pipeline *p)
{
    const char *agg[ARGS_MAX];
    int in = open_sink(p, &p->text, RECORDS_ROOM), out;

    if (in < 0)
        return;
    out = open_source(p, &p->from_text);
    agg_args(agg, false);
    start(p, agg, in, out >= 0 ? out : CHILD_NULL,
          settings.target != NULL ? CHILD_NULL : CHILD_INHERIT);
}

static void start_shell(struct pipeline *p)
{
    const char *argv[] = { "/bin/sh", "-c", settings.pipeline, NULL };
    struct child_start shell = {
        .argv = argv,
        .fds = { -1, STDERR_FILENO, CHILD_INHERIT },
        .prepare = prepare_shell,
        .arg = p,
    };
    int events = open_sink(p, &p->events, EVENTS_ROOM);
    pid_t pid;

    shell.fds[0] = open_sink(p, &p->copy, COPY_ROOM);
    if (events < 0 || shell.fds[0] < 0)
        return;
    /* none of ours has that number: see pipeline_reserve() */
    if (dup3(events, EVENTS_FD, O_CLOEXEC) < 0)
        msg_warn_sys("unable to hand over the events");
    pid = child_start(&shell);
    if (pid < 0) {
        msg_warn_sys("unable to run /bin/sh");
        p->broken = true;
    } else {
        p->group = pid;
        p->filters[p->count++] =
            (struct filter){ .name = "the pipeline", .pid = pid };
    }
    close(EVENTS_FD);
    close(events);
    close(shell.fds[0]);
}

void pipeline_start(struct pipeline *p)
{
    if (settings.pipeline != NULL) {
        start_shell(p);
        return;
    }
    if (settings.filter != NULL)
        start_mover(p);
    if (settings.target != NULL)
        start_status(p);
    if (settings.log_text != NOT_ASKED)
        start_text(p);
}

void pipeline_reap(struct pipeline *p)
{
    for (int i = 0; i < p->count; i++) {
        struct filter *f = &p->filters[i];

        if (f->pid > 0 && waitpid(f->pid, &f->status, WNOHANG) == f->pid)
            f->pid = 0;
    }
}

bool pipeline_runs(const struct pipeline *p)
{
    for (int i = 0; i < p->count; i++)
        if (p->filters[i].pid > 0)
            return true;
    return p->from_mover.open || p->from_text.open;
}

void source_close(struct source *s)
{
    if (!s->open)
        return;
    close(s->rec.fd);
    rec_close(&s->rec);
    s->open = false;
}

void pipeline_cut(struct pipeline *p)
{
    sink_drop(&p->copy);
    sink_drop(&p->records);
    sink_drop(&p->text);
    sink_drop(&p->events);
    source_close(&p->from_mover);
    source_close(&p->from_text);
    if (p->group > 0)
        kill(-p->group, SIGKILL); /* what a shell has started too */
    for (int i = 0; i < p->count; i++) {
        struct filter *f = &p->filters[i];

        if (f->pid > 0) {
            kill(f->pid, SIGKILL);
            f->status = child_wait(f->pid);
            f->pid = 0;
        }
    }
}

void pipeline_blame(const struct pipeline *p, struct buf *text)
{
    for (int i = 0; i < p->count; i++) {
        const struct filter *f = &p->filters[i];
        char why[80];

        /* a filter's 1 is about the backup, which is said elsewhere */
        if (f->status == 0 ||
            (settings.pipeline == NULL && WIFEXITED(f->status) &&
             WEXITSTATUS(f->status) == EXIT_DATA))
            continue;
        if (WIFSIGNALED(f->status))
            snprintf(why, sizeof why, "%s (signal %d)", f->name,
                     WTERMSIG(f->status));
        else
            snprintf(why, sizeof why, "%s (exit status %d)", f->name,
                     WEXITSTATUS(f->status));
        buf_str(text, text->len > 0 ? ", " : "");
        buf_str(text, why);
    }
}

void pipeline_close(struct pipeline *p)
{
    sink_close(&p->copy);
    sink_close(&p->records);
    sink_close(&p->text);
    sink_close(&p->events);
    source_close(&p->from_mover);
    source_close(&p->from_text);
}
