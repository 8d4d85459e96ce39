#include "times.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/rec.h"

void times_init(struct times *t)
{
    *t = (struct times){ .record = BUF_INIT(REC_CEILING) };
}

void times_free(struct times *t)
{
    buf_free(&t->record);
}

void times_read(struct times *t, int64_t ns, size_t n)
{
    t->before = t->last;
    t->last = ns;
    t->begin = t->total;
    t->total += n;
}

/* A piece is cut as soon as its separator is there, so its last byte came with
 * the last read or with the one before. */
void times_piece(struct times *t, size_t ahead)
{
    t->piece = t->total - ahead > t->begin ? t->last : t->before;
}

static void put_hundredths(struct buf *b, int64_t n)
{
    char digits[NUM_DIGITS];

    buf_add(b, digits, num_format((uint64_t)(n / 100), digits));
    buf_char(b, '.');
    buf_char(b, (char)('0' + n / 10 % 10));
    buf_char(b, (char)('0' + n % 10));
}

const char *times_put(struct times *t, const char *record, size_t *len)
{
    static const char end[] = "}\n";
    struct buf *b = &t->record;

    buf_clear(b);
    buf_add(b, record, *len - (sizeof end - 1));
    buf_str(b, ",\"seconds\":");
    put_hundredths(b, t->piece / (CLOCK_SECOND / 100));
    buf_str(b, end);
    if (b->failed)
        return record;
    *len = b->len;
    return b->bytes;
}
