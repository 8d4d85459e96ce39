#include "mover/adapted.h"

#include "mover/progress.h"

enum { ID_CEILING = 256, TEXT_CEILING = 1024, RECORD_CEILING = 64 * 1024 };
enum { SHOWN_MAX = 4096 }; /* of a text or path, six bytes for each */

void adapted_init(struct adapted *a, enum operation operation)
{
    *a = (struct adapted){ .total = -1,
                           .operation = operation,
                           .state = STATE_UNKNOWN,
                           .snapshot_id = BUF_INIT(ID_CEILING),
                           .root_id = BUF_INIT(ID_CEILING),
                           .text = BUF_INIT(TEXT_CEILING),
                           .record = BUF_INIT(RECORD_CEILING) };
    single_init(&a->single);
}

void adapted_free(struct adapted *a)
{
    buf_free(&a->snapshot_id);
    buf_free(&a->root_id);
    buf_free(&a->text);
    buf_free(&a->record);
}

/* Hands out what is in `record`, if that is whole. */
static void emit(struct adapted *a)
{
    if (!a->record.failed && a->record.len > 0)
        a->emit(a->arg, a->record.bytes, a->record.len);
    buf_clear(&a->record);
}

/* A pair of counters from which a percent can be computed. */
struct pair {
    enum field done, total;
};

static struct pair bytes_of(enum operation operation)
{
    return (struct pair){ reading_common(operation, COMMON_DONE),
                          reading_common(operation, COMMON_TOTAL) };
}

static struct pair things_of(enum operation operation)
{
    return (struct pair){ reading_common(operation, COMMON_COUNT),
                          reading_common(operation, COMMON_OF) };
}

/* The number of F, or -1 where it is unknown, or the operation has none. */
static int64_t number_of(const struct values *v, enum field f)
{
    return f != FIELD_COUNT ? values_number(v, f) : -1;
}

/* The bytes that are done.  A backup hashes what it reads, and uploads less. */
static int64_t bytes_done(const struct values *v, struct pair bytes)
{
    int64_t hashed = values_number(v, F_hashedB), sum;

    if (hashed < 0 || bytes.done != F_sizeUploadedB)
        return number_of(v, bytes.done);
    if (!values_has(v, F_cachedB))
        return hashed;
    return __builtin_add_overflow(hashed, values_number(v, F_cachedB), &sum)
               ? -1
               : sum;
}

/* Sets the percent to DONE of TOTAL, truncated, where that is known. */
static bool set_share(struct values *v, int64_t done, int64_t total)
{
    __int128 share;

    if (done < 0 || total <= 0)
        return false;
    share = (__int128)done * 10000 / total;
    values_set(v, F_progressPercent,
               share > INT64_MAX ? INT64_MAX : (int64_t)share);
    return true;
}

/* Computes the percent where the mover printed none; what it was computed
 * from, or NULL.  The total that we were given stands in for the mover's own.
 */
static const char *compute(const struct adapted *a, enum operation operation,
                           struct values *v)
{
    struct pair bytes = bytes_of(operation), things = things_of(operation);
    int64_t done = bytes_done(v, bytes), count = number_of(v, things.done);

    if (a->total >= 0 && done >= 0 && !values_has(v, bytes.total))
        values_set(v, bytes.total, a->total);
    if (a->total >= 0 && done < 0 && count >= 0 && !values_has(v, things.total))
        values_set(v, things.total, a->total);
    if (values_has(v, F_progressPercent))
        return NULL;
    if (set_share(v, done, number_of(v, bytes.total)))
        return "bytes";
    if (count >= 0 && set_share(v, count, number_of(v, things.total)))
        return "objects";
    return NULL;
}

/* Counts the thing that a line tells of. */
static void count_thing(struct adapted *a, const struct reading *reading,
                        struct values *v)
{
    enum field f = things_of(reading->operation).done;

    a->things += reading->kind == READ_TALLY;
    if (f != FIELD_COUNT)
        values_set(v, f, a->things);
    a->things += reading->kind == READ_BEGIN;
}

