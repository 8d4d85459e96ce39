#include "phase/percent.h"

#include "base/json.h"
#include "base/num.h"

int64_t percent_of_double(double percent)
{
    double hundredths = percent * 100 + 1e-6;

    if (!(percent >= 0))
        return PERCENT_UNKNOWN;
    return hundredths < (double)PERCENT_LARGEST ? (int64_t)hundredths
                                                : PERCENT_LARGEST;
}

int64_t percent_of_text(const char *text, size_t len)
{
    int64_t hundredths;

    if (!num_decimal(text, len, 100, &hundredths))
        return PERCENT_UNKNOWN;
    return hundredths < PERCENT_LARGEST ? hundredths : PERCENT_LARGEST;
}

void percent_put(struct buf *b, int64_t hundredths)
{
    char decimals[] = { '.', (char)('0' + hundredths / 10 % 10),
                        (char)('0' + hundredths % 10) };

    json_put_int(b, hundredths / 100);
    buf_add(b, decimals, sizeof decimals);
}
