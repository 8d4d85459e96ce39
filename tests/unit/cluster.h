/*
 * A model of what an ActionSet goes through: Kanister's controller with its
 * trackers (kanister pkg/controller, pkg/progress@0.119.0), an API server that
 * answers late, loses requests or their replies, and writers that are fed with
 * the lines of movers.  All of it on one clock, and all of it from one seed.
 */
#ifndef UNIT_CLUSTER_H
#define UNIT_CLUSTER_H

#include "base/num.h"
#include "random.h"
#include "server.h"

enum { SIM_ACTIONS = 2, SIM_PHASES = 3, SIM_WRITERS = 2 };

#define NEVER INT64_MAX
#define MS    INT64_C(1000000)

enum sim_state { SIM_PENDING, SIM_RUNNING, SIM_COMPLETE, SIM_FAILED };

struct sim_phase {
    enum sim_state state;
    char percent[8]; /* as it is stored; empty: none */
    int64_t takes;   /* ns */
    int64_t began, tick;
    bool fails;
};

/* What the controller does for one action; it reads and writes the object at
 * one moment, since it would only try again where somebody was in between. */
struct sim_action {
    struct sim_phase phases[SIM_PHASES + 1]; /* the last: its defer phase */
    int count;
    bool deferred;
    int at; /* the phase at hand; count: the defer phase */
    int64_t next;
    bool done;
};

struct sim_writer {
    struct server s; /* only its writer is used */
    int action;      /* whose lines it gets; -1: of all */
    int64_t lag;     /* how late the mover's lines are, ns */
    int64_t next_line, every;
    int64_t reply_at, reach_at;
    struct writer_step step;
    jv looked;
    int64_t generation; /* in the reply to come */
    char version[16];   /* and its resourceVersion */
    bool says_version;  /* a server that is not ours may have none */
    bool asks_well;     /* it may ask whether there is a subresource */
    bool noted;         /* the first of two requests was taken */
    bool ended, taken, lost, conflict, finished;
    int64_t patched_at; /* the last write that was due by the interval */
    int lines, looks, patches, applied;
    char last[512]; /* the newest line's actions */
};

struct sim {
    int64_t now;
    jv object;
    struct sim_action actions[SIM_ACTIONS];
    struct sim_writer writers[SIM_WRITERS];
    int action_count, writer_count, version;
    jv before; /* the object at its last resourceVersion */
    int resource_version;
    enum sim_state state;
    int64_t start_at, read_at; /* pending to running, in two requests */
    int version_read;
    bool trackers, document, faults, subresource;
    bool reset_now; /* the controller has set the top */
};

static inline const char *sim_names(int action, int phase)
{
    static const char *const names[SIM_ACTIONS][SIM_PHASES + 1] = {
        { "a", "b", "c", "y" }, { "d", "e", "f", "z" }
    };

    return names[action][phase];
}

/* --- the object, which is a jv: all the controller's writes go through here */

static inline jv sim_path(const struct sim *m, int action, int phase,
                          const char *member)
{
    jv path =
        JV_ARRAY(jv_string("status"), jv_string("actions"), jv_number(action));

    if (phase == m->actions[action].count)
        path = jv_array_append(path, jv_string("deferPhase"));
    else
        path = jv_array_append(jv_array_append(path, jv_string("phases")),
                               jv_number(phase));
    return jv_array_append(path, jv_string(member));
}

static inline void sim_set(struct sim *m, jv path, jv value)
{
    m->object = jv_setpath(m->object, path, value);
    m->version++;
}

static inline jv sim_get(const struct sim *m, jv path)
{
    return jv_getpath(jv_copy(m->object), path);
}

static inline jv sim_top(const char *member)
{
    return JV_ARRAY(jv_string("status"), jv_string("progress"),
                    jv_string(member));
}

/* What stands there, in hundredths; -1: nothing. */
static inline int64_t sim_percent(const struct sim *m, jv path)
{
    jv text = sim_get(m, path);
    int64_t hundredths = -1;

    if (jv_get_kind(text) == JV_KIND_STRING)
        HOLDS(num_decimal(jv_string_value(text),
                          (size_t)jv_string_length_bytes(jv_copy(text)), 100,
                          &hundredths));
    jv_free(text);
    return hundredths;
}

