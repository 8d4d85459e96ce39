#include "phase/explain.h"

#include "base/json.h"
#include "phase/steps.h"
#include "phase/whole.h"

/* "33.33", with spaces in front up to the width of 100.00. */
static void put_aligned(struct buf *b, int64_t hundredths)
{
    for (int64_t wide = 10000; wide > hundredths && wide >= 1000; wide /= 10)
        buf_char(b, ' ');
    percent_put(b, hundredths);
}

static void put_fraction(struct buf *b, int64_t above, int64_t below)
{
    json_put_int(b, above);
    buf_char(b, '/');
    json_put_int(b, below);
}

/* A line's figure: what is left of it after cutting, and what is cut off. */
static void put_part(struct buf *b, int64_t whole, int64_t rest, int64_t all)
{
    buf_str(b, "  ");
    put_aligned(b, whole);
    buf_char(b, ' ');
    put_fraction(b, rest, all);
    buf_str(b, "  ");
}

/* What the mover's percentage comes to, of the phase. */
static int64_t percent_of_raw(const struct plan *plan,
                              const struct phase *phase)
{
    if (!plan->within_steps)
        return phase->raw;
    return steps_within(functions_steps(phase->known), phase->weights,
                        phase->raw < PERCENT_WHOLE ? phase->raw
                                                   : PERCENT_WHOLE);
}

static void put_mover(struct buf *b, const struct plan *plan,
                      const struct phase *phase)
{
    int64_t percent;

    /* of items and a mover the latest may not be the one that counts */
    if (phase->raw < 0 || phase->items.count > 0) {
        buf_str(b, "its mover said so");
        return;
    }
    percent = percent_of_raw(plan, phase);
    buf_str(b, "its mover says ");
    percent_put(b, phase->raw);
    if (plan->within_steps)
        buf_str(b, " of its execution");
    if (percent > PERCENT_HELD)
        buf_str(b, ", and it is held until it is complete");
    else if (percent < phase->progress.percent)
        buf_str(b, ", and it never goes back");
}

static void put_items(struct buf *b, const struct phase *phase)
{
    size_t failed = items_in(&phase->items, ITEM_FAILED);

    json_put_int(b, (int64_t)items_in(&phase->items, ITEM_DONE));
    buf_str(b, " of ");
    json_put_int(b, (int64_t)phase->items.count);
    buf_str(b, " items are done");
    if (failed > 0) {
        buf_str(b, ", ");
        json_put_int(b, (int64_t)failed);
        buf_str(b, " failed");
    }
}

/* Why the phase is where it is, while it has not ended well. */
static void put_basis(struct buf *b, const struct plan *plan,
                      const struct phase *phase)
{
    switch (phase->basis) {
    case BASIS_NONE:
        buf_str(b, "nothing is known of how far it is");
        break;
    case BASIS_GIVEN:
        buf_str(b, "the ActionSet says so");
        break;
    case BASIS_MOVER:
        put_mover(b, plan, phase);
        break;
    case BASIS_ITEMS:
        put_items(b, phase);
        break;
    case BASIS_STEP:
        buf_str(b, steps_name(phase->ended));
        buf_str(b, " has ended");
        break;
    }
}

static void put_reason(struct buf *b, const struct plan *plan,
                       const struct phase *phase)
{
    buf_str(b, phase_state_name(phase->state));
    if (phase->state == PHASE_RUNNING || phase->state == PHASE_FAILED) {
        buf_str(b, ": ");
        put_basis(b, plan, phase);
    }
    buf_char(b, '\n');
}

struct sum {
    int64_t all;          /* the weights */
    int64_t whole, rests; /* of the parts so far */
};

static void put_phase(struct buf *b, const struct plan *plan,
                      const struct phase *phase, struct sum *sum)
{
    int64_t percent = phase->progress.percent > 0 ? phase->progress.percent : 0;
    int64_t weight = whole_weight(plan, phase), part = weight * percent;

    if (phase->deferred) {
        buf_str(b, "  not counted  ");
    } else {
        put_part(b, part / sum->all, part % sum->all, sum->all);
        sum->whole += part / sum->all;
        sum->rests += part % sum->all;
    }
    json_put_string(b, phase->name, phase->name_len);
    buf_char(b, ' ');
    percent_put(b, percent);
    if (!phase->deferred) {
        buf_str(b, " x ");
        put_fraction(b, weight, sum->all);
    }
    buf_str(b, ", ");
    put_reason(b, plan, phase);
}

static void put_action(struct buf *b, const struct plan *plan, size_t index,
                       struct sum *sum)
{
    const struct action *a = &plan->actions[index];

    buf_str(b, "action ");
    json_put_int(b, (int64_t)index);
    if (a->name != NULL) {
        buf_char(b, ' ');
        json_put_string(b, a->name, a->name_len);
    }
    buf_char(b, '\n');
    for (size_t i = 0; i < a->count + a->has_defer; i++)
        put_phase(b, plan, &plan->phases[a->first + i], sum);
}

static void put_sum(struct buf *b, const struct plan *plan,
                    const struct sum *sum)
{
    int64_t carried = sum->rests / sum->all;

    buf_str(b, "together\n");
    put_part(b, sum->whole, sum->rests, sum->all);
    if (carried > 0) {
        buf_str(b, "that is ");
        percent_put(b, sum->whole + carried);
        buf_char(b, ' ');
        put_fraction(b, sum->rests % sum->all, sum->all);
        buf_str(b, "; ");
    }
    buf_str(b, sum->rests % sum->all > 0
                   ? "the rest, below a hundredth, is cut off\n"
                   : "nothing is cut off\n");
    if (sum->whole + carried > whole_of(plan).percent)
        buf_str(b, "it stays below 100.00 until the phases that weigh nothing "
                   "are complete\n");
    if (plan->reached > sum->whole + carried) {
        buf_str(b, "it was at ");
        percent_put(b, plan->reached);
        buf_str(b, " before a restart, with other weights, and never goes "
                   "back\n");
    }
}

void explain_put(struct buf *b, const struct plan *plan)
{
    struct sum sum = { .all = whole_weights(plan) };

    buf_str(b, "The whole is at ");
    percent_put(b, whole_of(plan).percent);
    buf_str(b, plan->by_time
                   ? " percent: the mean of its phases by the time they take.\n"
                   : " percent: the mean of its phases, which weigh the same."
                     "\n");
    for (size_t i = 0; i < plan->action_count; i++)
        put_action(b, plan, i, &sum);
    if (sum.all > 0)
        put_sum(b, plan, &sum);
    else
        buf_str(b, "no phase counts\n");
}
