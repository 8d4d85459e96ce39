#include "phase/kanister.h"

int64_t kanister_percent(int64_t hundredths)
{
    return hundredths > 0 ? hundredths / 100 : 0;
}

int64_t kanister_percent_completed(const int64_t *hundredths, size_t count)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += kanister_percent(hundredths[i]);
    return count > 0 ? sum / (int64_t)count : 0;
}
