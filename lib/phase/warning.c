#include "phase/warning.h"

#include <inttypes.h>
#include <stdio.h>

/* Records that could not be used. */
static const struct {
    const char *before, *behind;
} troubles[TRACK_RESULTS] = {
    [TRACK_UNPLACED] = { "no phase named for ", "; use --phase" },
    [TRACK_UNKNOWN] = { "passed over ", " of a phase that is not in the plan" },
    [TRACK_SEVERAL] = { "passed over ", " that may be of several actions; it "
                                        "needs its action's index" },
    [TRACK_NO_ITEM] = { "passed over ", " with an item that is not 0 or more "
                                        "and below its \"of\", 1000 at most" },
    [TRACK_UNCLEAR] = { "passed over ", " of type phase with no state or step "
                                        "that is known" },
};

const char *warning_of_record(struct warnings *w, const struct agg *a)
{
    const struct note *n = &a->note;
    enum track t = a->track;

    if (troubles[t].before == NULL || a->passed_over[t] > 1)
        return NULL;
    if (t == TRACK_UNKNOWN && n->name != NULL)
        snprintf(w->text, sizeof w->text, "%sa record%s: \"%.*s\"",
                 troubles[t].before, troubles[t].behind,
                 n->name_len < 200 ? (int)n->name_len : 200, n->name);
    else
        snprintf(w->text, sizeof w->text, "%sa record%s", troubles[t].before,
                 troubles[t].behind);
    return w->text;
}

const char *warning_of_verdict(struct warnings *w, const struct agg *a)
{
    const struct judged *judged = &a->status.line.judged;

    if (judged->verdict < VERDICT_SLOW || w->told[judged->verdict])
        return NULL;
    w->told[judged->verdict] = true;
    snprintf(w->text, sizeof w->text, "phase \"%.200s\" %s since %s",
             agg_judged(a)->name,
             judged->verdict == VERDICT_SLOW ? "is slow"
                                             : "has stalled: nothing has moved",
             judged->since);
    return w->text;
}

const char *warning_of_count(struct warnings *w, const struct agg *a,
                             enum track track)
{
    if (troubles[track].before == NULL || a->passed_over[track] < 2)
        return NULL;
    snprintf(w->text, sizeof w->text, "%s%" PRIu64 " records%s",
             troubles[track].before, a->passed_over[track],
             troubles[track].behind);
    return w->text;
}
