#include "phase/progress.h"

#include <string.h>

#include "base/json.h"
#include "base/num.h"

const struct progress progress_unknown = {
    .percent = PERCENT_UNKNOWN,
    .sizes = { COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN, COUNT_UNKNOWN },
    .seconds = COUNT_UNKNOWN,
};

/* The members: first the sizes, as enum size counts them. */
enum { MEMBER_PERCENT = SIZES, MEMBER_SECONDS, MEMBERS };

static const struct scan_word names[MEMBERS] = {
    [SIZE_UPLOADED] = SCAN_WORD("sizeUploadedB"),
    [SIZE_UPLOAD_ESTIMATE] = SCAN_WORD("estimatedUploadSizeB"),
    [SIZE_DOWNLOADED] = SCAN_WORD("sizeDownloadedB"),
    [SIZE_DOWNLOAD_ESTIMATE] = SCAN_WORD("estimatedDownloadSizeB"),
    [MEMBER_PERCENT] = SCAN_WORD("progressPercent"),
    [MEMBER_SECONDS] = SCAN_WORD("estimatedTimeSeconds"),
};

bool progress_equal(const struct progress *a, const struct progress *b)
{
    return memcmp(a, b, sizeof *a) == 0; /* int64_t only: no padding */
}

int64_t progress_count(const struct scan_value *v)
{
    int64_t count = COUNT_UNKNOWN;

    if (v->kind == SCAN_NUMBER && v->number >= 0 &&
        v->number <= (double)COUNT_LARGEST &&
        v->number == (double)(int64_t)v->number)
        return (int64_t)v->number;
    if (v->kind == SCAN_STRING && num_int(v->text, v->len, &count) &&
        count > COUNT_LARGEST)
        return COUNT_UNKNOWN;
    return count;
}

int64_t progress_percent(const struct scan_value *v)
{
    if (v->kind == SCAN_NUMBER)
        return percent_of_double(v->number);
    if (v->kind == SCAN_STRING)
        return percent_of_text(v->text, v->len);
    return PERCENT_UNKNOWN;
}

bool progress_set(struct progress *p, const struct scan_value *key,
                  const struct scan_value *value)
{
    size_t member = scan_find(key, names, MEMBERS);

    if (member == MEMBERS)
        return false;
    if (member == MEMBER_PERCENT)
        p->percent = progress_percent(value);
    else if (member == MEMBER_SECONDS)
        p->seconds = progress_count(value);
    else
        p->sizes[member] = progress_count(value);
    return true;
}

bool progress_raise(struct progress *p, int64_t percent)
{
    if (percent > PERCENT_HELD)
        percent = PERCENT_HELD;
    if (percent <= p->percent)
        return false;
    p->percent = percent;
    return true;
}

void progress_take_sizes(struct progress *p, const struct progress *said)
{
    for (int i = 0; i < SIZES; i++)
        if (said->sizes[i] >= 0)
            p->sizes[i] = said->sizes[i];
}

void progress_add_sizes(int64_t sums[static SIZES],
                        const int64_t sizes[static SIZES])
{
    for (int i = 0; i < SIZES; i++) {
        if (sizes[i] < 0)
            continue;
        sums[i] = sums[i] < 0 ? sizes[i] : sums[i] + sizes[i];
        if (sums[i] > COUNT_LARGEST)
            sums[i] = COUNT_LARGEST;
    }
}

static void put_member(struct buf *b, size_t member, int64_t value)
{
    if (value < 0)
        return;
    JSON_LIT(b, ",\"");
    buf_add(b, names[member].text, names[member].len);
    JSON_LIT(b, "\":");
    json_put_int(b, value);
}

void progress_put_sizes(struct buf *b, const int64_t sizes[static SIZES])
{
    for (size_t i = 0; i < SIZES; i++)
        put_member(b, i, sizes[i]);
}

void progress_put_seconds(struct buf *b, int64_t seconds)
{
    put_member(b, MEMBER_SECONDS, seconds);
}
