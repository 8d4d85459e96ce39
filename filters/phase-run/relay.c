#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/msg.h"
#include "link.h"
#include "origin.h"
#include "relay_parts.h"
#include "settings.h"

#define STOPPED_LOOK (CLOCK_SECOND / 5)

enum { LOOK_MS = 10 };

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
    if (source->open && got == REC_ERROR)
        msg_warn_sys("unable to read what a filter prints");
    if (source->open && (got == REC_EOF || got == REC_ERROR))
        source_close(source);
}

/* --- the loop */

static bool is_idle(const struct relay *r)
{
    for (int i = 0; i < r->count; i++)
        if (!stream_over(&r->streams[i]))
            return false;
    return r->over;
}

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
    fds[SLOT_FILE] =
        (struct pollfd){ reports_notes(&r->reports, r->now), POLLIN, 0 };
}

/* Waits as poll(2) does, which refuses more places than there may be
 * descriptors, be they used or not. */
static void wait_for(struct pollfd fds[static SLOTS], int timeout)
{
    struct pollfd used[SLOTS];
    int places[SLOTS] = { 0 };
    nfds_t count = 0;

    for (int i = 0; i < SLOTS; i++)
        if (fds[i].fd >= 0) {
            places[count] = i;
            used[count++] = fds[i];
        }
    if (poll(used, count, timeout) < 0) {
        memset(used, 0, sizeof used);
        if (errno != EINTR)
            poll(NULL, 0, LOOK_MS); /* no memory, say */
    }
    for (nfds_t i = 0; i < count; i++)
        fds[places[i]].revents = used[i].revents;
}

/* For how long nothing is due, in ms; -1: until something comes. */
static int until_due(struct relay *r)
{
    int64_t next = reports_tick(&r->reports, r->now);

    if (r->stopped && r->now + STOPPED_LOOK < next)
        next = r->now + STOPPED_LOOK;
    if (r->ended && (!r->over || r->hurry) && !r->told_done &&
        r->deadline < next)
        next = r->deadline;
    if (next == JOURNAL_NEVER)
        return -1;
    return clock_poll(next - r->now + 1); /* behind it */
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
        relay_take_link(r);
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
        filters_reap(&p->filters);
}

static void run(struct relay *r)
{
    while (!is_idle(r) || !r->told_done) {
        struct pollfd fds[SLOTS];
        int timeout = until_due(r);

        for (int i = 0; i < r->count; i++)
            stream_let_insert(&r->streams[i], r->over);
        want(r, fds);
        wait_for(fds, timeout);
        r->now = clock_steady(&r->clock);
        take(r, fds);
        relay_look_at_stopped(r);
        relay_advance(r);
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
        .deadline = INT64_MAX,
        .count = start->streams->count,
    };
    r->now = clock_steady(&r->clock);
    for (int i = 0; i < r->count; i++) {
        stream_open(&r->streams[i], start->streams->in[i],
                    start->streams->out[i]);
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
    static struct relay r; /* large */
    struct buf nowhere = BUF_INIT(0);

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
                 start->file);
    run(&r);
    close_relay(&r);
    _exit(EXIT_DONE);
}
