#include "box.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/shown.h"

/* What is left when the input has ended must be through by then. */
static const int64_t last_budget = 10 * CLOCK_SECOND;

/* To compile a program takes longer than to run it; its time on the processor
 * has an end of its own. */
static const int64_t compile_limit = 30 * CLOCK_SECOND;

static int64_t steady(void)
{
    struct clock real = { .set = false };

    return clock_steady(&real);
}

static void let_go(struct box *b)
{
    if (b->pid <= 0)
        return;
    close(b->to);
    close(b->from);
    b->pid = 0;
}

/* Ends the process, if it has not ended itself, since it may be well and wait
 * for us; notes the first reason: errno, 0 where it had ended. */
static void bury(struct box *b, bool late)
{
    int errnum = errno, status;

    kill(b->pid, SIGKILL); /* who has ended keeps its status */
    status = child_wait(b->pid);
    let_go(b);
    if (b->deaths++ > 0)
        return;
    if (late)
        snprintf(b->why, sizeof b->why, "it took more than %lld ms for a line",
                 (long long)(b->limit / 1000000));
    else if (errnum != 0)
        snprintf(b->why, sizeof b->why, "it cannot be asked: %s",
                 strerror(errnum));
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        snprintf(b->why, sizeof b->why, "it took too much processor time");
    else if (WIFSIGNALED(status))
        snprintf(b->why, sizeof b->why, "it crashed (%s)",
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == BOX_NO_MEMORY)
        snprintf(b->why, sizeof b->why, "it ran out of memory");
    else
        snprintf(b->why, sizeof b->why, "it ended by itself");
}

/* Moves N bytes to or from the process, until UNTIL; false where it has ended
 * (errno is 0), is late (*LATE), or the system failed. */
static bool move(struct box *b, bool to, char *bytes, size_t n, int64_t until,
                 bool *late)
{
    int fd = to ? b->to : b->from;

    while (n > 0) {
        ssize_t moved = to ? write(fd, bytes, n) : read(fd, bytes, n);

        if (moved > 0) {
            bytes += moved;
            n -= (size_t)moved;
        } else if (moved == 0 || errno == EPIPE) {
            errno = 0;
            return false;
        } else if (errno != EAGAIN && errno != EINTR) {
            return false;
        } else if (!feed_wait(b->feed, fd, to ? POLLOUT : POLLIN, until)) {
            *late = true;
            return false;
        }
    }
    return true;
}

/* Takes an answer into `answer`. */
static bool take(struct box *b, int64_t until, enum box_status *status,
                 bool *late)
{
    struct box_head head;

    buf_clear(&b->answer);
    if (!move(b, false, (char *)&head, sizeof head, until, late) ||
        head.len > BOX_ANSWER_CEILING || !buf_reserve(&b->answer, head.len) ||
        !move(b, false, b->answer.bytes, head.len, until, late))
        return false;
    b->answer.len = head.len;
    *status = head.status == BOX_ANSWERED ? BOX_ANSWERED : BOX_REFUSED;
    return true;
}

/* fork() without an exec: we have one thread. */
static bool start(struct box *b)
{
    int to[2], from[2];

    if (pipe2(to, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    if (pipe2(from, O_CLOEXEC | O_NONBLOCK) < 0) {
        close(to[0]);
        close(to[1]);
        return false;
    }
    b->pid = fork();
    if (b->pid == 0) {
        fcntl(to[0], F_SETFL, 0); /* its ends block */
        fcntl(from[1], F_SETFL, O_WRONLY);
        box_live(to[0], from[1], b->program, b->limit);
    }
    close(to[0]);
    close(from[1]);
    b->to = to[1];
    b->from = from[0];
    if (b->pid > 0)
        return true;
    close(b->to);
    close(b->from);
    b->pid = 0;
    return false;
}

static int64_t deadline(const struct box *b, int64_t ns)
{
    int64_t until = steady() + ns;

    if (b->feed != NULL && b->feed->ended &&
        until > b->feed->ended_at + last_budget)
        until = b->feed->ended_at + last_budget;
    return until;
}

/* Starts it, and waits until the program is compiled.  False where it could
 * not be started, was ended (`deaths`), or is wrong (*STATUS). */
static bool begin(struct box *b, enum box_status *status)
{
    bool late = false;

    *status = BOX_GONE;
    if (!start(b)) {
        b->deaths++;
        return false;
    }
    if (take(b, deadline(b, compile_limit), status, &late) &&
        *status == BOX_ANSWERED)
        return true;
    bury(b, late);
    return false;
}

bool box_open(struct box *b, const char *program, int64_t limit)
{
    enum box_status status;

    *b = (struct box){ .program = program,
                       .limit = limit,
                       .answer = BUF_INIT(BOX_ANSWER_CEILING) };
    if (begin(b, &status))
        return true;
    if (status == BOX_REFUSED) {
        b->deaths = 0; /* it is wrong, and has said so */
        shown(b->why, sizeof b->why, b->answer.bytes, b->answer.len);
    }
    return false;
}

void box_close(struct box *b)
{
    if (b->pid > 0) {
        pid_t pid = b->pid;

        kill(pid, SIGKILL);
        let_go(b);
        child_wait(pid);
    }
    buf_free(&b->answer);
}

enum box_status box_ask(struct box *b, const char *line, size_t len,
                        jv *answers)
{
    uint32_t n = (uint32_t)len;
    enum box_status status = BOX_DIED;
    int64_t until;
    bool late = false;

    b->refused[0] = '\0';
    if (b->pid == 0 && (b->deaths >= BOX_LIVES || !begin(b, &status)))
        return b->deaths >= BOX_LIVES ? BOX_GONE : BOX_DIED;
    until = deadline(b, b->limit);
    if (!move(b, true, (char *)&n, sizeof n, until, &late) ||
        !move(b, true, (char *)line, len, until, &late) ||
        !take(b, until, &status, &late)) {
        bury(b, late);
        return BOX_DIED;
    }
    if (status != BOX_ANSWERED) {
        shown(b->refused, sizeof b->refused, b->answer.bytes, b->answer.len);
        return status;
    }
    *answers = json_parse(b->answer.bytes, b->answer.len);
    if (jv_get_kind(*answers) == JV_KIND_ARRAY)
        return BOX_ANSWERED;
    jv_free(*answers);
    return BOX_REFUSED;
}