static inline int64_t sim_phase_percent(const struct sim *m, int i, int j)
{
    return sim_percent(m, jv_array_append(sim_path(m, i, j, "progress"),
                                          jv_string("progressPercent")));
}

/* progress.SetActionSetPercentCompleted */
static inline void sim_sum_up(struct sim *m)
{
    int64_t sum = 0, size = 0;
    int count = 0;
    struct buf b = BUF_INIT(16);

    for (int i = 0; i < m->action_count; i++)
        for (int j = 0; j < m->actions[i].count; j++) {
            int64_t percent = sim_phase_percent(m, i, j), bytes = 0;
            jv progress = sim_get(m, sim_path(m, i, j, "progress"));

            (void)json_get_int(progress, "sizeUploadedB", &bytes);
            jv_free(progress);
            size += bytes;
            count++;
            HOLDS(m->document || percent % 100 == 0 || percent == -1);
            sum += kanister_percent(
                m->document ? KANISTER_DOCUMENT : KANISTER_WHOLE, percent);
        }
    kanister_put(&b, m->document ? KANISTER_DOCUMENT : KANISTER_WHOLE,
                 sum / count);
    buf_char(&b, '\0');
    sim_set(m, sim_top("percentCompleted"), jv_string(b.bytes));
    if (size == 0)
        sim_set(m, JV_ARRAY(jv_string("status"), jv_string("progress")),
                jv_object_delete(sim_get(m, JV_ARRAY(jv_string("status"),
                                                     jv_string("progress"))),
                                 jv_string("sizeUploadedB")));
    else
        sim_set(m, sim_top("sizeUploadedB"), jv_number((double)size));
    m->reset_now = true;
    buf_free(&b);
}

static inline void sim_set_state(struct sim *m, int i, int j,
                                 enum sim_state state)
{
    static const char *const states[] = { "pending", "running", "complete",
                                          "failed" };

    m->actions[i].phases[j].state = state;
    sim_set(m, sim_path(m, i, j, "state"), jv_string(states[state]));
}

static inline void sim_put_percent(struct sim *m, int i, int j,
                                   const char *percent)
{
    sim_set(m, sim_path(m, i, j, "progress"),
            JV_OBJECT(jv_string("progressPercent"), jv_string(percent),
                      jv_string("lastTransitionTime"), jv_string(TIME)));
}

static inline void sim_set_running(struct sim *m, const char *name)
{
    if (*name != '\0')
        sim_set(m, sim_top("runningPhase"), jv_string(name));
}

static inline void sim_finish(struct sim *m, enum sim_state state)
{
    if (m->state == SIM_FAILED)
        return;
    m->state = state;
    sim_set(m, JV_ARRAY(jv_string("status"), jv_string("state")),
            jv_string(state == SIM_FAILED ? "failed" : "complete"));
}

/* --- the controller */

static inline void sim_begin_phase(struct sim *m, int i)
{
    struct sim_action *a = &m->actions[i];
    struct sim_phase *p = &a->phases[a->at];

    sim_set_running(m, sim_names(i, a->at < a->count ? a->at : SIM_PHASES));
    if (a->at < a->count)
        sim_set_state(m, i, a->at, SIM_RUNNING);
    p->began = m->now;
    p->tick = m->trackers && a->at < a->count ? m->now + 5 * S : NEVER;
    a->next = m->now + p->takes;
}

/* One look of a phase's tracker (progress.setActionSetPhaseProgress). */
static inline void sim_tick(struct sim *m, int i, int j)
{
    const char *zero = m->document ? "0.00" : "0";
    jv progress = sim_get(m, sim_path(m, i, j, "progress"));
    jv same = json_get(progress, "progressPercent");
    bool differs = jv_get_kind(same) != JV_KIND_STRING ||
                   strcmp(jv_string_value(same), zero) != 0;
    int64_t bytes = 0;

    jv_free(same);
    differs |= json_get_int(progress, "sizeUploadedB", &bytes) && bytes != 0;
    jv_free(progress);
    m->actions[i].phases[j].tick += 5 * S;
    if (!differs)
        return;
    sim_put_percent(m, i, j, zero);
    sim_sum_up(m);
}

