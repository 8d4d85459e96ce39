#include "input.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

#include "base/msg.h"
#include "ending.h"
#include "kube/status.h"

/* What may lie in a pipe when a signal comes (the usual pipe-max-size). */
enum { PIPE_MOST = 1024 * 1024 };

/* write(2) to standard output, also where somebody made it non-blocking. */
static ssize_t write_some(const char *bytes, size_t n)
{
    struct pollfd ready = { .fd = STDOUT_FILENO, .events = POLLOUT };
    ssize_t written = write(STDOUT_FILENO, bytes, n);

    if (written < 0 && errno == EAGAIN)
        return poll(&ready, 1, -1) < 0 ? -1 : 0;
    return written;
}

/* The tap of --pass: what arrives goes out at once.  Unlike write_all() it
 * lets a signal end a write that hangs, since the last state must be written
 * even where nobody reads the copy. */
static void pass_on(void *arg, const char *bytes, size_t n)
{
    struct input *in = arg;

    while (n > 0 && !in->pass_lost) {
        ssize_t written = write_some(bytes, n);

        if (written >= 0) {
            bytes += written;
            n -= (size_t)written;
        } else if (errno != EINTR) {
            msg_output_lost(errno);
            in->pass_lost = true;
        } else if (ending_asked()) {
            msg_warn("nobody reads standard output: the end of what --pass "
                     "copies is lost");
            in->pass_lost = true;
        }
    }
}

bool input_open(struct input *in, bool pass)
{
    if (!rec_open(&in->rec, STDIN_FILENO, CUT_LF))
        return false;
    in->rec.tap = pass ? pass_on : NULL;
    in->rec.tap_arg = in;
    return true;
}

static void take(struct input *in, const struct record *record)
{
    size_t len = record->len;

    in->lines++;
    if (len > 0 && record->text[len - 1] == '\r') /* a terminal's newline */
        len--;
    if (!record->cut && status_maybe(record->text, len))
        in->take(in->arg, record->text, len);
}

bool input_read(struct input *in, size_t most, int timeout_ms)
{
    enum rec_status status = REC_OK;
    struct record record;

    for (size_t n = 0; n < most && status == REC_OK; n++) {
        status = rec_next(&in->rec, &record, n == 0 ? timeout_ms : 0);
        if (status == REC_OK)
            take(in, &record);
    }
    in->more = status == REC_OK;
    in->ended = status == REC_EOF || status == REC_ERROR;
    return status != REC_ERROR;
}

void input_read_rest(struct input *in)
{
    struct record record;
    size_t taken = 0;

    while (taken < PIPE_MOST &&
           rec_next(&in->rec, &record, 0) == REC_OK) { /* what came before */
        take(in, &record);
        taken += record.len + 1;
    }
}

bool input_close(struct input *in, bool found, const char *target)
{
    msg_passed_over("lines", REC_CEILING, in->rec.cut_records);
    if (in->lines > 0 && !found)
        msg_warn("no status line came (lines read: %" PRIu64 "): nothing was "
                 "written to %s",
                 in->lines, target);
    rec_close(&in->rec);
    return !in->pass_lost;
}
