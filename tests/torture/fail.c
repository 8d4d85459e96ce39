/*
 * Makes one call of a program fail.
 *
 * Loaded in front of the C library (LD_PRELOAD) it counts the calls of each
 * kind that the program makes, those of its libraries included, and fails the
 * one that the file $TORTURE asks for.  tests/torture/run writes that file; all
 * processes of a run share it.  Other programs are left alone.
 *
 * What the C library does by itself is not seen, but for its allocations.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind {
    kind_alloc,
    kind_read,
    kind_write,
    kind_recv,
    kind_send,
    kind_poll,
    kind_fork,
    kind_exec,
    kind_wait,
    kind_pipe,
    kind_open,
    kind_stat,
    kind_rename,
    kind_unlink,
    kind_fsync,
    kind_close,
    kind_mode,
    kind_lock,
    kind_map,
    kind_socket,
    kind_connect,
    kind_dup,
    kind_signals,
    kind_watch,
    kind_limit,
    kind_random,
    kind_tee,
    kind_splice,
    KINDS
};

static const char *const names[KINDS] = {
    [kind_alloc] = "alloc",     [kind_read] = "read",
    [kind_write] = "write",     [kind_recv] = "recv",
    [kind_send] = "send",       [kind_poll] = "poll",
    [kind_fork] = "fork",       [kind_exec] = "exec",
    [kind_wait] = "wait",       [kind_pipe] = "pipe",
    [kind_open] = "open",       [kind_stat] = "stat",
    [kind_rename] = "rename",   [kind_unlink] = "unlink",
    [kind_fsync] = "fsync",     [kind_close] = "close",
    [kind_mode] = "mode",       [kind_lock] = "lock",
    [kind_map] = "map",         [kind_socket] = "socket",
    [kind_connect] = "connect", [kind_dup] = "dup",
    [kind_signals] = "signals", [kind_watch] = "watch",
    [kind_limit] = "limit",     [kind_random] = "random",
    [kind_tee] = "tee",         [kind_splice] = "splice",
};

enum { NAME_ROOM = 32 };

/* As tests/torture/run writes and reads it. */
struct plan {
    char program[NAME_ROOM]; /* which is meant */
    int64_t nth;             /* the call that fails, from 1 on; 0: none */
    int32_t which;           /* of these */
    int32_t error;           /* with this errno; 0: it moves only one byte */
    int32_t for_good;        /* and so do all that follow */
    _Atomic int32_t fired;   /* it came so far */
    _Atomic int32_t most;    /* the highest descriptor that there was */
    int32_t kinds;           /* what follows is said by us */
    char by[NAME_ROOM];      /* the library that asked for the memory */
    char names[KINDS][NAME_ROOM];
    _Atomic int64_t counts[KINDS];
};

static struct plan *plan; /* NULL: this program is not meant */

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("TORTURE");
    struct plan *p;
    int fd;

    if (path == NULL)
        return;
    fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        abort();
    p = (struct plan *)syscall(SYS_mmap, NULL, sizeof *p,
                               PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (p == MAP_FAILED)
        abort();
    if (strcmp(p->program, program_invocation_short_name) != 0)
        return;
    p->kinds = KINDS;
    for (int i = 0; i < KINDS; i++)
        snprintf(p->names[i], NAME_ROOM, "%s", names[i]);
    plan = p;
}

/* Whether this call is the one; errno is then set. */
static bool fails(enum kind kind)
{
    int64_t count;

    if (plan == NULL)
        return false;
    count = ++plan->counts[kind];
    if ((int32_t)kind != plan->which || plan->nth == 0 || count < plan->nth ||
        (count > plan->nth && !plan->for_good))
        return false;
    plan->fired = 1;
    errno = plan->error;
    return true;
}

/* The same for memory, which the code at CALLER asks for. */
static bool starves(const void *caller)
{
    Dl_info info;
    const char *slash;

    if (!fails(kind_alloc))
        return false;
    /* that of the program is what its argv[0] is by now */
    if (plan->by[0] == '\0' && dladdr(caller, &info) != 0 &&
        info.dli_fname != NULL) {
        slash = strrchr(info.dli_fname, '/');
        snprintf(plan->by, sizeof plan->by, "%s",
                 slash != NULL ? slash + 1 : info.dli_fname);
    }
    errno = plan->error;
    return true;
}

#define CALLER __builtin_return_address(0)

/* What a call that returns FD returns. */
static int noted(int fd)
{
    if (plan != NULL && fd > plan->most)
        plan->most = fd;
    return fd;
}

static int same(int result)
{
    return result;
}

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    return found;
}

