#include "base/msg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/utf8.h"

enum { MESSAGE_MAX = 2048 };

static const char *program = "phasepipe";
static bool message_lost;

void msg_program(const char *name)
{
    program = name;
}

/* A terminal obeys C0, DEL and the C1 controls (0xC2 0x80-0x9F in UTF-8, and
 * for some the bytes 0x80-0x9F alone); who reads a log expects UTF-8. */
static void defuse(char *text, size_t len)
{
    for (size_t i = 0, n; i < len; i += n) {
        unsigned char c = (unsigned char)text[i];

        n = utf8_length(text + i, len - i);
        if (n == 0 || c < 0x20 || c == 0x7F)
            text[i] = '?';
        else if (c == 0xC2 && (unsigned char)text[i + 1] < 0xA0)
            text[i] = text[i + 1] = '?';
        n += n == 0;
    }
}

static void write_message(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            message_lost = true;
            return;
        }
        text += n;
        len -= (size_t)n;
    }
}

static size_t clip(int printed, size_t room)
{
    if (printed < 0)
        return 0;
    return (size_t)printed < room ? (size_t)printed : room - 1;
}

__attribute__((format(printf, 3, 0))) static void
say(const char *kind, int errnum, const char *format, va_list args)
{
    char text[MESSAGE_MAX];
    size_t room = sizeof text - 1; /* for the newline */
    size_t len = clip(snprintf(text, room, "%s: %s", program, kind), room);

    len += clip(vsnprintf(text + len, room - len, format, args), room - len);
    if (errnum != 0)
        len += clip(snprintf(text + len, room - len, ": %s", strerror(errnum)),
                    room - len);
    defuse(text, len);
    text[len++] = '\n';
    write_message(text, len);
}

void msg_info(const char *format, ...)
{
    int kept = errno;
    va_list args;

    va_start(args, format);
    say("", 0, format, args);
    va_end(args);
    errno = kept;
}

void msg_warn(const char *format, ...)
{
    int kept = errno;
    va_list args;

    va_start(args, format);
    say("warning: ", 0, format, args);
    va_end(args);
    errno = kept;
}

void msg_passed_over(const char *what, int ceiling, uint64_t count)
{
    if (count > 0)
        msg_warn("%s above %d bytes were passed over: %" PRIu64, what, ceiling,
                 count);
}

void msg_warn_sys(const char *format, ...)
{
    int kept = errno;
    va_list args;

    va_start(args, format);
    say("warning: ", kept, format, args);
    va_end(args);
    errno = kept;
}

int msg_fatal(enum exit_code code, const char *format, ...)
{
    int kept = errno;
    va_list args;

    va_start(args, format);
    say("fatal: ", 0, format, args);
    va_end(args);
    errno = kept;
    return code;
}

int msg_fatal_sys(const char *format, ...)
{
    int kept = errno;
    va_list args;

    va_start(args, format);
    say("fatal: ", kept, format, args);
    va_end(args);
    errno = kept;
    return EXIT_SYSTEM;
}

void msg_output_lost(int errnum)
{
    msg_warn("unable to write standard output: %s; "
             "reading on, so that the writer is not stopped",
             strerror(errnum));
}

void msg_no_memory(void *arg)
{
    (void)arg;
    errno = ENOMEM;
    _exit(msg_fatal_sys("unable to go on"));
}

int msg_exit_status(int status)
{
    if (memory_missed()) {
        errno = ENOMEM;
        msg_warn_sys("something was left out");
    }
    if (status == EXIT_DONE && memory_missed())
        return EXIT_SYSTEM;
    return status == EXIT_DONE && message_lost ? EXIT_SYSTEM : status;
}
