#include "signals.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int taken[] = {
    SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH
};

int signals_open(void)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        struct sigaction was;

        if (sigaction(taken[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
            sigaddset(&set, taken[i]);
    }
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int signals_next(int fd)
{
    struct signalfd_siginfo info;

    return read(fd, &info, sizeof info) == (ssize_t)sizeof info
               ? (int)info.ssi_signo
               : 0;
}

/* The signal comes again, unblocked and with what it does by itself. */
static void suffer(int signal_)
{
    sigset_t one, before;

    sigemptyset(&one);
    sigaddset(&one, signal_);
    (void)signal(signal_, SIG_DFL);
    (void)raise(signal_);
    (void)sigprocmask(SIG_UNBLOCK, &one, &before);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}

void signals_stop(void)
{
    suffer(SIGTSTP);
}

void signals_die(int signal_)
{
    suffer(signal_);
}

void signals_prepare_child(void *unused)
{
    sigset_t none;

    (void)unused;
    sigemptyset(&none);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGXFSZ, SIG_DFL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* it has nobody else to write to */
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}
