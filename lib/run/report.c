#include "run/report.h"

#include <string.h>

#include "base/json.h"
#include "base/rec.h"
#include "run/kind.h"

enum { WHOLE = 10000 }; /* hundredths of a percent */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

size_t report_last(const char *text, size_t len, bool ended, const char **line)
{
    size_t start;

    if (!ended)
        while (len > 0 && text[len - 1] != '\n')
            len--;
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    for (start = len; start > 0 && text[start - 1] != '\n'; start--)
        ;
    while (start < len && is_blank(text[start]))
        start++;
    *line = text + start;
    return len - start;
}

static bool read_percent(const char *line, size_t len, int64_t *hundredths)
{
    if (len > 0 && line[len - 1] == '%')
        len--;
    return num_decimal(line, len, WHOLE / 100, hundredths) &&
           *hundredths <= WHOLE;
}

static bool read_count(const char *line, size_t len, int64_t *hundredths)
{
    const char *slash = memchr(line, '/', len);
    int64_t done, all;
    size_t before;

    if (slash == NULL)
        return false;
    before = (size_t)(slash - line);
    if (!num_int(line, before, &done) ||
        !num_int(slash + 1, len - before - 1, &all) || all == 0 || done > all)
        return false;
    *hundredths = (int64_t)((__int128)done * WHOLE / all);
    return true;
}

bool report_record(const char *line, size_t len, struct buf *record)
{
    int64_t hundredths;
    bool owned;

    if (kind_of(line, len, &owned) == KIND_PROGRESS && len < REC_CEILING) {
        buf_add(record, line, len);
        return !record->failed;
    }
    if (!read_percent(line, len, &hundredths) &&
        !read_count(line, len, &hundredths))
        return false;
    JSON_LIT(record, "{\"type\":\"progress\",\"progressPercent\":");
    json_put_hundredths(record, hundredths);
    buf_char(record, '}');
    return !record->failed;
}
