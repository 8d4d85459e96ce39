#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mask.h"
#include "link.h"
#include "process.h"
#include "relay_parts.h"
#include "settings.h"

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
    struct process seen;

    r->command = command;
    if (process_look(command, &seen))
        r->command_start = seen.start;
    reports_begin(&r->reports, r->now);
}

/* Whether SIGNAL has come here as well, as it has where it was sent to the
 * group.  It waits here, blocked, until it is asked for. */
static bool came_here(int signal)
{
    const struct timespec now = { 0, 0 };
    sigset_t set;

    mask_one(&set, signal);
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
        link_send(r->link, WORD_ANSWER,
                  came_here(message->value) ? message->value : -message->value);
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
    struct process seen;

    close(r->link);
    r->link = -1;
    if (r->ended)
        return;
    if (r->command > 0 && process_look(r->command, &seen) &&
        seen.start == r->command_start)
        kill(r->command, SIGKILL);
    take_end(r, SIGKILL);
}

void relay_take_link(struct relay *r)
{
    enum link_status got;
    struct message message;

    while ((got = link_receive(r->link, &message)) == LINK_MESSAGE)
        take_message(r, &message);
    if (got == LINK_END)
        lose_front(r);
}

void relay_look_at_stopped(const struct relay *r)
{
    if (r->stopped && process_stopped(r->front) && !process_stopped(r->command))
        kill(r->front, SIGCONT);
}
