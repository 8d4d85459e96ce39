#include "kube/delivery.h"

bool delivery_open(struct delivery *d, int64_t interval,
                   bool (*good)(const char *text, size_t len))
{
    *d = (struct delivery){ .interval = interval,
                            .writing = BUF_INIT(SAMPLE_ROOM),
                            .written = BUF_INIT(SAMPLE_ROOM) };
    if (samples_open(&d->samples, good) &&
        buf_reserve(&d->writing, SAMPLE_ROOM) &&
        buf_reserve(&d->written, SAMPLE_ROOM))
        return true;
    delivery_close(d);
    return false;
}

void delivery_close(struct delivery *d)
{
    samples_close(&d->samples);
    buf_free(&d->writing);
    buf_free(&d->written);
}

void delivery_sample(struct delivery *d, const char *text, size_t len)
{
    samples_add(&d->samples, text, len);
    d->waiting = true;
}

int64_t delivery_due(const struct delivery *d, int64_t now)
{
    if (!d->waiting || d->busy)
        return DELIVERY_NEVER;
    if (!d->tried || now - d->ended >= d->rest)
        return 0;
    return d->rest - (now - d->ended);
}

const struct buf *delivery_begin(struct delivery *d)
{
    const struct buf *newest = samples_newest(&d->samples);

    d->waiting = false;
    if (newest == NULL || buf_same(newest, &d->written))
        return NULL;
    buf_clear(&d->writing);
    buf_add(&d->writing, newest->bytes, newest->len);
    d->busy = true;
    return &d->writing;
}

static void end(struct delivery *d, int64_t now, int64_t rest)
{
    d->rest = rest;
    d->busy = false;
    d->tried = true;
    d->ended = now;
}

void delivery_written(struct delivery *d, int64_t now)
{
    struct buf done = d->writing;

    d->writing = d->written;
    d->written = done;
    end(d, now, d->interval);
}

void delivery_failed(struct delivery *d, int64_t now)
{
    buf_clear(&d->written);
    d->waiting = true;
    end(d, now, d->interval > DELIVERY_RETRY ? d->interval : DELIVERY_RETRY);
}
