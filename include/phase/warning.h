/*
 * What there is to warn of, in words: records that could not be used, and
 * movers that are slow or have stalled.  Each is said once; how many records
 * there were is said at the end.
 */
#ifndef PHASE_WARNING_H
#define PHASE_WARNING_H

#include <stdbool.h>

#include "phase/agg.h"

enum { WARNING_MAX = 512 };

struct warnings {
    bool told[VERDICT_STALLED + 1];
    char text[WARNING_MAX];
};

/* Of the record that was taken last, of the verdict that the status has, and at
 * the end of those records that came to TRACK; the texts are W's own, NULL for
 * none. */
const char *warning_of_record(struct warnings *w, const struct agg *a);
const char *warning_of_verdict(struct warnings *w, const struct agg *a);
const char *warning_of_count(struct warnings *w, const struct agg *a,
                             enum track track);

#endif
