#include "base/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/out.h"
#include "base/secret.h"

enum { PIECE = 64 * 1024 };

static void no_memory(void *arg)
{
    (void)arg;
    _exit(ENOMEM);
}

/* What the child does; its exit status is an errno, which all fit. */
static void __attribute__((noreturn))
be_child(apart_work *work, void *arg, size_t ceiling, const int ends[2])
{
    struct buf result = BUF_INIT(ceiling);
    bool before = memory_missed(), good;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(ends[0]); /* or we would be a reader of our own, who never reads */
    json_no_memory(no_memory);
    errno = 0;
    good = work(arg, &result);
    if (!before && memory_missed()) /* something was left out */
        _exit(ENOMEM);
    if (!good || result.failed)
        _exit(errno != 0 ? errno : EIO);
    good = write_all(ends[1], result.bytes, result.len);
    buf_free(&result);
    _exit(good ? 0 : errno);
}

/* Reads to the end. */
static bool read_all(int fd, struct buf *b)
{
    for (;;) {
        size_t room = b->room < PIECE ? PIECE : 2 * b->room;
        ssize_t n;

        if (b->len == b->room &&
            !secret_room(b, room < b->ceiling ? room : b->ceiling))
            return false;
        n = b->len < b->room ? read(fd, b->bytes + b->len, b->room - b->len)
                             : 0;
        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            b->len += (size_t)n;
    }
}

/* Waits for the child; 0, or the errno that it ended with. */
static int wait_for(pid_t pid)
{
    int status = child_wait(pid);

    if (status < 0)
        return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

bool apart(apart_work *work, void *arg, struct buf *result)
{
    int ends[2], errnum = 0, other;
    pid_t pid;

    secret_clear(result);
    if (pipe2(ends, O_CLOEXEC) < 0)
        return false;
    pid = fork();
    if (pid == 0)
        be_child(work, arg, result->ceiling, ends);
    if (pid < 0)
        errnum = errno;
    close(ends[1]);
    if (pid > 0 && !read_all(ends[0], result))
        errnum = errno;
    close(ends[0]); /* whoever still writes is told by SIGPIPE, or EPIPE */
    other = pid > 0 ? wait_for(pid) : 0;
    if (errnum == 0)
        errnum = other;
    if (errnum != 0)
        secret_clear(result);
    errno = errnum;
    return errnum == 0;
}
