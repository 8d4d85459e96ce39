#include "phase/agg.h"

bool agg_open(struct agg *a)
{
    return status_open(&a->status, &a->plan, &a->target);
}

bool agg_read(struct agg *a, const char *text, size_t len)
{
    a->lines++;
    note_read(&a->note, text, len);
    if (a->note.kind == NOTE_NO_RECORD)
        return false;
    a->records++;
    return true;
}

enum agg_result agg_take(struct agg *a, struct instant now)
{
    struct phase *phase = NULL;

    if (a->note.kind == NOTE_RESULT)
        a->status.result = a->note.result;
    a->track = track_note(&a->plan, &a->target, &a->note, &phase);
    a->passed_over[a->track]++;
    if (a->track == TRACK_NO_MEMORY)
        return AGG_NO_MEMORY;
    if (!status_next(&a->status, phase, now.wall))
        return AGG_SAME;
    return a->status.line.text.failed ? AGG_NO_MEMORY : AGG_DUE;
}

void agg_close(struct agg *a)
{
    status_close(&a->status);
    plan_free(&a->plan);
}
