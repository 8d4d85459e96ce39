#include "base/mask.h"

#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    KERNEL_SET = (NSIG - 1) / CHAR_BIT, /* bytes, of what may be a longer set */
    WORD = sizeof(unsigned long) * CHAR_BIT,
};

void mask_all(sigset_t *set)
{
    memset(set, 0xff, sizeof *set);
}

void mask_one(sigset_t *set, int signal)
{
    unsigned long word = 1UL << (signal - 1) % WORD;
    size_t at = (size_t)(signal - 1) / WORD * sizeof word;

    memset(set, 0, sizeof *set);
    memcpy((char *)set + at, &word, sizeof word);
}

void mask_change(int how, const sigset_t *set, sigset_t *old)
{
    if (old != NULL)
        memset(old, 0, sizeof *old);
    (void)syscall(SYS_rt_sigprocmask, how, set, old, KERNEL_SET);
}
