/* Whatever comes, the rules hold. */
#include "rules.h"

enum { CASES = 100000, RECORDS = 24 };

static void one_case(void)
{
    static struct desk d;

    desk_open(&d);
    random_begin(2);
    rules_first(&d);
    for (int i = 1 + any(RECORDS); i > 0; i--) {
        char record[RECORD_MAX];

        desk_pass(&d, true);
        if (agg_next(&d.agg) <= d.now.steady || any(4) == 0)
            rules_next(&d, NO_PHASE, agg_tick(&d.agg, d.now) == AGG_DUE);
        if (any(16) == 0)
            rules_next(&d, ALL_PHASES, desk_refresh(&d));
        desk_any_record(&d, record);
        rules_next(&d, d.about, desk_say(&d, record));
    }
    agg_close(&d.agg);
}

static void whatever_comes_the_rules_hold(void **state)
{
    (void)state;
    random_cases(CASES, one_case);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_comes_the_rules_hold),
    };

    if (!random_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
