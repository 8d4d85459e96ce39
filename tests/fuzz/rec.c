/* The record reader: however the bytes arrive, the records are those that a
 * reader finds who has all of them before him. */
#include "fuzz.h"

enum { EXPANDED_MAX = 1024 * 1024, RUN = 512 };

/* Two bytes stand for a run of one byte, so that a short input passes the
 * ceiling. */
static void expand(struct input in, struct buf *b)
{
    while (in.left > 0) {
        unsigned byte = input_byte(&in);
        size_t run = byte == 2 ? (size_t)input_byte(&in) * RUN : 0;

        if (byte != 2) {
            buf_char(b, (char)byte);
        } else if (buf_reserve(b, run)) {
            memset(b->bytes + b->len, 'x', run);
            b->len += run;
        }
    }
}

/* The record that begins at *AT; false at the end. */
static bool next(const struct buf *all, enum rec_cut at, size_t *from,
                 char *before, struct record *record)
{
    size_t stop = *from;

    if (*from >= all->len)
        return false;
    while (stop < all->len && all->bytes[stop] != '\n' &&
           (at == CUT_LF || all->bytes[stop] != '\r'))
        stop++;
    *record = (struct record){ .text = all->bytes + *from,
                               .len = stop - *from,
                               .before = *before };
    *before = stop < all->len ? all->bytes[stop] : '\0';
    record->cut = record->len > REC_CEILING;
    if (record->cut)
        record->len = REC_CEILING;
    else
        record->after = *before;
    *from = stop + 1;
    return true;
}

static void check(const struct buf *all, enum rec_cut at, unsigned seed,
                  size_t most, size_t unread)
{
    struct pieces pieces = { all->bytes + unread, all->len - unread, most,
                             seed };
    struct record mine, record;
    struct rec r;
    size_t from = 0, cut = 0;
    char before = '\0';

    MUST(rec_open(&r, -1, at));
    rec_unread(&r, all->bytes, unread);
    r.read = pieces_read;
    r.read_arg = &pieces;
    while (next(all, at, &from, &before, &mine)) {
        MUST(rec_next(&r, &record, -1) == REC_OK);
        MUST(record.len == mine.len && record.before == mine.before);
        MUST(record.after == mine.after && record.cut == mine.cut);
        MUST(memcmp(record.text, mine.text, mine.len) == 0);
        memset(record.text, '\n', record.len); /* it may be changed */
        cut += mine.cut;
    }
    MUST(rec_next(&r, &record, -1) == REC_EOF);
    MUST(r.cut_records == cut);
    rec_close(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf all = BUF_INIT(EXPANDED_MAX);
    struct input in = input_of(bytes, len);
    enum rec_cut at = input_byte(&in) & 1 ? CUT_CR_LF : CUT_LF;
    unsigned seed = input_byte(&in);
    size_t unread = seed;

    expand(in, &all);
    if (!all.failed && all.len > 0) {
        unread = unread < all.len ? unread : all.len;
        check(&all, at, seed, EXPANDED_MAX, 0);
        check(&all, at, seed, 1 + seed * 300, unread);
        if (all.len < 4096)
            check(&all, at, seed, 1, 0);
    }
    buf_free(&all);
    return 0;
}
