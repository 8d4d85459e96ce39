#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "signals.h"

#define PAUSE_FIRST CLOCK_SECOND
#define PAUSE_MOST  (30 * CLOCK_SECOND)

void source_kubectl(struct source *s, const char *name, const char *namespace_,
                    const char *context, const char *kubeconfig)
{
    const char *const options[][2] = { { "--namespace", namespace_ },
                                       { "--context", context },
                                       { "--kubeconfig", kubeconfig } };
    const char *const words[] = {
        "kubectl", "get",     "actionsets.cr.kanister.io", name, "-o",
        "json",    "--watch", "--output-watch-events"
    };
    size_t n = 0;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        s->argv[n++] = words[i];
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i][1] != NULL) {
            s->argv[n++] = options[i][0];
            s->argv[n++] = options[i][1];
        }
    s->argv[n] = NULL;
}

/* Starts kubectl, with its output and its errors in pipes of ours. */
static bool start(struct source *s)
{
    int out[2], err[2];
    struct child_start child = { .argv = s->argv,
                                 .fds = { CHILD_NULL },
                                 .prepare = signals_prepare_child };

    if (pipe2(out, O_CLOEXEC) < 0)
        return false;
    if (pipe2(err, O_CLOEXEC) < 0) {
        close(out[0]);
        close(out[1]);
        return false;
    }
    (void)fcntl(err[0], F_SETFL, O_NONBLOCK);
    child.fds[1] = out[1];
    child.fds[2] = err[1];
    s->pid = child_start(&child);
    close(out[1]);
    close(err[1]);
    if (s->pid < 0) {
        close(out[0]);
        close(err[0]);
        return false;
    }
    s->fd = out[0];
    s->err = err[0];
    s->heard_now = s->again = false;
    s->said[0] = '\0';
    return true;
}

bool source_open(struct source *s, struct clock *clock)
{
    s->clock = clock;
    s->fd = STDIN_FILENO;
    s->err = -1;
    s->pid = -1;
    s->pause = PAUSE_FIRST;
    return s->argv[0] == NULL || start(s);
}

int source_wait(const struct source *s, struct pollfd fds[static SOURCE_FDS])
{
    int64_t left;

    fds[0] = (struct pollfd){ .fd = s->ended ? -1 : s->fd, .events = POLLIN };
    fds[1] = (struct pollfd){ .fd = s->ended ? -1 : s->err, .events = POLLIN };
    if (!s->again || s->ended)
        return -1;
    left = s->due - clock_steady(s->clock);
    return left > 0 ? (int)(left / (CLOCK_SECOND / 1000)) + 1 : 0;
}

/* Keeps the last line of what kubectl says, or where that is long its end. */
static void hear(struct source *s, const char *bytes, size_t n)
{
    size_t len = strlen(s->said);

    for (size_t i = 0; i < n; i++) {
        bool ended = len > 0 && s->said[len - 1] == '\n';

        if (bytes[i] == '\n' && (len == 0 || ended))
            continue;
        if (ended || len + 1 == sizeof s->said)
            len = 0;
        s->said[len++] = bytes[i] != '\0' ? bytes[i] : '?';
    }
    s->said[len] = '\0';
}

/* Reads what kubectl has said; false where there may be more. */
static bool hear_all(struct source *s)
{
    char bytes[1024];
    ssize_t n = read(s->err, bytes, sizeof bytes);

    if (n > 0) {
        hear(s, bytes, (size_t)n);
        return false;
    }
    return n == 0 || errno != EINTR;
}

/* Whether asking again cannot help, by what kubectl 1.34 says: errors of the
 * server have their reason, those of its own begin with "error:". */
static bool is_useless(const char *said)
{
    static const char *const signs[] = { "(NotFound)", "(Forbidden)",
                                         "(Unauthorized)", "(BadRequest)",
                                         "(MethodNotAllowed)" };

    if (strncmp(said, "error:", 6) == 0)
        return true;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(said, signs[i]) != NULL)
            return true;
    return false;
}

/* Ends kubectl, where it has not ended; its wait status. */
static int stop(struct source *s)
{
    int status;

    close(s->fd);
    s->fd = -1;
    (void)kill(s->pid, SIGTERM);
    status = child_wait(s->pid);
    s->pid = -1;
    return status;
}

/* kubectl has closed its output.  As a rule that is its end; if not, there is
 * nothing more that we want of it. */
static void end_child(struct source *s)
{
    int status = stop(s);

    /* not until it is closed: what kubectl started may live, and have it */
    while (s->err >= 0 && !hear_all(s))
        ;
    close(s->err);
    s->err = -1;
    if (s->heard_now)
        s->pause = PAUSE_FIRST;
    s->useless = !s->heard_now && status != 0 && is_useless(s->said);
    s->ended = s->useless;
    s->again = !s->ended;
    s->due = clock_steady(s->clock) + s->pause;
    s->pause = s->pause * 2 < PAUSE_MOST ? s->pause * 2 : PAUSE_MOST;
}

static void fail(struct source *s)
{
    s->ended = true;
    s->error = errno;
}

size_t source_read(struct source *s, const struct pollfd *fds, char *bytes,
                   size_t n)
{
    ssize_t got;

    if (s->again && clock_steady(s->clock) >= s->due && !start(s))
        fail(s);
    if (fds[1].fd >= 0 && fds[1].revents != 0 && hear_all(s)) {
        close(s->err);
        s->err = -1;
    }
    if (fds[0].fd < 0 || fds[0].revents == 0)
        return 0;
    got = read(s->fd, bytes, n);
    if (got > 0) {
        s->heard = s->heard_now = true;
        return (size_t)got;
    }
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (got < 0)
        fail(s);
    else if (s->argv[0] == NULL)
        s->ended = true;
    else
        end_child(s);
    return 0;
}

void source_close(struct source *s)
{
    if (s->pid < 0)
        return;
    if (s->err >= 0)
        close(s->err);
    (void)stop(s);
}
