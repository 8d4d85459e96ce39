#include "phase/steps.h"

#include "phase/percent.h"

static const struct scan_word names[STEPS] = {
    [STEP_PREREQUISITES] = SCAN_WORD("prerequisites"),
    [STEP_EXECUTION] = SCAN_WORD("execution"),
    [STEP_CLEANUP] = SCAN_WORD("cleanup"),
};

enum step steps_of(const struct scan_value *name)
{
    if (name->kind == SCAN_NULL)
        return STEP_NOT_SAID;
    return (enum step)scan_find(name, names, STEP_OTHER);
}

const char *steps_name(enum step step)
{
    return names[step].text;
}

/* The weights of those steps of SET that come before STEP. */
static int64_t before(unsigned set, const int64_t weights[static STEPS],
                      enum step step)
{
    int64_t sum = 0;

    for (enum step s = 0; s < step; s++)
        if (set >> s & 1)
            sum += weights[s];
    return sum;
}

int64_t steps_end(unsigned set, const int64_t weights[static STEPS],
                  enum step step)
{
    int64_t all = before(set, weights, STEPS);

    if (step >= STEPS || set == 1U << step || (set >> step & 1) == 0 ||
        all == 0)
        return 0;
    return (before(set, weights, step) + weights[step]) * PERCENT_WHOLE / all;
}

int64_t steps_within(unsigned set, const int64_t weights[static STEPS],
                     int64_t percent)
{
    int64_t all = before(set, weights, STEPS);

    if (all == 0)
        return percent;
    return (before(set, weights, STEP_EXECUTION) * PERCENT_WHOLE +
            weights[STEP_EXECUTION] * percent) /
           all;
}
