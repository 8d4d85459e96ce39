#include "follow.h"

#include <errno.h>

#include "base/rec.h"

void follow_open(struct follow *f, struct clock *clock)
{
    *f = (struct follow){ .clock = clock,
                          .success = -1,
                          .late = BUF_INIT(REC_CEILING) };
    documents_open(&f->documents);
}

static void note_success(struct follow *f, const struct viewed *v)
{
    int64_t when = v->whole.since;

    if (v->state != VIEWED_DONE)
        return;
    if (when < 0)
        when = clock_wall(f->clock);
    if (when > f->success)
        f->success = when;
}

static bool take_status(void *arg, struct viewed *v)
{
    struct follow *f = arg;
    struct board_entry *e;

    note_success(f, v);
    e = board_take(&f->board, v);
    if (e == NULL && errno != 0) {
        f->no_memory = true;
        return false;
    }
    f->changed = true;
    if (e != NULL && e->v.deleted)
        board_forget(&f->board, (size_t)(e - f->board.entries));
    return true;
}

static void read_document(struct follow *f, const char *text, size_t len)
{
    int count = viewed_read(text, len, take_status, f);

    if (count == 0)
        f->documents.strange++;
    else if (count > 0)
        f->statuses += (uint64_t)count;
    else if (errno == E2BIG)
        f->large = true;
    else
        f->no_memory = true;
}

void follow_read(struct follow *f)
{
    if (f->late.len > 0)
        read_document(f, f->late.bytes, f->late.len);
    buf_clear(&f->late);
}

/* A status line says everything, so only the latest of many is read. */
static void take_document(void *arg, const char *text, size_t len)
{
    struct follow *f = arg;

    if (!documents_is_line(text, len)) {
        read_document(f, text, len);
        return;
    }
    buf_clear(&f->late);
    buf_add(&f->late, text, len);
    f->no_memory |= f->late.failed;
    f->changed = true;
}

void follow_take(struct follow *f, const char *bytes, size_t n)
{
    documents_take(&f->documents, bytes, n, take_document, f);
}

void follow_end(struct follow *f)
{
    documents_end(&f->documents);
    follow_read(f);
}

void follow_close(struct follow *f)
{
    documents_close(&f->documents);
    board_free(&f->board);
    buf_free(&f->late);
}
