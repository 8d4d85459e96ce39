/*
 * Messages: the one place that writes sentences to standard error, and the
 * exit codes that go with them.
 *
 * Only programs (filters/) and the option parser call this module; the rest
 * of lib/ returns errors.  Every message is one line, "PROGRAM: text\n",
 * written by one write(2); control characters in it, and bytes that are no
 * UTF-8, come out as "?", so that a file name cannot move the cursor of whoever
 * reads the log.  errno is kept.
 */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include <stdbool.h>
#include <stdint.h>

enum exit_code {
    EXIT_DONE = 0,     /* done */
    EXIT_DATA = 1,     /* the data says no: the backup failed */
    EXIT_USAGE = 100,  /* wrong usage or configuration: a retry is useless */
    EXIT_BUG = 101,    /* this cannot happen */
    EXIT_SYSTEM = 111, /* system or network failed: a retry may help */
};

/* Sets the program's name, which must outlive all messages. */
void msg_program(const char *name);

/* Says something in a plain line. */
void msg_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says "warning: ...". */
void msg_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says "warning: ...: strerror(errno)". */
void msg_warn_sys(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Says "fatal: ..." and returns CODE, for `return msg_fatal(...)` in main. */
int msg_fatal(enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says "fatal: ...: strerror(errno)" and returns EXIT_SYSTEM. */
int msg_fatal_sys(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Warns that COUNT of WHAT ("lines") above CEILING bytes were passed over,
 * unless there were none. */
void msg_passed_over(const char *what, int ceiling, uint64_t count);

/* Says once that standard output is lost; the shape of out.h's on_loss. */
void msg_output_lost(int errnum);

/* Says that there is no memory and ends the process at once with EXIT_SYSTEM,
 * for json_no_memory(); what standard output still holds back is lost. */
void msg_no_memory(void *arg) __attribute__((noreturn));

/* The exit status of a program: STATUS, or EXIT_SYSTEM where STATUS is 0 but a
 * message could not be written, or memory was missing (memory.h).  The latter
 * is said in any case. */
int msg_exit_status(int status);

#endif
