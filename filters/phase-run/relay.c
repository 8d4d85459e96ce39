#include "relay.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/msg.h"
#include "link.h"
#include "origin.h"
#include "pipeline.h"
#include "reports.h"
#include "run/pick.h"
#include "settings.h"
#include "stream.h"

#define STOPPED_LOOK (CLOCK_SECOND / 5)

enum slot {
    SLOT_LINK,
    SLOT_CHILDREN,
    SLOT_IN,
    SLOT_OUT = SLOT_IN + STREAMS_MAX,
    SLOT_COPY = SLOT_OUT + STREAMS_MAX,
    SLOT_RECORDS,
    SLOT_TEXT,
    SLOT_EVENTS,
    SLOT_FROM_MOVER,
    SLOT_FROM_TEXT,
    SLOT_FILE,
    SLOTS
};

struct relay {
    struct clock clock;
    int64_t now;
    int link, children; /* the front; news of filters that end */
    struct stream streams[STREAMS_MAX];
    struct pick picks[STREAMS_MAX];
    int count;
    struct pipeline pipeline;
    struct reports reports;

    pid_t front, command;
    int command_fd; /* a pidfd, or -1 */
    bool stopped;   /* and the front with it */

    bool ended; /* the command has */
    int64_t term_at, deadline;
    bool hurry; /* the streams have no longer than the pipeline */
    bool copy_ended, events_ended, over, told_done;
};

/* --- what the front says */

