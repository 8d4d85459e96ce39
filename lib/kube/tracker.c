#include "kube/writer_parts.h"

enum {
    SETTLING_MAX = 3,    /* so many looks, at each of a tracker's own */
    SETTLING_RARE = 5,   /* so often twice as late, after them */
    SETTLING_ENOUGH = 5, /* after these, 54 s in all, there is no tracker */
};

/* Whether a tracker may look at phase I, which is then ours. */
static bool is_tracked(const struct writer *w, const struct merged *m, size_t i)
{
    return m->phases[i].ours && !w->object.view.phases[i].deferred;
}

size_t tracker_ours(const struct writer *w, const struct merged *m,
                    uint64_t *ours)
{
    size_t first = NO_PHASE, tracked = NO_PHASE;

    *ours = 0;
    for (size_t i = 0; i < w->object.view.phase_count; i++) {
        if (m->phases[i].ours && first == NO_PHASE)
            first = i;
        if (!is_tracked(w, m, i))
            continue;
        if (tracked == NO_PHASE)
            tracked = i;
        *ours = (*ours ^ (i + 1)) * UINT64_C(0x100000001b3); /* as FNV-1a */
    }
    return tracked != NO_PHASE ? tracked : first;
}

void tracker_begin(struct writer *w, size_t phase, uint64_t ours, int64_t now)
{
    bool status = w->settings.choose || w->settings.parts & STATUS_PARTS;

    if (phase != w->phase)
        w->phase_percent = VIEW_UNKNOWN;
    w->phase = phase;
    w->ours = ours;
    w->settling = 0;
    w->settle_at = status && ours != 0 ? now + WRITER_TICK : NOT_SET;
}

/* How long to wait for the next look for a tracker.  A controller makes five
 * requests a second at the most (client-go rest/config.go@v0.34.1), so one with
 * many phases can be very late. */
static int64_t settling_wait(int looks)
{
    int later = looks - SETTLING_MAX + 1;

    if (later < 0)
        later = 0;
    return WRITER_TICK << (later < SETTLING_RARE ? later : SETTLING_RARE);
}

void tracker_look(struct writer *w, const struct merged *m, int64_t now)
{
    const struct view_phase *phases = w->object.view.phases;
    bool ours = w->phase_percent != VIEW_UNKNOWN ||
                w->tracker == TRACKER_NONE || w->settings.parts & PATCH_PHASES;
    bool seen = phases[w->phase].progress.percent < w->phase_percent;
    bool all = seen;

    if (!ours) {
        all = true;
        for (size_t i = 0; i < w->object.view.phase_count; i++)
            if (is_tracked(w, m, i)) {
                bool there = phases[i].progress.percent != VIEW_UNKNOWN;

                seen |= there;
                all &= there;
            }
        all &= seen;
    }
    if (seen)
        w->tracker = TRACKER_SEEN;
    if (all) {
        w->settle_at = NOT_SET;
    } else if (is_due(w->settle_at, now)) {
        if (++w->settling >= SETTLING_ENOUGH && w->tracker == TRACKER_UNKNOWN)
            w->tracker = TRACKER_NONE;
        w->settle_at = now + settling_wait(w->settling);
    }
}
