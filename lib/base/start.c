#include "base/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static void take_closed(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
        return;
    /* open() takes the lowest number, and those below fd are taken */
    (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void start_program(void)
{
    take_closed(STDIN_FILENO);
    take_closed(STDOUT_FILENO);
    take_closed(STDERR_FILENO);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* EFBIG says it */
    signal(SIGCHLD, SIG_DFL); /* ignored, it takes exit codes away */
}

void start_filter(void)
{
    struct stat input;

    start_program();
    if (fstat(STDIN_FILENO, &input) == 0 &&
        (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode))) {
        signal(SIGINT, SIG_IGN);
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
    }
}
