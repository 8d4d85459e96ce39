/*
 * Where a secret is in a program's memory.
 *
 * Loaded in front of the C library (LD_PRELOAD) into status-patch it looks for
 * the text in the file $RESIDENT_NEEDLE, and writes to the file $RESIDENT
 *
 *     freed LIBRARY ALLOCATOR
 *                        for each block given back with the text in it, by whom
 *                        it was asked for, and by whom given back
 *     idle PLACE         where the text is when poll(2) is called, and there is
 *                        a file $RESIDENT.look, which is then deleted
 *     end PLACE          the same when the program ends
 *
 * A PLACE is the library that has asked for the memory, or the name of the
 * mapping.  Where realloc(3) is called the block always moves, which it may do
 * at any time.  The text itself is kept here in disguise.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    NEEDLE_MAX = 256,
    NEEDLE_MIN = 8,
    MASK = 0x5A,
    BLOCKS = 1 << 16, /* more than the program ever has */
    PIECE = 1 << 16,
    PATH_ROOM = 4096
};

static struct block {
    uintptr_t at;
    size_t size;
    const void *caller;
} blocks[BLOCKS];

static unsigned char needle[NEEDLE_MAX]; /* each byte ^ MASK */
static size_t needle_len;                /* 0: this program is not meant */
static uintptr_t program;                /* where it begins */
static char report_path[PATH_ROOM], look_path[PATH_ROOM];
static unsigned char piece[PIECE + NEEDLE_MAX]; /* what is looked at */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t count, size_t n);
extern void *__libc_memalign(size_t alignment, size_t n);
extern void __libc_free(void *block);

#define CALLER __builtin_return_address(0)

/* --- what is said */

static const char *library_of(const void *code)
{
    Dl_info info;
    const char *slash;

    if (dladdr(code, &info) == 0 || info.dli_fname == NULL)
        return "unknown";
    if ((uintptr_t)info.dli_fbase == program)
        return "status-patch"; /* its argv[0] is another by now */
    slash = strrchr(info.dli_fname, '/');
    return slash != NULL ? slash + 1 : info.dli_fname;
}

static void say(const char *what, const char *where, const char *by)
{
    char line[PATH_ROOM];
    int fd = (int)syscall(SYS_openat, AT_FDCWD, report_path,
                          O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    int n = snprintf(line, sizeof line, "%s %s%s%s\n", what, where,
                     *by != '\0' ? " " : "", by);

    if (fd < 0 || n < 0 || syscall(SYS_write, fd, line, (size_t)n) != n)
        abort();
    syscall(SYS_close, fd);
}

/* --- looking */

static bool is_here(const unsigned char *bytes)
{
    for (size_t i = 0; i < needle_len; i++)
        if ((bytes[i] ^ MASK) != needle[i])
            return false;
    return true;
}

/* The first place of the text within the bytes, or their end. */
static size_t find(const unsigned char *bytes, size_t at, size_t end)
{
    while (at + needle_len <= end && !is_here(bytes + at))
        at++;
    return at + needle_len <= end ? at : end;
}

static size_t slot_of(uintptr_t at)
{
    return at / 16 * 2654435761U % BLOCKS;
}

static const struct block *block_around(uintptr_t address)
{
    for (size_t i = 0; i < BLOCKS; i++)
        if (blocks[i].at != 0 && address >= blocks[i].at &&
            address < blocks[i].at + blocks[i].size)
            return &blocks[i];
    return NULL;
}

/* Says where the text is between START and END, of the mapping NAME.  What
 * cannot be read is passed over, as the kernel's own pages. */
static void search(const char *what, uintptr_t start, uintptr_t end,
                   const char *name)
{
    for (uintptr_t at = start; at < end; at += PIECE) {
        size_t n = end - at < sizeof piece ? end - at : sizeof piece;
        struct iovec to = { piece, n }, from = { (void *)at, n };
        ssize_t got = process_vm_readv(getpid(), &to, 1, &from, 1, 0);
        size_t len = got > 0 ? (size_t)got : 0, here = 0;

        while ((here = find(piece, here, len)) < len && here < PIECE) {
            const struct block *block = block_around(at + here);

            say(what, block != NULL ? library_of(block->caller) : name, "");
            here += needle_len;
        }
    }
    memset(piece, 0, sizeof piece);
}

/* Looks through all memory that the program may write. */
static void look(const char *what)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[PATH_ROOM + 128];

    if (maps == NULL)
        abort();
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long start, end;
        char mode[8];
        int at = 0;

        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %n", &start, &end, mode,
                   &at) < 3 ||
            mode[1] != 'w')
            continue;
        search(what, start, end, line[at] != '\0' ? line + at : "anonymous");
    }
    fclose(maps);
}

