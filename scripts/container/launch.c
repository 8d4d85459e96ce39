/*
 * What is under a program's name in a bundle: it starts the program proper, in
 * lib/, by the bundle's own dynamic loader, ld.so beside it, with the bundle's
 * own libraries.  So a bundle runs from any directory of any image, which may
 * have another C library or none.
 *
 * It has no library itself.  Variables that are meant for another loader would
 * be obeyed by ours, but the command that phase-run runs must have them: LD_ is
 * spelled otherwise until entry.c puts it right.
 */
#include <asm/unistd.h>
#include <linux/limits.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    WRONG_USAGE = 100,
    SYSTEM_FAILED = 111,
    WORDS = 8 /* before the first argument of the program */
};

/* Where the kernel has put argc, argv and the environment, with as many words
 * of ours below. */
void launch(char **words);

#if defined(__x86_64__)

__asm__(".globl _start\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    sub $64, %rsp\n"
        "    call launch\n"
        "    hlt\n");

static long call(long number, const void *a, const void *b, const void *c)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

__asm__(".globl _start\n"
        "_start:\n"
        "    mov x29, #0\n"
        "    mov x30, #0\n"
        "    mov x0, sp\n"
        "    sub sp, sp, #64\n"
        "    bl launch\n"
        "    brk #0\n");

static long call4(long number, long a, const void *b, const void *c,
                  const void *d)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register const void *x1 __asm__("x1") = b;
    register const void *x2 __asm__("x2") = c;
    register const void *x3 __asm__("x3") = d;

    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
                     : "memory");
    return x0;
}

static long call(long number, const void *a, const void *b, const void *c)
{
    return call4(number, (long)a, b, c, NULL);
}

#else
#error "how this architecture calls its kernel is not known here"
#endif

static long read_link(const char *path, char *target, size_t room)
{
#ifdef __NR_readlink
    return call(__NR_readlink, path, target, (const void *)room);
#else
    return call4(__NR_readlinkat, -100 /* AT_FDCWD */, path, target,
                 (const void *)room);
#endif
}

static _Noreturn void give_up(int status, const char *message)
{
    size_t n = 0;

    while (message[n] != '\0')
        n++;
    call(__NR_write, (const void *)2, message, (const void *)n);
    for (;;)
        call(__NR_exit_group, (const void *)(long)status, NULL, NULL);
}

/* DIRECTORY (N bytes), MIDDLE and NAME as one path, in PATH. */
static char *join(char *path, const char *directory, size_t n,
                  const char *middle, const char *name)
{
    size_t at = 0;

    for (; at < n; at++)
        path[at] = directory[at];
    for (; *middle != '\0' && at < PATH_MAX - 1; middle++)
        path[at++] = *middle;
    for (; *name != '\0' && at < PATH_MAX - 1; name++)
        path[at++] = *name;
    path[at] = '\0';
    return path;
}

static void hide_variables(char **environment)
{
    for (; *environment != NULL; environment++) {
        char *v = *environment;

        if (v[0] == 'L' && v[1] == 'D' && v[2] == '_')
            v[0] = '\1';
    }
}

__attribute__((used)) void launch(char **words)
{
    static char self[PATH_MAX], loader[PATH_MAX], libraries[PATH_MAX];
    static char entry[PATH_MAX], program[PATH_MAX];
    long argc = (long)words[0];
    char **environment = words + argc + 2;
    long n = read_link("/proc/self/exe", self, sizeof self - 1);
    const char **argv = (const char **)words + 2 - WORDS;
    size_t slash = 0;

    if (argc < 1)
        give_up(WRONG_USAGE, "phasepipe: fatal: no name is given\n");
    if (n <= 0)
        give_up(SYSTEM_FAILED, "phasepipe: fatal: there is no /proc\n");
    for (size_t i = 0; i < (size_t)n; i++)
        if (self[i] == '/')
            slash = i;
    hide_variables(environment);
    argv[0] = join(loader, self, slash, "/ld.so", "");
    argv[1] = "--library-path";
    argv[2] = join(libraries, self, slash, "/lib", "");
    argv[3] = "--preload";
    argv[4] = join(entry, self, slash, "/lib/entry.so", "");
    argv[6] = words[1]; /* which is where argv[7] is */
    argv[5] = "--argv0";
    argv[7] = join(program, self, slash, "/lib", self + slash);
    call(__NR_execve, loader, argv, environment);
    give_up(SYSTEM_FAILED, "phasepipe: fatal: unable to run ld.so, which "
                           "should be beside this program\n");
}
