#include "ending.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t asked; /* a signal asked for the end */
static volatile sig_atomic_t late;  /* ... a second ago, or longer */
static int wake[2];                 /* a pipe, written to by the handler */

/* No signal is ever blocked, so that one can end a write that hangs: any that
 * comes when the first has had its second.  (timeout(1) and others send one
 * twice at once.)  The alarm goes on ringing, for a wait or a write that began
 * just after somebody had looked at `asked`. */
static void on_signal(int number)
{
    int kept = errno;

    if (number == SIGALRM) {
        late = 1;
    } else if (late) {
        signal(number, SIG_DFL);
        raise(number); /* taken when this function returns */
    }
    if (!asked || number == SIGALRM)
        alarm(1);
    asked = 1;
    if (write(wake[1], "", 1) < 0) /* it is full of those before */
        errno = kept;
    errno = kept;
}

bool ending_open(void)
{
    static const int ends[] = { SIGTERM, SIGINT, SIGHUP };
    const struct sigaction action = { .sa_handler = on_signal };
    struct sigaction old;

    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(ends[i], &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    return true;
}

bool ending_asked(void)
{
    return asked;
}

int ending_fd(void)
{
    return wake[0];
}