static void on_progress(struct adapted *a, struct reading *reading)
{
    struct values *v = &reading->values;
    struct progress p = { .operation = reading->operation,
                          .source_index = -1,
                          .overall = -1,
                          .values = v };
    const char *basis;

    a->operation = reading->operation;
    a->shown = true;
    if (reading->kind != READ_PROGRESS)
        count_thing(a, reading, v);
    basis = single_take(&a->single, reading->operation, v)
                ? "objects"
                : compute(a, reading->operation, v);
    progress_settle(&p, v);
    p.basis = p.percent >= 0 ? basis : NULL;
    p.stage = reading->operation == OP_SYNC ? "copy" : NULL;
    record_progress(&a->record, &p);
    emit(a);
}

static struct text shortened(struct text t)
{
    if (t.len > SHOWN_MAX)
        t.len = SHOWN_MAX;
    return t;
}

static void on_message(struct adapted *a, const struct reading *reading)
{
    bool error = reading->kind == READ_ERROR;

    a->errors = a->errors || error;
    record_message(&a->record, error ? "error" : "warning",
                   shortened(values_text(&reading->values, F_path)),
                   shortened(values_text(&reading->values, F_text)));
    emit(a);
}

/* Keeps a text for the result, where the line has one. */
static void keep(struct buf *b, const struct values *v, enum field f)
{
    struct text text = values_text(v, f);

    if (text.len == 0)
        return;
    buf_clear(b);
    buf_add(b, text.at, text.len < b->ceiling ? text.len : b->ceiling);
}

static enum state state_of(const struct adapted *a, enum reading_kind kind)
{
    switch (kind) {
    case READ_COMPLETE:
        return a->errors ? STATE_PARTIAL : STATE_COMPLETE;
    case READ_PARTIAL:
        return STATE_PARTIAL;
    case READ_UNCHANGED:
        return STATE_UNCHANGED;
    case READ_CANCELLED:
        return STATE_CANCELLED;
    default:
        return STATE_FAILED;
    }
}

/* A closing word; the one that comes last counts. */
static void on_close(struct adapted *a, const struct reading *reading)
{
    const struct values *v = &reading->values;

    if (!a->shown)
        a->operation = reading->operation;
    a->state = state_of(a, reading->kind);
    single_init(&a->single); /* another run may follow */
    if (a->state == STATE_FAILED || a->state == STATE_CANCELLED) {
        /* what came before was of another run, or is not to be relied on */
        buf_clear(&a->snapshot_id);
        buf_clear(&a->root_id);
        a->counts = (struct values){ 0 };
    }
    buf_clear(&a->text);
    keep(&a->text, v, F_text);
    keep(&a->snapshot_id, v, F_snapshotID);
    keep(&a->root_id, v, F_rootID);
    for (enum field f = 0; f < FIELD_COUNT; f++)
        if (record_counts(f) && values_has(v, f))
            values_set(&a->counts, f, values_number(v, f));
}

void adapted_take(struct adapted *a, struct reading *reading)
{
    switch (reading->kind) {
    case READ_KNOWN:
        break;
    case READ_SINGLE:
        single_begin(&a->single);
        break;
    case READ_PROGRESS:
    case READ_TALLY:
    case READ_BEGIN:
        on_progress(a, reading);
        break;
    case READ_WARNING:
    case READ_ERROR:
        on_message(a, reading);
        break;
    default:
        on_close(a, reading);
    }
}

bool adapted_end(struct adapted *a)
{
    const struct result result = {
        .operation = a->operation,
        .source_index = -1,
        .sources = -1,
        .state = a->state,
        .snapshot_id = { a->snapshot_id.bytes, a->snapshot_id.len },
        .root_id = { a->root_id.bytes, a->root_id.len },
        .text = { a->text.bytes, a->text.len },
        .counts = &a->counts,
    };

    record_result(&a->record, &result);
    emit(a);
    return a->state == STATE_FAILED;
}