/* --- memory */

static void note(void *made, size_t size, const void *caller)
{
    size_t slot = slot_of((uintptr_t)made);

    if (made == NULL || needle_len == 0)
        return;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; blocks[slot].at != 0; i++) {
        if (i == BLOCKS)
            abort();
        slot = (slot + 1) % BLOCKS;
    }
    blocks[slot] = (struct block){ (uintptr_t)made, size, caller };
    pthread_mutex_unlock(&lock);
}

/* Takes it off the list, which goes on behind it. */
static void forget(void *block, const void *caller)
{
    size_t slot = slot_of((uintptr_t)block);
    struct block found = { 0 };

    if (block == NULL || needle_len == 0)
        return;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < BLOCKS && found.at == 0; i++) {
        if (blocks[slot].at == (uintptr_t)block) {
            found = blocks[slot];
            blocks[slot].at = 0;
        }
        slot = (slot + 1) % BLOCKS;
    }
    pthread_mutex_unlock(&lock);
    if (found.at != 0 && find(block, 0, found.size) < found.size)
        say("freed", library_of(found.caller), library_of(caller));
}

void *malloc(size_t n)
{
    void *made = __libc_malloc(n);

    note(made, n, CALLER);
    return made;
}

void *calloc(size_t count, size_t n)
{
    void *made = __libc_calloc(count, n);

    note(made, count * n, CALLER);
    return made;
}

void *realloc(void *old, size_t n)
{
    size_t had = old != NULL ? malloc_usable_size(old) : 0;
    void *made = __libc_malloc(n);

    if (made == NULL)
        return NULL;
    note(made, n, CALLER);
    if (old != NULL)
        memcpy(made, old, had < n ? had : n);
    forget(old, CALLER);
    __libc_free(old);
    return made;
}

int posix_memalign(void **result, size_t alignment, size_t n)
{
    void *made = __libc_memalign(alignment, n);

    if (made == NULL)
        return ENOMEM;
    note(made, n, CALLER);
    *result = made;
    return 0;
}

void free(void *block)
{
    forget(block, CALLER);
    __libc_free(block);
}

/* --- when */

int poll(struct pollfd *fds, nfds_t n, int ms)
{
    if (needle_len > 0 && access(look_path, F_OK) == 0) {
        look("idle");
        say("idle", "all", "");
        unlink(look_path);
    }
    return (int)syscall(SYS_poll, fds, n, ms);
}

/* What a child has is gone with it. */
static void be_child(void)
{
    needle_len = 0;
}

__attribute__((constructor)) static void start(void)
{
    const char *from = getenv("RESIDENT_NEEDLE"), *to = getenv("RESIDENT");
    ssize_t n;
    int fd;

    if (from == NULL || to == NULL ||
        strcmp(program_invocation_short_name, "status-patch") != 0)
        return;
    fd = open(from, O_RDONLY | O_CLOEXEC);
    n = fd >= 0 ? read(fd, needle, sizeof needle) : -1;
    close(fd);
    if (n < NEEDLE_MIN)
        abort();
    for (ssize_t i = 0; i < n; i++)
        needle[i] ^= MASK;
    snprintf(report_path, sizeof report_path, "%s", to);
    snprintf(look_path, sizeof look_path, "%s.look", to);
    needle_len = (size_t)n;
    program = getauxval(AT_PHDR) & ~(uintptr_t)0xFFF;
    if (pthread_atfork(NULL, NULL, be_child) != 0)
        abort();
}

__attribute__((destructor)) static void end(void)
{
    if (needle_len == 0)
        return;
    look("end");
    say("end", "all", "");
}
