/*
 * What of an action is kept beyond the life of the program: what its phases
 * took, and what a restart goes on from.
 */
#include <stdio.h>

#include "phase/agg.h"

#define WORDS(type) (sizeof(type) / sizeof(int64_t))

enum { PARTS = 6 };

/* The mover's result, in words that are 0 where there is none. */
struct ending {
    int64_t is; /* the result, and 1 */
};

bool agg_expect(struct agg *a, const struct history *h)
{
    a->typical = history_of_plan(h, &a->plan);
    if (a->typical == NULL)
        return false;
    if (!a->plan.weighted)
        a->learned = history_weigh(a->typical, &a->plan);
    return true;
}

int agg_learn(struct agg *a, struct history *h)
{
    int learned = 0;

    for (size_t i = 0; i < a->plan.phase_count; i++) {
        const struct phase *phase = &a->plan.phases[i];
        struct history_key key = history_key_of(&a->plan, phase);
        struct history_run run = { pace_took(&a->paces[i]),
                                   history_total(&phase->progress) };

        if (run.ms < 0)
            continue;
        if (!history_add(h, &key, run))
            return -1;
        a->paces[i].span = (struct span){ 0 };
        learned++;
    }
    return learned;
}

static void move_span(void *part, int64_t by)
{
    struct span *span = part;

    span->began += by;
    span->ended += by;
}

static void move_said(void *part, int64_t by)
{
    struct said *said = part;

    said->since += by;
}

static void move_eta(void *part, int64_t by)
{
    eta_move(part, by);
}

static void move_verdict(void *part, int64_t by)
{
    verdict_move(part, by);
}

static bool valid_span(const void *part)
{
    const struct span *span = part;

    return span->turns >= 0 && span->turns <= 2 &&
           (span->turns < 2 || span->ended >= span->began);
}

static bool valid_said(const void *part)
{
    const struct said *said = part;

    return said->seconds >= LEFT_UNKNOWN;
}

static bool valid_eta(const void *part)
{
    return eta_valid(part);
}

static bool valid_verdict(const void *part)
{
    return verdict_valid(part);
}

static bool valid_weight(const void *part)
{
    const int64_t *weight = part;

    return *weight >= 0 && *weight <= PHASE_WEIGHT_MAX;
}

static bool valid_ending(const void *part)
{
    const struct ending *ending = part;

    return ending->is >= 0 && ending->is <= RESULT_NOT_SAID;
}

#define OF_PACE(name, member)                                                  \
    {                                                                          \
#name, &a->paces->member, sizeof *a->paces, WORDS(a->paces->member),   \
            move_##name, valid_##name                                          \
    }

/* A part for each member of a pace, and the weight where we gave it. */
static void list_parts(const struct agg *a, struct resume_part list[PARTS])
{
    const struct resume_part parts[PARTS] = {
        OF_PACE(span, span),
        OF_PACE(said, said),
        OF_PACE(eta, eta),
        OF_PACE(verdict, verdict),
        { a->learned ? "weight" : NULL, &a->plan.phases->weight,
          sizeof *a->plan.phases, 1, NULL, valid_weight },
        { .name = NULL },
    };

    for (size_t i = 0; i < PARTS; i++)
        list[i] = parts[i];
}

/* The ActionSet's uid tells it from the next one. */
static const char *identity_of(const struct plan *plan)
{
    return plan->uid[0] != '\0' ? plan->uid : NULL;
}

bool agg_save(const struct agg *a, struct instant now, struct buf *b)
{
    struct ending ending = { a->status.result != RESULT_NOT_SAID
                                 ? (int64_t)a->status.result + 1
                                 : 0 };
    struct plan plan = a->plan;
    struct resume_part of_phases[PARTS], of_whole[] = {
        { "ending", &ending, 0, WORDS(ending), NULL, valid_ending },
        { .name = NULL },
    };
    struct resume resume = { .plan = &plan,
                             .identity = identity_of(&plan),
                             .of_phases = of_phases,
                             .of_whole = of_whole };

    list_parts(a, of_phases);
    return resume_write(&resume, &a->status.line, now, b);
}

enum resume_result agg_resume(struct agg *a, const char *text, size_t len,
                              struct instant now, char *why)
{
    struct ending ending = { 0 };
    struct resume_part of_phases[PARTS], of_whole[] = {
        { "ending", &ending, 0, WORDS(ending), NULL, valid_ending },
        { .name = NULL },
    };
    struct resume resume = { .plan = &a->plan,
                             .identity = identity_of(&a->plan),
                             .of_phases = of_phases,
                             .of_whole = of_whole };
    enum resume_result result;

    list_parts(a, of_phases);
    result = resume_read(&resume, text, len, now);
    snprintf(why, RESUME_WHY_MAX, "%s", resume.why);
    for (size_t i = 0; i < a->plan.phase_count; i++) {
        struct verdict *v = &a->paces[i].verdict;

        v->stall_after = a->stall_after;
        if (result == RESUME_TAKEN)
            verdict_away(v, resume.away);
    }
    a->resumed = (enum result)(ending.is > 0 ? ending.is - 1 : RESULT_NOT_SAID);
    return result;
}