static int exit_code(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The pod is killed 30 s after SIGTERM, as a rule, and we want to be done. */
static int64_t deadline_of(const struct relay *r)
{
    const int64_t pod = 28 * CLOCK_SECOND, least = 2 * CLOCK_SECOND;
    int64_t deadline, limit = r->term_at + pod;

    if (__builtin_add_overflow(r->now, settings.final_budget, &deadline))
        deadline = INT64_MAX;
    if (r->term_at == 0)
        return deadline;
    if (limit < r->now + least)
        limit = r->now + least;
    return deadline < limit ? deadline : limit;
}

static void take_end(struct relay *r, int status)
{
    if (r->ended)
        return;
    r->ended = true;
    r->stopped = false;
    r->deadline = deadline_of(r);
    for (int i = 0; i < r->count; i++)
        stream_ended(&r->streams[i]);
    reports_ended(&r->reports, exit_code(status), r->now);
}

static void take_start(struct relay *r, pid_t command)
{
    r->command = command;
    r->command_fd = (int)syscall(SYS_pidfd_open, command, 0);
    reports_begin(&r->reports, r->now);
}

/* Whether SIGNAL has come here as well, as it has where it was sent to the
 * group.  It waits here, blocked, until it is asked for. */
static bool came_here(int signal)
{
    const struct timespec now = { 0, 0 };
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    return sigtimedwait(&set, NULL, &now) == signal;
}

static void take_message(struct relay *r, const struct message *message)
{
    switch (message->word) {
    case WORD_STARTED:
        take_start(r, message->value);
        break;
    case WORD_TERM:
        if (r->term_at == 0)
            r->term_at = r->now;
        break;
    case WORD_ASK:
        link_send(r->link, WORD_ANSWER, came_here(message->value));
        break;
    case WORD_STOPPED:
        r->stopped = true;
        break;
    case WORD_RESUMED:
        r->stopped = false;
        break;
    case WORD_ENDED:
        take_end(r, message->value);
        break;
    case WORD_NOW:
        r->deadline = r->now;
        r->hurry = true;
        break;
    case WORD_HURRY:
        r->hurry = true;
        break;
    default:
        break;
    }
}

/* The front was killed by what nobody can catch.  That was meant for the
 * command, which would otherwise go on without anybody who waits for it. */
static void lose_front(struct relay *r)
{
    close(r->link);
    r->link = -1;
    if (r->ended)
        return;
    if (r->command_fd >= 0)
        syscall(SYS_pidfd_send_signal, r->command_fd, SIGKILL, NULL, 0);
    take_end(r, SIGKILL);
}

static void take_link(struct relay *r)
{
    enum link_status got;
    struct message message;

    while ((got = link_receive(r->link, &message)) == LINK_MESSAGE)
        take_message(r, &message);
    if (got == LINK_END)
        lose_front(r);
}

/* Whether process PID is stopped. */
static bool is_stopped(pid_t pid)
{
    char path[64], text[512];
    const char *end;
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    end = strrchr(text, ')'); /* of the name, which may hold anything */
    return end != NULL && end[1] == ' ' && (end[2] == 'T' || end[2] == 't');
}

/* Who continues the command alone has not thought of the front. */
static void look_at_stopped(const struct relay *r)
{
    if (r->stopped && is_stopped(r->front) && !is_stopped(r->command))
        kill(r->front, SIGCONT);
}

/* --- the copy, and what comes back */

static void see_record(void *arg, const char *line, size_t len)
{
    struct relay *r = arg;

    reports_record(&r->reports, line, len, true, r->now);
}

static void copy(struct relay *r, int i, size_t n)
{
    const struct stream *s = &r->streams[i];

    if (n == 0 || r->copy_ended)
        return;
    sink_put(&r->pipeline.copy, s->bytes + s->start, n);
    sink_flush(&r->pipeline.copy, 0);
    if (settings.filter == NULL && settings.pipeline == NULL)
        pick_bytes(&r->picks[i], s->bytes + s->start, n);
}

static void take_source(struct relay *r, struct source *source, bool text)
{
    enum rec_status got = REC_TIMEOUT;
    struct record record;

    while (source->open && (got = rec_next(&source->rec, &record, 0)) == REC_OK)
        if (text)
            reports_text(&r->reports, record.text, record.len, r->now);
        else
            reports_record(&r->reports, record.text, record.len, false, r->now);
    if (source->open && (got == REC_EOF || got == REC_ERROR))
        source_close(source);
}

/* --- the end */

static bool copy_is_whole(const struct relay *r)
{
    for (int i = 0; i < r->count; i++)
        if (r->streams[i].in >= 0 && r->streams[i].unread > 0)
            return false;
    return true;
}

static bool is_flushed(const struct relay *r)
{
    for (int i = 0; i < r->count; i++)
        if (!stream_flushed(&r->streams[i]))
            return false;
    return true;
}

/* Says once what went wrong, if anything did. */
static void say_blame(const struct relay *r, bool cut)
{
    const struct pipeline *p = &r->pipeline;
    uint64_t lost = sink_lost(&p->copy) + sink_lost(&p->records) +
                    sink_lost(&p->text) + sink_lost(&p->events);
    struct buf why = BUF_INIT(1024);

    if (cut)
        buf_str(&why, "it was not done within the final budget");
    else
        pipeline_blame(p, &why);
    if (lost > 0 && why.len > 0)
        msg_warn("the pipeline: %.*s; bytes that it did not get: %" PRIu64,
                 (int)why.len, why.bytes, lost);
    else if (lost > 0)
        msg_warn("the pipeline was too slow; bytes that it did not get: "
                 "%" PRIu64,
                 lost);
    else if (why.len > 0)
        msg_warn("the pipeline: %.*s", (int)why.len, why.bytes);
    buf_free(&why);
}

static void finish(struct relay *r, bool cut)
{
    if (cut)
        pipeline_cut(&r->pipeline);
    say_blame(r, cut);
    reports_finish(&r->reports, r->now);
    r->over = true;
}

/* After the command's end, step by step: its last words, the mover's filter,
 * the event, the status. */
static void advance(struct relay *r)
{
    bool late = r->now >= r->deadline;

    if (!r->ended)
        return;
    if (!r->copy_ended && (late || copy_is_whole(r))) {
        r->copy_ended = true;
        for (int i = 0; i < r->count; i++)
            pick_end(&r->picks[i]);
        sink_end(&r->pipeline.copy);
    }
    if (r->copy_ended && !r->events_ended &&
        (late || !r->pipeline.from_mover.open)) {
        r->events_ended = true;
        reports_end(&r->reports, r->now);
    }
    if (!r->over && r->events_ended && (late || !pipeline_runs(&r->pipeline)))
        finish(r, pipeline_runs(&r->pipeline));
}

static void tell(struct relay *r)
{
    bool late = r->hurry && r->now >= r->deadline;

    if (!r->ended || r->link < 0 || !r->over || r->told_done)
        return;
    if (late || is_flushed(r)) {
        link_send(r->link, WORD_DONE, 0);
        r->told_done = true;
    }
}

static bool is_idle(const struct relay *r)
{
    for (int i = 0; i < r->count; i++)
        if (!stream_over(&r->streams[i]))
            return false;
    return r->over;
}

/* --- the loop */

static void want(struct relay *r, struct pollfd fds[static SLOTS])
{
    struct pipeline *p = &r->pipeline;

    for (int i = 0; i < SLOTS; i++)
        fds[i] = (struct pollfd){ .fd = -1 };
    fds[SLOT_LINK] = (struct pollfd){ r->link, POLLIN, 0 };
    fds[SLOT_CHILDREN] = (struct pollfd){ r->children, POLLIN, 0 };
    for (int i = 0; i < r->count; i++)
        stream_wants(&r->streams[i], &fds[SLOT_IN + i], &fds[SLOT_OUT + i]);
    sink_wants(&p->copy, &fds[SLOT_COPY]);
    sink_wants(&p->records, &fds[SLOT_RECORDS]);
    sink_wants(&p->text, &fds[SLOT_TEXT]);
    sink_wants(&p->events, &fds[SLOT_EVENTS]);
    if (p->from_mover.open)
        fds[SLOT_FROM_MOVER] =
            (struct pollfd){ p->from_mover.rec.fd, POLLIN, 0 };
    if (p->from_text.open)
        fds[SLOT_FROM_TEXT] = (struct pollfd){ p->from_text.rec.fd, POLLIN, 0 };
    fds[SLOT_FILE] = (struct pollfd){ r->reports.file.notes, POLLIN, 0 };
}

/* For how long nothing is due, in ms; -1: until something comes. */
static int until_due(struct relay *r)
{
    int64_t next = reports_tick(&r->reports, r->now), ms;

    if (r->stopped && r->now + STOPPED_LOOK < next)
        next = r->now + STOPPED_LOOK;
    if (r->ended && (!r->over || r->hurry) && !r->told_done &&
        r->deadline < next)
        next = r->deadline;
    if (next == JOURNAL_NEVER)
        return -1;
    ms = (next - r->now) / (CLOCK_SECOND / 1000) + 1;
    return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

static void pass(struct relay *r, const struct pollfd fds[static SLOTS])
{
    for (int i = 0; i < r->count; i++) {
        struct stream *s = &r->streams[i];
        bool had_reader = s->out >= 0;

        if (fds[SLOT_OUT + i].revents != 0)
            stream_write(s, fds[SLOT_OUT + i].revents);
        if (fds[SLOT_IN + i].revents != 0 && s->in >= 0)
            copy(r, i, stream_read(s));
        if (had_reader && s->out < 0 && r->link >= 0)
            link_send(r->link, WORD_CLOSED, i);
    }
}

static void take(struct relay *r, const struct pollfd fds[static SLOTS])
{
    struct pipeline *p = &r->pipeline;
    struct signalfd_siginfo news;

    if (fds[SLOT_LINK].revents != 0)
        take_link(r);
    pass(r, fds);
    sink_flush(&p->copy, fds[SLOT_COPY].revents);
    if (fds[SLOT_FROM_MOVER].revents != 0)
        take_source(r, &p->from_mover, false);
    if (fds[SLOT_FILE].revents != 0)
        reports_look(&r->reports, false, r->now);
    sink_flush(&p->records, fds[SLOT_RECORDS].revents);
    sink_flush(&p->text, fds[SLOT_TEXT].revents);
    sink_flush(&p->events, fds[SLOT_EVENTS].revents);
    if (fds[SLOT_FROM_TEXT].revents != 0)
        take_source(r, &p->from_text, true);
    if (fds[SLOT_CHILDREN].revents != 0 &&
        read(r->children, &news, sizeof news) > 0)
        pipeline_reap(p);
}

static void run(struct relay *r)
{
    while (!is_idle(r) || (r->link >= 0 && !r->told_done)) {
        struct pollfd fds[SLOTS];
        int timeout = until_due(r);

        for (int i = 0; i < r->count; i++)
            stream_let_insert(&r->streams[i], r->over);
        want(r, fds);
        if (poll(fds, SLOTS, timeout) < 0)
            memset(fds, 0, sizeof fds);
        r->now = clock_steady(&r->clock);
        take(r, fds);
        look_at_stopped(r);
        advance(r);
        tell(r);
    }
}

/* --- the beginning */

static int open_children(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A terminal that stops who writes to it from the background (stty tostop)
 * shall stop the job as it would. */
static void let_terminal_stop(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTTOU);
    if (sigismember(&origin.mask, SIGTTOU) == 0)
        sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Keeps what is the relay's and nothing else: whoever waits for the end of a
 * descriptor shall not wait for us. */
static void give_up_the_rest(const struct streams *streams)
{
    bool passes[3] = { false };

    for (int i = 0; i < streams->count; i++)
        passes[streams->out[i]] = true;
    origin_give_up(STDIN_FILENO);
    if (!passes[STDOUT_FILENO])
        origin_give_up(STDOUT_FILENO);
    origin_release();
}

static bool open_relay(struct relay *r, const struct relay_start *start)
{
    *r = (struct relay){
        .link = start->link,
        .children = open_children(),
        .front = getppid(),
        .command_fd = -1,
        .deadline = INT64_MAX,
        .count = start->streams->count,
    };
    r->now = clock_steady(&r->clock);
    for (int i = 0; i < r->count; i++) {
        if (!stream_open(&r->streams[i], start->streams->in[i],
                         start->streams->out[i]))
            return false;
        pick_open(&r->picks[i], see_record, r);
    }
    return r->children >= 0;
}

static void close_relay(struct relay *r)
{
    for (int i = 0; i < r->count; i++) {
        stream_close(&r->streams[i]);
        pick_close(&r->picks[i]);
    }
    reports_close(&r->reports);
    pipeline_close(&r->pipeline);
}

void relay_run(const struct relay_start *start)
{
    struct buf nowhere = BUF_INIT(0);
    struct relay r;

    give_up_the_rest(start->streams);
    pipeline_reserve();
    let_terminal_stop();
    if (!open_relay(&r, start)) {
        msg_warn_sys("unable to watch the command");
        _exit(EXIT_SYSTEM);
    }
    pipeline_init(&r.pipeline);
    if (!start->plain)
        pipeline_start(&r.pipeline);
    reports_open(&r.reports, &r.pipeline,
                 r.count > 0 && !start->plain ? &r.streams[0].insert : &nowhere,
                 start->plain ? NULL : start->progress_file);
    run(&r);
    close_relay(&r);
    _exit(EXIT_DONE);
}
