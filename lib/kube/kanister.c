#include "kube/kanister.h"

#include "base/json.h"

int64_t kanister_percent(enum kanister_dialect dialect, int64_t hundredths)
{
    if (hundredths < 0)
        return 0;
    return dialect == KANISTER_WHOLE ? hundredths / 100 : hundredths;
}

int64_t kanister_percent_completed(enum kanister_dialect dialect,
                                   const int64_t *hundredths, size_t count)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += kanister_percent(dialect, hundredths[i]);
    return count > 0 ? sum / (int64_t)count : 0;
}

void kanister_put(struct buf *b, enum kanister_dialect dialect, int64_t percent)
{
    bool whole = dialect == KANISTER_WHOLE;

    json_put_int(b, whole ? percent : percent / 100);
    if (whole)
        return;
    buf_char(b, '.');
    buf_char(b, (char)('0' + percent / 10 % 10));
    buf_char(b, (char)('0' + percent % 10));
}
