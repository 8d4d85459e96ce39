#include "base/memory.h"

static bool missed;

void memory_miss(void)
{
    missed = true;
}

bool memory_missed(void)
{
    return missed;
}
