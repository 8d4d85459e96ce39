/*
 * What every unit test includes: cmocka with what it needs before it, and a
 * way to run a function in a child whose output is kept.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Fails, naming TEXT, the row of a table that does not hold. */
#define assert_row(holds, text)                                                \
    do {                                                                       \
        if (!(holds))                                                          \
            fail_msg("\"%s\": not (%s)", (text), #holds);                      \
    } while (0)

struct child {
    int status; /* its exit code; -1 where a signal ended it */
    char out[8192], err[8192];
    size_t out_len, err_len; /* both texts are NUL-terminated */
};

/* A file without a name that holds LEN bytes, at its start. */
static inline int file_of(const char *bytes, size_t len)
{
    int fd = memfd_create("test", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static inline size_t take_file(int fd, char *text, size_t room)
{
    ssize_t n = pread(fd, text, room - 1, 0);

    assert_true(n >= 0);
    text[n] = '\0';
    close(fd);
    return (size_t)n;
}

/* Runs BODY(ARG) in a child; what it returns is the child's exit code. */
static inline void run_child(struct child *c, int (*body)(const void *),
                             const void *arg)
{
    int out = file_of("", 0), err = file_of("", 0), status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        _exit(body(arg));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    c->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    c->out_len = take_file(out, c->out, sizeof c->out);
    c->err_len = take_file(err, c->err, sizeof c->err);
}

/* Keeps records, each with its newline, for the check of all records that
 * tests make, where PHASEPIPE_RECORDS asks for that. */
static inline void keep_records(const char *bytes, size_t len)
{
    const char *directory = getenv("PHASEPIPE_RECORDS");
    char path[4096];
    int fd;

    if (directory == NULL)
        return;
    snprintf(path, sizeof path, "%s/%s-%ld", directory,
             program_invocation_short_name, (long)getpid());
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(close(fd), 0);
}

#endif
