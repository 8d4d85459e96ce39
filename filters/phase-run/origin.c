#include "origin.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mask.h"
#include "base/num.h"

enum { NO_LIST_MAX = 1024 }; /* descriptors, where /proc is not there */

struct origin origin;

void origin_note(void)
{
    for (int fd = 0; fd < 3; fd++)
        origin.closed[fd] = fcntl(fd, F_GETFD) < 0;
    mask_change(SIG_SETMASK, NULL, &origin.mask);
    sigaction(SIGPIPE, NULL, &origin.pipe);
    sigaction(SIGXFSZ, NULL, &origin.file_size);
    sigaction(SIGCHLD, NULL, &origin.child);
}

void origin_signals(void *unused)
{
    (void)unused;
    sigaction(SIGPIPE, &origin.pipe, NULL);
    sigaction(SIGXFSZ, &origin.file_size, NULL);
    sigaction(SIGCHLD, &origin.child, NULL);
    mask_change(SIG_SETMASK, &origin.mask, NULL);
}

void origin_forget(int signal)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct sigaction old;

    if (sigaction(signal, &ignore, &old) == 0) /* drops it */
        sigaction(signal, &old, NULL);
}

void origin_restore(void *unused)
{
    origin_forget(SIGTSTP);
    origin_forget(SIGTTIN);
    origin_forget(SIGTTOU);
    origin_signals(unused);
    for (int fd = 0; fd < 3; fd++)
        if (origin.closed[fd])
            close(fd);
}

/* What we open is close-on-exec; what was open when we were started is not. */
static void release(int fd)
{
    int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : -1;

    if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
        close(fd);
}

void origin_release(void)
{
    DIR *list = opendir("/proc/self/fd");
    const struct dirent *entry;
    int64_t fd;

    if (list == NULL) {
        for (int i = 0; i < NO_LIST_MAX; i++)
            release(i);
        return;
    }
    while ((entry = readdir(list)) != NULL)
        if (num_int(entry->d_name, strlen(entry->d_name), &fd))
            release((int)fd);
    closedir(list);
}

void origin_give_up(int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null >= 0) {
        dup2(null, fd);
        close(null);
    }
}
