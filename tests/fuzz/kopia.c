/* kopia's grammar: whatever stands on the console, the records are good ones,
 * the same for each way in which the bytes arrive, and no pattern is given
 * up. */
#include "mover/kopia.h"
#include "fuzz.h"

enum { OUTPUT_MAX = 16 * 1024 * 1024 };

struct told {
    struct buf records, unmatched;
    struct kopia_counts counts;
    bool failed;
};

static void check_record(const char *text, size_t len)
{
    jv record = must_be_record(text, len);

    must_be_percent(record, "progressPercent");
    must_be_percent(record, "overallPercent");
    jv_free(record);
}

/* One record, or what becomes due at once. */
static void on_record(void *arg, const char *record, size_t len)
{
    struct input in = { record, len };
    struct told *told = arg;

    buf_add(&told->records, record, len);
    while (in.left > 0) {
        struct input line = input_until(&in, '\n');

        check_record(line.at, line.left + 1);
    }
}

static void on_unmatched(void *arg, const char *line, size_t len)
{
    struct told *told = arg;

    buf_add(&told->unmatched, line, len);
    buf_char(&told->unmatched, '\n');
}

static struct told run(struct input in, int64_t sources, size_t most,
                       unsigned seed)
{
    static struct matcher *matcher;
    struct told told = { .records = BUF_INIT(OUTPUT_MAX),
                         .unmatched = BUF_INIT(OUTPUT_MAX) };
    struct pieces pieces = { in.at, in.left, most, seed };
    struct kopia_options options = { .sources = sources,
                                     .emit = on_record,
                                     .unmatched = on_unmatched,
                                     .arg = &told };
    struct record piece;
    struct kopia *k;
    struct rec r;

    if (matcher == NULL)
        matcher = matcher_new();
    options.matcher = matcher;
    k = kopia_new(&options);
    MUST(matcher != NULL && k != NULL && rec_open(&r, -1, CUT_CR_LF));
    r.read = pieces_read;
    r.read_arg = &pieces;
    while (rec_next(&r, &piece, -1) == REC_OK)
        kopia_piece(k, &piece);
    told.failed = kopia_end(k);
    told.counts = kopia_counts(k);
    MUST(matcher_gave_up(matcher) == 0);
    rec_close(&r);
    kopia_free(k);
    return told;
}

static void check_same(const struct told *a, const struct told *b)
{
    must_be_same(&a->records, &b->records);
    must_be_same(&a->unmatched, &b->unmatched);
    MUST(a->failed == b->failed);
    MUST(memcmp(&a->counts, &b->counts, sizeof a->counts) == 0);
}

static void forget(struct told *told)
{
    buf_free(&told->records);
    buf_free(&told->unmatched);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    unsigned how = input_byte(&in);
    struct told whole = run(in, how & 3, 1 << 20, 0);
    struct told pieces = run(in, how & 3, 1 + how / 4, how);

    check_same(&whole, &pieces);
    MUST(whole.records.len > 0); /* the result at least */
    forget(&pieces);
    forget(&whole);
    return 0;
}