/* --- memory; dlsym() may need some */

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_realloc(void *old, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);

void *malloc(size_t n)
{
    return starves(CALLER) ? NULL : __libc_malloc(n);
}

void *calloc(size_t count, size_t n)
{
    return starves(CALLER) ? NULL : __libc_calloc(count, n);
}

void *realloc(void *old, size_t n)
{
    return starves(CALLER) ? NULL : __libc_realloc(old, n);
}

void *reallocarray(void *old, size_t count, size_t n)
{
    size_t all;

    if (__builtin_mul_overflow(count, n, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, all);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return starves(CALLER) ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **result, size_t alignment, size_t n)
{
    void *got = starves(CALLER) ? NULL : __libc_memalign(alignment, n);

    if (got == NULL)
        return ENOMEM;
    *result = got;
    return 0;
}

/* --- bytes; the error 0 makes them few */

static bool few(size_t *n)
{
    if (errno != 0)
        return false;
    *n = *n > 0;
    return true;
}

/* A pipe has no disk that could fail. */
static bool cannot_be(int fd)
{
    struct stat s;

    return errno == EIO && syscall(SYS_fstat, fd, &s) == 0 &&
           S_ISFIFO(s.st_mode);
}

#define BYTES(kind, name, params, ...)                                         \
    ssize_t name params                                                        \
    {                                                                          \
        static ssize_t(*real) params;                                          \
        int kept = errno;                                                      \
                                                                               \
        if (fails(kind_##kind) && !few(&n) && !cannot_be(fd))                  \
            return -1;                                                         \
        errno = kept;                                                          \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        return real(__VA_ARGS__);                                              \
    }

BYTES(read, read, (int fd, void *to, size_t n), fd, to, n)
BYTES(read, pread, (int fd, void *to, size_t n, off_t at), fd, to, n, at)
BYTES(recv, recv, (int fd, void *to, size_t n, int how), fd, to, n, how)
BYTES(write, write, (int fd, const void *from, size_t n), fd, from, n)
BYTES(send, send, (int fd, const void *from, size_t n, int how), fd, from, n,
      how)

/* --- all else */

#define CALL(kind, type, wrong, seen, name, params, ...)                       \
    type name params                                                           \
    {                                                                          \
        static type(*real) params;                                             \
                                                                               \
        if (fails(kind_##kind))                                                \
            return wrong;                                                      \
        if (real == NULL)                                                      \
            *(void **)&real = next(#name);                                     \
        return seen(real(__VA_ARGS__));                                        \
    }
#define PLAIN(kind, name, params, ...)                                         \
    CALL(kind, int, -1, same, name, params, __VA_ARGS__)
#define OPENS(kind, name, params, ...)                                         \
    CALL(kind, int, -1, noted, name, params, __VA_ARGS__)

PLAIN(poll, poll, (struct pollfd * fds, nfds_t n, int ms), fds, n, ms)
PLAIN(poll, ppoll,
      (struct pollfd * fds, nfds_t n, const struct timespec *ms,
       const sigset_t *mask),
      fds, n, ms, mask)
CALL(fork, pid_t, -1, same, fork, (void), )
PLAIN(exec, execve,
      (const char *path, char *const *argv, char *const *environment), path,
      argv, environment)
PLAIN(stat, stat, (const char *path, struct stat *s), path, s)
PLAIN(stat, lstat, (const char *path, struct stat *s), path, s)
PLAIN(stat, fstat, (int fd, struct stat *s), fd, s)
PLAIN(stat, fstatat, (int dir, const char *path, struct stat *s, int how), dir,
      path, s, how)
PLAIN(stat, access, (const char *path, int how), path, how)
CALL(stat, ssize_t, -1, , readlink, (const char *path, char *to, size_t n),
     path, to, n)
CALL(stat, char *, NULL, , realpath, (const char *path, char *to), path, to)
CALL(stat, char *, NULL, , getcwd, (char *to, size_t n), to, n)
CALL(stat, off_t, -1, , lseek, (int fd, off_t at, int how), fd, at, how)
PLAIN(rename, rename, (const char *from, const char *to), from, to)
PLAIN(rename, renameat,
      (int from_dir, const char *from, int to_dir, const char *to), from_dir,
      from, to_dir, to)
PLAIN(unlink, unlink, (const char *path), path)
PLAIN(unlink, unlinkat, (int dir, const char *path, int how), dir, path, how)
PLAIN(fsync, fsync, (int fd), fd)
PLAIN(fsync, fdatasync, (int fd), fd)
PLAIN(mode, fchmod, (int fd, mode_t mode), fd, mode)
PLAIN(mode, fchown, (int fd, uid_t user, gid_t group), fd, user, group)
PLAIN(mode, ftruncate, (int fd, off_t n), fd, n)
PLAIN(lock, flock, (int fd, int how), fd, how)
CALL(map, void *, MAP_FAILED, , mmap,
     (void *at, size_t n, int prot, int flags, int fd, off_t offset), at, n,
     prot, flags, fd, offset)
PLAIN(map, mprotect, (void *at, size_t n, int prot), at, n, prot)
OPENS(socket, socket, (int domain, int type, int protocol), domain, type,
      protocol)
PLAIN(socket, setsockopt,
      (int fd, int level, int name, const void *value, socklen_t n), fd, level,
      name, value, n)
PLAIN(socket, getsockopt,
      (int fd, int level, int name, void *value, socklen_t *n), fd, level, name,
      value, n)
PLAIN(connect, connect, (int fd, const struct sockaddr *to, socklen_t n), fd,
      to, n)
OPENS(dup, dup, (int fd), fd)
PLAIN(dup, dup2, (int from, int to), from, to)
PLAIN(dup, dup3, (int from, int to, int how), from, to, how)
OPENS(signals, signalfd, (int fd, const sigset_t *set, int how), fd, set, how)
OPENS(watch, inotify_init1, (int how), how)
PLAIN(watch, inotify_add_watch, (int fd, const char *path, uint32_t what), fd,
      path, what)
PLAIN(random, getentropy, (void *to, size_t n), to, n)
CALL(random, ssize_t, -1, , getrandom, (void *to, size_t n, unsigned how), to,
     n, how)
CALL(tee, ssize_t, -1, , tee, (int from, int to, size_t n, unsigned how), from,
     to, n, how)
CALL(splice, ssize_t, -1, , splice,
     (int from, off_t *from_at, int to, off_t *to_at, size_t n, unsigned how),
     from, from_at, to, to_at, n, how)
CALL(open, DIR *, NULL, , opendir, (const char *path), path)
CALL(open, FILE *, NULL, , fopen, (const char *path, const char *how), path,
     how)
CALL(open, FILE *, NULL, , fopen64, (const char *path, const char *how), path,
     how)

/* As Linux does it: the descriptor is gone in any case. */
int close(int fd)
{
    bool failed = fails(kind_close);
    int kept = errno;
    int result = (int)syscall(SYS_close, fd);

    if (!failed)
        return result;
    errno = kept;
    return -1;
}

/* One that does not wait cannot be interrupted. */
pid_t waitpid(pid_t pid, int *status, int how)
{
    if ((how & WNOHANG) == 0 && fails(kind_wait))
        return -1;
    return (pid_t)syscall(SYS_wait4, pid, status, how, NULL);
}

int pipe2(int ends[2], int how)
{
    int result;

    if (fails(kind_pipe))
        return -1;
    result = (int)syscall(SYS_pipe2, ends, how);
    if (result == 0)
        noted(ends[1]);
    return result;
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
    int result;

    if (fails(kind_socket))
        return -1;
    result = (int)syscall(SYS_socketpair, domain, type, protocol, ends);
    if (result == 0)
        noted(ends[1]);
    return result;
}

int openat(int dir, const char *path, int how, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, how);
    mode = (how & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    if (fails(kind_open))
        return -1;
    return noted((int)syscall(SYS_openat, dir, path, how, mode));
}

int open(const char *path, int how, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, how);
    mode = (how & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return openat(AT_FDCWD, path, how, mode);
}

/* That what leads to nothing else is asked may fail too: limits, what a
 * process shows of itself, flags of descriptors. */
int setrlimit(__rlimit_resource_t which, const struct rlimit *limit)
{
    if (fails(kind_limit))
        return -1;
    return (int)syscall(SYS_prlimit64, 0, which, limit, NULL);
}

int prctl(int what, ...)
{
    va_list more;
    unsigned long args[4];

    va_start(more, what);
    for (int i = 0; i < 4; i++)
        args[i] = va_arg(more, unsigned long);
    va_end(more);
    if (fails(kind_limit))
        return -1;
    return (int)syscall(SYS_prctl, what, args[0], args[1], args[2], args[3]);
}

int fcntl(int fd, int what, ...)
{
    bool copies = what == F_DUPFD_CLOEXEC || what == F_DUPFD;
    va_list more;
    void *arg;
    int result;

    va_start(more, what);
    arg = va_arg(more, void *);
    va_end(more);
    /* the other questions cannot fail: fcntl(2) */
    if (copies && fails(kind_dup))
        return -1;
    result = (int)syscall(SYS_fcntl, fd, what, arg);
    return copies ? noted(result) : result;
}
