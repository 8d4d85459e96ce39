#include "run/journal.h"

#include "base/rec.h"

void journal_open(struct journal *j, int64_t every, struct buf *due)
{
    *j = (struct journal){
        .every = every,
        .due = due,
        .latest = BUF_INIT(REC_CEILING),
        .next = INT64_MIN,
    };
}

/* A whole line, or none of it. */
static void put(struct journal *j, const char *line, size_t len)
{
    if (!buf_reserve(j->due, len + 1)) {
        j->dropped++;
        j->due->failed = false;
        return;
    }
    buf_add(j->due, line, len);
    buf_char(j->due, '\n');
}

void journal_flush(struct journal *j, int64_t now)
{
    if (j->latest.len == 0)
        return;
    put(j, j->latest.bytes, j->latest.len);
    buf_clear(&j->latest);
    if (__builtin_add_overflow(now, j->every, &j->next))
        j->next = JOURNAL_NEVER;
}

int64_t journal_tick(struct journal *j, int64_t now)
{
    if (j->latest.len > 0 && now >= j->next)
        journal_flush(j, now);
    return j->latest.len > 0 ? j->next : JOURNAL_NEVER;
}

void journal_latest(struct journal *j, const char *line, size_t len,
                    int64_t now)
{
    buf_clear(&j->latest);
    buf_add(&j->latest, line, len);
    if (j->latest.failed) {
        buf_clear(&j->latest);
        j->dropped++;
    }
    journal_tick(j, now);
}

void journal_line(struct journal *j, const char *line, size_t len, int64_t now)
{
    journal_flush(j, now);
    put(j, line, len);
}

void journal_close(struct journal *j)
{
    buf_free(&j->latest);
}
