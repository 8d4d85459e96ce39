#include "phase/left.h"

const struct left left_unknown = { LEFT_UNKNOWN, LEFT_UNKNOWN, LEFT_UNKNOWN };

struct left left_usual(int64_t usual, int64_t spent)
{
    int64_t left = usual - spent;

    if (usual < 0 || usual > LEFT_LARGEST || spent < 0 || left < 0)
        return left_unknown;
    return (struct left){ left, left - left / 2, left + left / 2 };
}

static int64_t sum(int64_t a, int64_t b)
{
    if (a < 0 || b < 0 || a > LEFT_LARGEST - b)
        return LEFT_UNKNOWN;
    return a + b;
}

static int64_t later(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return LEFT_UNKNOWN;
    return a > b ? a : b;
}

struct left left_in_a_row(struct left a, struct left b)
{
    int64_t expected = sum(a.expected, b.expected);

    if (expected < 0)
        return left_unknown;
    return (struct left){ expected, sum(a.low, b.low), sum(a.high, b.high) };
}

struct left left_at_once(struct left a, struct left b)
{
    int64_t expected = later(a.expected, b.expected);

    if (expected < 0)
        return left_unknown;
    return (struct left){ expected, later(a.low, b.low),
                          later(a.high, b.high) };
}

struct left left_in_seconds(struct left left)
{
    if (left.expected < 0)
        return left_unknown;
    return (struct left){ (left.expected + 500) / 1000, left.low / 1000,
                          left.high < 0 ? LEFT_UNKNOWN
                                        : (left.high + 999) / 1000 };
}
