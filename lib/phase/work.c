#include "phase/work.h"

/* A printed percent is exact to one decimal: hundredths either way. */
enum { PERCENT_BLUR = 10 };

const struct work work_unknown = { { COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN,
                                     COUNT_UNKNOWN, COUNT_UNKNOWN } };

static const struct scan_word names[WORK_COUNTS] = {
    [WORK_HASHED_B] = SCAN_WORD("hashedB"),
    [WORK_CACHED_B] = SCAN_WORD("cachedB"),
    [WORK_PROCESSED_B] = SCAN_WORD("processedB"),
    [WORK_READ_B] = SCAN_WORD("readB"),
    [WORK_SKIPPED_B] = SCAN_WORD("skippedB"),
    [WORK_TOTAL_B] = SCAN_WORD("totalB"),
    [WORK_HASHED_FILES] = SCAN_WORD("hashedFiles"),
    [WORK_CACHED_FILES] = SCAN_WORD("cachedFiles"),
    [WORK_READ_FILES] = SCAN_WORD("readFiles"),
    [WORK_OBJECTS] = SCAN_WORD("processedObjects"),
    [WORK_OBJECTS_TOTAL] = SCAN_WORD("totalObjects"),
    [WORK_BLOBS] = SCAN_WORD("processedBlobs"),
    [WORK_BLOBS_TOTAL] = SCAN_WORD("totalBlobs"),
    [WORK_BLOBS_UPLOADED] = SCAN_WORD("uploadedBlobs"),
    [WORK_ITEMS] = SCAN_WORD("processedItems"),
    [WORK_ITEMS_TOTAL] = SCAN_WORD("totalItems"),
    [WORK_ITEMS_SKIPPED] = SCAN_WORD("skippedItems"),
    [WORK_ERRORS] = SCAN_WORD("errors"),
    [WORK_ERRORS_FATAL] = SCAN_WORD("fatalErrors"),
    [WORK_ERRORS_IGNORED] = SCAN_WORD("ignoredErrors"),
};

bool work_set(struct work *w, const struct scan_value *key,
              const struct scan_value *value)
{
    size_t count = scan_find(key, names, WORK_COUNTS);

    if (count == WORK_COUNTS)
        return false;
    w->counts[count] = progress_count(value);
    return true;
}

static int64_t known(int64_t count)
{
    return count > 0 ? count : 0;
}

/* Sets done and total, unless DONE is unknown. */
static bool take(struct measure *m, enum measure_unit unit, int64_t done,
                 int64_t total)
{
    if (done < 0)
        return false;
    m->unit = unit;
    m->done = done;
    m->total = known(total);
    return true;
}

static void take_counters(struct measure *m, const struct work *w,
                          const struct progress *p)
{
    const int64_t *c = w->counts, *s = p->sizes;
    int64_t hashed = c[WORK_HASHED_B] < 0 && c[WORK_CACHED_B] < 0
                         ? COUNT_UNKNOWN
                         : known(c[WORK_HASHED_B]) + known(c[WORK_CACHED_B]);

    (void)(take(m, MEASURE_HASHED, hashed, s[SIZE_UPLOAD_ESTIMATE]) ||
           take(m, MEASURE_DOWNLOADED, s[SIZE_DOWNLOADED],
                s[SIZE_DOWNLOAD_ESTIMATE]) ||
           take(m, MEASURE_UPLOADED, s[SIZE_UPLOADED],
                s[SIZE_UPLOAD_ESTIMATE]) ||
           take(m, MEASURE_OBJECTS, c[WORK_OBJECTS], c[WORK_OBJECTS_TOTAL]) ||
           take(m, MEASURE_BLOBS, c[WORK_BLOBS], c[WORK_BLOBS_TOTAL]) ||
           take(m, MEASURE_ITEMS, c[WORK_ITEMS], c[WORK_ITEMS_TOTAL]));
}

/* PERCENT of TOTAL, without a product above 2^63. */
static int64_t part_of(int64_t total, int64_t percent)
{
    return total / PERCENT_WHOLE * percent +
           total % PERCENT_WHOLE * percent / PERCENT_WHOLE;
}

static void heed_percent(struct measure *m, int64_t percent)
{
    int64_t least, most;

    if (percent < 0)
        return;
    if (percent > PERCENT_WHOLE)
        percent = PERCENT_WHOLE;
    if (m->total == 0) {
        take(m, MEASURE_PERCENT, percent, PERCENT_WHOLE);
        return;
    }
    least = part_of(m->total, percent - PERCENT_BLUR);
    most = part_of(m->total, percent + PERCENT_BLUR);
    if (m->done < least)
        m->done = least;
    if (m->done > most)
        m->done = most;
}

/* Takes COUNT into SIGNS: where one of all counts is another one so is what
 * comes out, as an odd factor maps no two numbers to one. */
static int64_t mix(int64_t signs, int64_t count)
{
    uint64_t mixed = ((uint64_t)signs ^ (uint64_t)known(count)) * 0x9e3779b1U;

    return (int64_t)(mixed % (uint64_t)COUNT_LARGEST);
}

static void take_signs(struct measure *m, const struct work *w,
                       const struct progress *p, int64_t percent)
{
    const int64_t *c = w->counts, *s = p->sizes;

    m->moved = known(c[WORK_HASHED_B]) + known(c[WORK_PROCESSED_B]) +
               known(c[WORK_READ_B]) + known(s[SIZE_UPLOADED]) +
               known(s[SIZE_DOWNLOADED]);
    m->passed = known(c[WORK_CACHED_B]) + known(c[WORK_SKIPPED_B]);
    m->left = p->seconds;
    m->signs = mix(0, percent);
    for (int i = 0; i < WORK_COUNTS; i++)
        m->signs = mix(m->signs, c[i]);
    for (int i = 0; i < SIZES; i++)
        m->signs = mix(m->signs, s[i]);
}

struct measure work_measure(const struct work *w, const struct progress *p,
                            int64_t overall)
{
    struct measure m = { .unit = MEASURE_NOTHING };

    if (overall >= 0) {
        heed_percent(&m, overall);
    } else {
        take_counters(&m, w, p);
        heed_percent(&m, p->percent);
    }
    if (m.total > 0 && m.done > m.total)
        m.done = m.total;
    take_signs(&m, w, p, overall >= 0 ? overall : p->percent);
    if (m.moved + m.passed == 0) /* it counts no bytes */
        m.moved = m.done;
    return m;
}
