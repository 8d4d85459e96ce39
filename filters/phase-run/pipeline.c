#include "pipeline.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/child.h"
#include "base/msg.h"
#include "settings.h"

enum {
    COPY_ROOM = 1024 * 1024,
    RECORDS_ROOM = 256 * 1024,
    EVENTS_ROOM = 16 * 1024,
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

static bool reserved; /* FILTER_EVENTS is nobody's */

void pipeline_reserve(void)
{
    int fd;

    if (settings.pipeline == NULL || fcntl(FILTER_EVENTS, F_GETFD) >= 0)
        return;
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    reserved = fd == FILTER_EVENTS ||
               (fd >= 0 && dup3(fd, FILTER_EVENTS, O_CLOEXEC) >= 0);
    if (fd >= 0 && fd != FILTER_EVENTS) /* a lower one was free */
        close(fd);
}

static bool open_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) == 0)
        return true;
    msg_warn_sys("unable to begin a pipeline");
    return false;
}

/* A pipe whose writing end is a sink; the reading end, or -1. */
static int open_sink(struct sink *sink, size_t room)
{
    int ends[2];

    if (!open_pipe(ends))
        return -1;
    if (sink_open(sink, ends[1], room))
        return ends[0];
    msg_warn_sys("unable to begin a pipeline");
    close(ends[0]);
    return -1;
}

/* A pipe whose reading end is a source; the writing end, or CHILD_NULL. */
static int open_source(struct source *source)
{
    int ends[2];

    if (!open_pipe(ends))
        return CHILD_NULL;
    source->open = rec_open(&source->rec, ends[0], CUT_LF);
    if (source->open)
        return ends[1];
    msg_warn_sys("unable to begin a pipeline");
    close(ends[0]);
    close(ends[1]);
    return CHILD_NULL;
}

static void start_mover(struct pipeline *p)
{
    const char *argv[ARGS_MAX] = { NULL };
    int in = open_sink(&p->copy, COPY_ROOM);

    for (int i = 0; i < ARGS_MAX - 1 && settings.filter[i] != NULL; i++)
        argv[i] = settings.filter[i];
    if (in >= 0)
        filters_start(&p->filters, argv, in, open_source(&p->from_mover),
                      CHILD_INHERIT);
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
        argv[n++] = settings.name;
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
    int in = open_sink(&p->records, RECORDS_ROOM), ends[2];

    if (in < 0)
        return;
    agg_args(agg, true);
    if (!open_pipe(ends)) {
        close(in);
        return;
    }
    filters_start(&p->filters, agg, in, ends[1], CHILD_INHERIT);
    filters_start(&p->filters, patch, ends[0], CHILD_NULL, CHILD_INHERIT);
}

/* What the other one says is said already. */
static void start_text(struct pipeline *p)
{
    const char *agg[ARGS_MAX];
    int in = open_sink(&p->text, RECORDS_ROOM);

    agg_args(agg, false);
    if (in >= 0)
        filters_start(&p->filters, agg, in, open_source(&p->from_text),
                      settings.target != NULL ? CHILD_NULL : CHILD_INHERIT);
}

static void start_shell(struct pipeline *p)
{
    int events, in;

    if (!reserved) { /* by now it may be any of ours */
        msg_warn("unable to begin a pipeline: no descriptor for its events");
        return;
    }
    events = open_sink(&p->events, EVENTS_ROOM);
    in = events >= 0 ? open_sink(&p->copy, COPY_ROOM) : -1;
    if (in >= 0)
        filters_start_shell(&p->filters, settings.pipeline, in, events);
    else if (events >= 0)
        close(events);
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

bool pipeline_runs(const struct pipeline *p)
{
    return filters_run(&p->filters) || p->from_mover.open || p->from_text.open;
}

uint64_t pipeline_lost(const struct pipeline *p)
{
    return sink_lost(&p->copy) + sink_lost(&p->records) + sink_lost(&p->text) +
           sink_lost(&p->events);
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
    filters_kill(&p->filters);
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
