#include "base/mask.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include "unit.h"

/* Which signals are in SET, the lowest the first bit. */
static uint64_t bits(const sigset_t *set)
{
    uint64_t all;

    memcpy(&all, set, sizeof all);
    return all;
}

static void one_signal_is_one_bit(void **state)
{
    (void)state;
    for (int signal = 1; signal <= 64; signal++) {
        sigset_t set, usual;

        mask_one(&set, signal);
        assert_true(bits(&set) == UINT64_C(1) << (signal - 1));
        sigemptyset(&usual);
        if (sigaddset(&usual, signal) == 0)
            assert_memory_equal(&set, &usual, 8);
    }
}

/* All but SIGKILL and SIGSTOP, which nobody can block. */
static const uint64_t blockable =
    ~(UINT64_C(1) << (SIGKILL - 1) | UINT64_C(1) << (SIGSTOP - 1));

static void every_signal_is_blocked_and_comes(void **state)
{
    static const int kept[] = { 32, 33, 34, SIGTERM };
    sigset_t all, before, now;
    int fd;

    (void)state;
    mask_all(&all);
    mask_change(SIG_SETMASK, &all, &before);
    mask_change(SIG_BLOCK, NULL, &now);
    if (getenv("PHASEPIPE_WRAP") == NULL) /* it may have its own */
        assert_true(bits(&now) == blockable);
    fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
    assert_true(fd >= 0);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct signalfd_siginfo info;

        if ((bits(&now) & UINT64_C(1) << (kept[i] - 1)) == 0)
            continue;
        assert_int_equal(kill(getpid(), kept[i]), 0);
        assert_int_equal(read(fd, &info, sizeof info), sizeof info);
        assert_int_equal(info.ssi_signo, kept[i]);
    }
    close(fd);
    mask_change(SIG_SETMASK, &before, NULL);
    mask_change(SIG_BLOCK, NULL, &now);
    assert_true(bits(&now) == bits(&before));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_signal_is_one_bit),
        cmocka_unit_test(every_signal_is_blocked_and_comes),
    };

    return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