static inline void sim_end_action(struct sim *m, int i)
{
    m->actions[i].done = true;
    m->actions[i].next = NEVER;
    for (int k = 0; k < m->action_count; k++)
        if (!m->actions[k].done)
            return;
    sim_finish(m, SIM_COMPLETE);
}

static inline void sim_end_phase(struct sim *m, int i)
{
    struct sim_action *a = &m->actions[i];
    struct sim_phase *p = &a->phases[a->at];

    p->tick = NEVER;
    if (p->fails) {
        sim_set_state(m, i, a->at, SIM_FAILED);
        sim_finish(m, SIM_FAILED);
        a->at = a->count; /* the defer phase is run all the same */
    } else {
        sim_set_state(m, i, a->at, SIM_COMPLETE);
        if (a->at < a->count) {
            sim_put_percent(m, i, a->at, m->document ? "100.00" : "100");
            sim_sum_up(m);
        }
        a->at++;
    }
    if (a->at > a->count || (a->at == a->count && !a->deferred))
        sim_end_action(m, i);
    else
        a->next = m->now + any(200) * MS; /* to the next phase */
}

/* Its next event: a phase begins or ends. */
static inline void sim_step_action(struct sim *m, int i)
{
    struct sim_action *a = &m->actions[i];
    bool runs = a->phases[a->at].began != 0;

    if (runs)
        sim_end_phase(m, i);
    else
        sim_begin_phase(m, i);
}

/* Pending to running, with an update that fails where anything was written in
 * between: then the action is lost. */
static inline void sim_start(struct sim *m)
{
    if (m->read_at == NEVER) {
        m->version_read = m->version;
        m->read_at = m->now + 1 + any(300) * MS;
        m->start_at = NEVER;
        return;
    }
    HOLDS(m->version == m->version_read);
    m->read_at = NEVER;
    m->state = SIM_RUNNING;
    sim_set(m, JV_ARRAY(jv_string("status"), jv_string("state")),
            jv_string("running"));
    for (int i = 0; i < m->action_count; i++)
        m->actions[i].next = m->now + any(2000) * MS;
}

/* --- what the movers say */

static inline int put_sim_phase(char *to, size_t room, const struct sim *m,
                                int i, int j, int64_t then)
{
    const struct sim_phase *p = &m->actions[i].phases[j];
    const char *name = sim_names(i, j < m->actions[i].count ? j : SIM_PHASES);
    int64_t went = then - p->began;

    if (p->began == 0 || went < 0)
        return snprintf(to, room, "%s:p", name);
    if (went >= p->takes)
        return snprintf(to, room, "%s:%c=%s/1000", name, p->fails ? 'f' : 'c',
                        p->fails ? "99.00" : "100.00");
    went = went * 10000 / p->takes;
    return snprintf(to, room, "%s:r=%d.%02d/%d", name, (int)(went / 100),
                    (int)(went % 100), (int)went / 10);
}

/* The actions of the line that a writer gets now: what was a while ago. */
static inline void sim_line(const struct sim *m, struct sim_writer *w)
{
    size_t n = 0;

    for (int i = 0; i < m->action_count; i++) {
        if (w->action >= 0 && w->action != i)
            continue;
        n += (size_t)snprintf(w->last + n, sizeof w->last - n, "%s%s/",
                              n > 0 ? "|" : "", i == 0 ? "one" : "two");
        for (int j = 0; j < m->actions[i].count; j++) {
            n += (size_t)snprintf(w->last + n, sizeof w->last - n, "%s",
                                  j > 0 ? "," : "");
            n += (size_t)put_sim_phase(w->last + n, sizeof w->last - n, m, i, j,
                                       m->now - w->lag);
        }
        if (m->actions[i].deferred) {
            n += (size_t)snprintf(w->last + n, sizeof w->last - n, ",~");
            n += (size_t)put_sim_phase(w->last + n, sizeof w->last - n, m, i,
                                       m->actions[i].count, m->now - w->lag);
        }
    }
}

#endif
