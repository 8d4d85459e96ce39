#include "file.h"

#include <errno.h>
#include <string.h>

#include "base/msg.h"
#include "kube/status.h"

bool file_open(struct file_sink *f, int64_t interval)
{
    return delivery_open(&f->delivery, interval, status_good);
}

void file_take(struct file_sink *f, const char *text, size_t len)
{
    delivery_sample(&f->delivery, text, len);
}

/* Writes the newest state where it is not written yet.  False with errno set
 * where that fails, and then *STATE is what was not written. */
static bool deliver(struct file_sink *f, const struct buf **state)
{
    bool good;
    int kept;

    *state = delivery_begin(&f->delivery);
    if (*state == NULL)
        return true;
    do
        good = target_write(&f->target, (*state)->bytes, (*state)->len);
    while (!good && errno == EINTR);
    kept = errno;
    if (good)
        delivery_written(&f->delivery, clock_steady(f->clock));
    else
        delivery_failed(&f->delivery, clock_steady(f->clock));
    errno = kept;
    return good;
}

int64_t file_step(struct file_sink *f)
{
    const struct buf *state;
    int64_t due = delivery_due(&f->delivery, clock_steady(f->clock));

    if (due != 0)
        return due;
    if (!deliver(f, &state) && !f->failure_said) {
        f->failure_said = true;
        msg_warn("unable to write %s: %s; trying again", f->target.name,
                 strerror(errno));
    }
    return delivery_due(&f->delivery, clock_steady(f->clock));
}

bool file_finish(struct file_sink *f)
{
    const struct buf *state;
    char percent[STATUS_PERCENT];
    int kept;

    if (deliver(f, &state))
        return true;
    kept = errno;
    if (status_percent(state->bytes, state->len, percent)) {
        errno = kept;
        msg_fatal_sys("the last state (percentCompleted %s) was not written to "
                      "%s",
                      percent, f->target.name);
    } else {
        errno = kept;
        msg_fatal_sys("the last state was not written to %s", f->target.name);
    }
    return false;
}

bool file_found(struct file_sink *f)
{
    return samples_newest(&f->delivery.samples) != NULL;
}

void file_close(struct file_sink *f)
{
    delivery_close(&f->delivery);
}
