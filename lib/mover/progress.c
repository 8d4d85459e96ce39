#include "mover/progress.h"

#include <stdlib.h>

enum { COMPLETE = 10000 };

/* From here on the printed percent tells 1 from 1000. */
enum { PERCENT_ENOUGH = 10 };

/* An int64_t of nanoseconds holds 292 years; what comes after a wrap can be any
 * part of that.  Nobody waits a century for a backup. */
static const int64_t SANE_SECONDS = INT64_C(100) * 365 * 24 * 3600;

/* What a text in TB, or in TiB, can be when it is not that. */
struct prefix {
    int64_t thousand, unit;
};

static struct prefix prefix_of(const struct values *v)
{
    return v->binary ? (struct prefix){ 1024, INT64_C(1) << 40 }
                     : (struct prefix){ 1000, INT64_C(1000000000000) };
}

static bool ambiguous(int64_t size, struct prefix p)
{
    return size >= p.unit / 10 * 9 && size <= p.thousand * 9 / 10 * p.unit;
}

static void mend_counter(struct tera *t, struct values *v, enum field f)
{
    struct prefix p = prefix_of(v);
    int64_t near_switch = p.thousand / 10 * p.unit, size;

    if (!values_has(v, f))
        return;
    if ((v->printed & FIELD_BIT(f)) != 0) { /* then it is below TB */
        t->last[f] = 0;
        return;
    }
    size = values_number(v, f);
    if (t->last[f] >= near_switch && size < t->last[f] && ambiguous(size, p) &&
        size >= t->last[f] / p.thousand) {
        size *= p.thousand;
        values_set(v, f, size);
    }
    t->last[f] = size;
}

/* DONE / TOTAL in hundredths, truncated; TOTAL is above 0. */
static int64_t share(int64_t done, int64_t total)
{
    __int128 hundredths = (__int128)done * COMPLETE / total;

    return hundredths > INT64_MAX ? INT64_MAX : (int64_t)hundredths;
}

/* The total is printed with the percent of it, which fits one of the two
 * readings.  It stands still for long, and so does the answer. */
static void mend_total(struct tera *t, struct values *v, enum field total,
                       enum field done, enum field also_done)
{
    struct prefix p = prefix_of(v);
    int64_t printed = values_number(v, F_progressPercent);
    int64_t size = values_number(v, total), sum;

    if (!ambiguous(size, p))
        return;
    if (size != t->total) {
        sum = values_number(v, done);
        if (printed < PERCENT_ENOUGH || sum <= 0 ||
            __builtin_add_overflow(
                sum, also_done != FIELD_COUNT ? values_number(v, also_done) : 0,
                &sum))
            return;
        t->total = size;
        t->factor = llabs(share(sum, size * p.thousand) - printed) <
                            llabs(share(sum, size) - printed)
                        ? p.thousand
                        : 1;
    }
    values_set(v, total, size * t->factor);
}

void tera_mend(struct tera *t, struct values *v)
{
    static const unsigned char counters[] = {
        F_hashedB,         F_cachedB,    F_sizeUploadedB,
        F_sizeDownloadedB, F_processedB, F_readB,
    };

    if (!v->tera) {
        if (t->seen)
            *t = (struct tera){ 0 };
        return;
    }
    t->seen = true;
    for (size_t i = 0; i < sizeof counters; i++)
        mend_counter(t, v, counters[i]);
    mend_total(t, v, F_estimatedUploadSizeB, F_hashedB, F_cachedB);
    mend_total(t, v, F_estimatedDownloadSizeB, F_sizeDownloadedB, FIELD_COUNT);
}

/* The two counters of an operation whose line may have no percent. */
static const struct pair {
    enum field done, total;
    const char *basis;
} pairs[] = {
    [OP_RESTORE] = { F_sizeDownloadedB, F_estimatedDownloadSizeB, "bytes" },
    [OP_VERIFY] = { F_processedObjects, F_totalObjects, "objects" },
    [OP_INDEX_RECOVER] = { F_processedBlobs, F_totalBlobs, "objects" },
    [OP_SYNC] = { F_sizeUploadedB, F_estimatedUploadSizeB, "bytes" },
    [OP_ESTIMATE] = { .basis = NULL },
};

static void compute_percent(struct progress *p, const struct values *v)
{
    const struct pair *pair = &pairs[p->operation];
    int64_t done, total;

    if (pair->basis == NULL)
        return;
    done = values_number(v, pair->done);
    total = values_number(v, pair->total);
    if (done < 0 || total <= 0)
        return;
    p->percent = share(done, total);
    p->basis = pair->basis;
}

void progress_settle(struct progress *p, struct values *v)
{
    struct text spinner = values_text(v, F_spinner);
    int64_t left = values_number(v, F_estimatedTimeSeconds);
    bool done;

    p->basis = NULL;
    p->raw_percent = -1;
    p->percent = values_number(v, F_progressPercent);
    if (p->percent < 0)
        compute_percent(p, v);
    if (p->percent > COMPLETE) {
        p->raw_percent = p->percent;
        p->percent = COMPLETE;
    }
    done = spinner.len > 0 && *spinner.at == '*';
    done = done || (p->percent >= COMPLETE && p->raw_percent < 0);
    if (left > SANE_SECONDS || (left == 0 && !done))
        v->known &= ~FIELD_BIT(F_estimatedTimeSeconds);
}
