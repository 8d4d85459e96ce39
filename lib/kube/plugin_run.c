#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/secret.h"
#include "kube/apart.h"
#include "kube/plugin.h"

/* How often to look whether one has ended that says nothing more, or was
 * killed: both take no time as a rule. */
#define SOON (CLOCK_SECOND / 100)

/* Whether A and B, NAME=VALUE, have the same name. */
static bool same_name(const char *a, const char *b)
{
    size_t len = strcspn(a, "=");

    return strncmp(a, b, len) == 0 && b[len] == '=';
}

static bool is_among(const char *text, char *const *others)
{
    for (; *others != NULL; others++)
        if (same_name(text, *others))
            return true;
    return false;
}

static size_t count(char *const *texts)
{
    size_t n = 0;

    while (texts[n] != NULL)
        n++;
    return n;
}

/* Our environment, P's, and what it is told; of two with one name the last, as
 * in Go's os/exec.  The array is the caller's, the strings are not; NULL where
 * there is no memory. */
static char **environment_of(const struct plugin *p)
{
    char **all =
        calloc(count(environ) + count(p->environment) + 2, sizeof *all);
    size_t n = 0;

    if (all == NULL)
        return NULL;
    for (char **own = environ; *own != NULL; own++)
        if (!is_among(*own, p->environment) && !same_name(p->info, *own))
            all[n++] = *own;
    for (char **given = p->environment; *given != NULL; given++)
        if (!is_among(*given, given + 1) && !same_name(p->info, *given))
            all[n++] = *given;
    all[n] = p->info;
    return all;
}

/* In the child: a group of its own, to be killed as one, an end where we are
 * killed ourselves, and the signals that programs expect, which start.h has us
 * ignore. */
static void prepare(void *arg)
{
    (void)arg;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
}

static bool cannot_start(const struct plugin *p, struct cluster_why *why)
{
    const char *name = p->argv[0];
    bool hint = errno == ENOENT && p->install_hint != NULL;

    if (errno == ENOENT && strchr(name, '/') == NULL)
        return cluster_wrong(why, "exec plugin of %s: %s is not in PATH%s%s",
                             p->owner, name, hint ? ": " : "",
                             hint ? p->install_hint : "");
    return cluster_wrong_sys(why, "exec plugin of %s: unable to run %s: %s%s%s",
                             p->owner, name, strerror(errno), hint ? ": " : "",
                             hint ? p->install_hint : "");
}

void plugin_run_init(struct plugin_run *r)
{
    *r = (struct plugin_run){ .fd = -1, .output = BUF_INIT(PLUGIN_OUTPUT_MAX) };
}

/* Starts it with its standard output in OUT. */
static pid_t start_with(const struct plugin *p, int out)
{
    char **environment = environment_of(p);
    const struct child_start start = {
        .argv = (const char *const *)p->argv,
        .environment = environment,
        .fds = { CHILD_NULL, out, CHILD_INHERIT },
        .prepare = prepare,
    };
    pid_t pid = environment != NULL ? child_start(&start) : -1;
    int kept = errno;

    free(environment);
    errno = kept;
    return pid;
}

bool plugin_start(struct plugin_run *r, const struct plugin *p, int64_t now,
                  struct cluster_why *why)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return cannot_start(p, why);
    r->pid = -1;
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 && secret_reserve(&r->output))
        r->pid = start_with(p, ends[1]);
    if (r->pid < 0) {
        cannot_start(p, why);
        r->pid = 0;
        close(ends[0]);
    } else {
        r->plugin = p;
        r->fd = ends[0];
        r->deadline = r->check = now + p->timeout;
        r->killed = NULL;
    }
    close(ends[1]);
    return r->pid > 0;
}

static void end_output(struct plugin_run *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}

static void kill_it(struct plugin_run *r, const char *reason)
{
    kill(-r->pid, SIGKILL); /* it leads its group, also when it has ended */
    r->killed = reason;
    end_output(r);
}

/* Takes what there is of its output, until its end. */
static void take_output(struct plugin_run *r)
{
    while (r->fd >= 0) {
        size_t room = r->output.ceiling - r->output.len;
        char beyond;
        ssize_t n = room > 0
                        ? read(r->fd, r->output.bytes + r->output.len, room)
                        : read(r->fd, &beyond, 1);

        if (n > 0 && room == 0)
            kill_it(r, "it printed too much");
        else if (n > 0)
            r->output.len += (size_t)n;
        else if (n == 0)
            end_output(r);
        else if (errno == EAGAIN)
            return;
        else if (errno != EINTR)
            kill_it(r, "its output cannot be read");
    }
}

/* What became of one that has ended with the wait status STATUS. */
static bool judge(struct plugin_run *r, int status, struct plugin_reply *reply,
                  struct cluster_why *why)
{
    const struct plugin *p = r->plugin;
    const char *name = p->argv[0];

    if (r->killed != NULL)
        return cluster_wrong(why, "exec plugin of %s: %s was killed: %s",
                             p->owner, name, r->killed);
    if (WIFSIGNALED(status))
        return cluster_wrong(why,
                             "exec plugin of %s: %s was ended by signal %d",
                             p->owner, name, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return cluster_wrong(why,
                             "exec plugin of %s: %s failed with exit status %d",
                             p->owner, name, WEXITSTATUS(status));
    return plugin_reply_read_apart(reply, p, r->output.bytes, r->output.len,
                                   why);
}

enum plugin_status plugin_poll(struct plugin_run *r, int64_t now,
                               struct plugin_reply *reply,
                               struct cluster_why *why)
{
    bool good;
    int status;
    pid_t ended;

    take_output(r);
    ended = r->fd < 0 ? waitpid(r->pid, &status, WNOHANG) : 0;
    if (ended == 0) {
        if (r->killed == NULL && now >= r->deadline)
            kill_it(r, "it took too long");
        r->check = r->fd < 0 ? now + SOON : r->deadline;
        return PLUGIN_RUNNING;
    }
    r->pid = 0;
    if (ended < 0) /* somebody else waited for it */
        good = cluster_wrong_sys(why, "exec plugin of %s: %s", r->plugin->owner,
                                 strerror(errno));
    else
        good = judge(r, status, reply, why);
    secret_free(&r->output);
    return good ? PLUGIN_DONE : PLUGIN_FAILED;
}

void plugin_stop(struct plugin_run *r)
{
    if (r->pid > 0) {
        kill_it(r, "it is not needed any more");
        child_wait(r->pid);
    }
    r->pid = 0;
    secret_free(&r->output);
}
