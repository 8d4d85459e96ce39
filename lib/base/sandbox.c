#include "base/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "base/num.h"

#if defined __x86_64__ && !defined __ILP32__
#define NATIVE AUDIT_ARCH_X86_64
#elif defined __aarch64__ && !defined __ILP32__
#define NATIVE AUDIT_ARCH_AARCH64
#endif

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef NATIVE

#define DENY      SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA)
#define DENIED(n) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (n), 0, 1), RETURN(DENY)
#define RETURN(v) BPF_STMT(BPF_RET | BPF_K, (v))
#define LOAD(m)                                                                \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, m))

/* A list of what is denied, since what the C library needs for the rest is its
 * own affair, and another one with each release. */
static struct sock_filter rules[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0),
    RETURN(DENY),
    LOAD(nr),
#ifdef __x86_64__ /* the numbers of x32 */
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    RETURN(DENY),
#endif
    DENIED(SYS_execve),
    DENIED(SYS_execveat),
#ifndef __SANITIZE_ADDRESS__ /* it looks for leaks from a process beside ours  \
                              */
    DENIED(SYS_clone),
    DENIED(SYS_ptrace),
#endif
#ifdef SYS_fork
    DENIED(SYS_fork),
    DENIED(SYS_vfork),
#endif
#ifdef SYS_clone3
    DENIED(SYS_clone3),
#endif
    DENIED(SYS_kill),
    DENIED(SYS_process_vm_readv),
    DENIED(SYS_process_vm_writev),
#ifdef SYS_pidfd_open
    DENIED(SYS_pidfd_open),
    DENIED(SYS_pidfd_send_signal),
#endif
#ifdef SYS_pidfd_getfd
    DENIED(SYS_pidfd_getfd),
#endif
    DENIED(SYS_socket),
    DENIED(SYS_socketpair),
    DENIED(SYS_connect),
    DENIED(SYS_bind),
    DENIED(SYS_listen),
    DENIED(SYS_accept),
    DENIED(SYS_accept4),
#ifdef SYS_io_uring_setup /* which can do all that by another way */
    DENIED(SYS_io_uring_setup),
    DENIED(SYS_io_uring_enter),
    DENIED(SYS_io_uring_register),
#endif
    DENIED(SYS_unshare),
    DENIED(SYS_setns),
    DENIED(SYS_mount),
    DENIED(SYS_umount2),
    DENIED(SYS_pivot_root),
    DENIED(SYS_chroot),
    DENIED(SYS_open_by_handle_at),
    DENIED(SYS_bpf),
    DENIED(SYS_perf_event_open),
    DENIED(SYS_userfaultfd),
    DENIED(SYS_add_key),
    DENIED(SYS_request_key),
    DENIED(SYS_keyctl),
    DENIED(SYS_init_module),
    DENIED(SYS_finit_module),
    DENIED(SYS_kexec_load),
    RETURN(SECCOMP_RET_ALLOW),
};

/* Whether a filter costs nothing: before Linux 5.16 it came with what slows a
 * processor down for the sake of code that nobody trusts (kernel
 * arch/x86/kernel/cpu/bugs.c, spec_store_bypass_disable and spectre_v2_user:
 * seccomp).  Then better none. */
static bool is_free(void)
{
    int64_t major = 0, minor = 0;
    struct utsname name;
    size_t n;
    char *rest;

    if (uname(&name) != 0)
        return false;
    n = strspn(name.release, "0123456789");
    rest = name.release + n + (name.release[n] != '\0');
    return num_int(name.release, n, &major) &&
           num_int(rest, strspn(rest, "0123456789"), &minor) &&
           (major > 5 || (major == 5 && minor >= 16));
}

static bool install(void)
{
    struct sock_fprog program = { .len = sizeof rules / sizeof *rules,
                                  .filter = rules };

    return is_free() &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else

static bool install(void)
{
    return false;
}

#endif

bool sandbox_enter(void)
{
    int kept = errno;
    bool good = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && install();

    errno = kept;
    return good;
}
