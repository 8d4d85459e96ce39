#include "view/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/json.h"

const char *rows_state(enum viewed_state state)
{
    static const char *const words[] = { "pending", "running", "failed",
                                         "complete", "?" };

    return words[state];
}

/* Copies what B holds, which is ours and short, to OUT as a string. */
static void take(struct buf *b, char *out, size_t room)
{
    size_t len = b->len < room ? b->len : room - 1;

    if (len > 0)
        memcpy(out, b->bytes, len);
    out[len] = '\0';
    buf_free(b);
}

void rows_percent(int64_t hundredths, char out[static 16])
{
    struct buf b = BUF_INIT(16);

    if (hundredths >= 0) {
        json_put_int(&b, hundredths / 100);
        buf_char(&b, '.');
        buf_char(&b, (char)('0' + hundredths / 10 % 10));
        buf_char(&b, (char)('0' + hundredths % 10));
        buf_char(&b, '%');
    }
    take(&b, out, 16);
}

void rows_bytes(const struct viewed_progress *p, char out[static 64])
{
    struct buf b = BUF_INIT(64);
    int64_t moved, total;

    if (viewed_bytes(p, &moved, &total) && (moved > 0 || total > 0)) {
        human_put_bytes(&b, moved);
        if (total >= 0) {
            buf_str(&b, " of ");
            human_put_bytes(&b, total);
        }
    }
    take(&b, out, 64);
}

void rows_rate(int64_t rate, char out[static 32])
{
    struct buf b = BUF_INIT(32);

    if (rate >= 0) {
        human_put_bytes(&b, rate);
        buf_str(&b, "/s");
    }
    take(&b, out, 32);
}

void rows_left(int64_t seconds, char out[static 32])
{
    struct buf b = BUF_INIT(32);

    if (seconds >= 0) {
        human_put_seconds(&b, seconds);
        buf_str(&b, " left");
    }
    take(&b, out, 32);
}

static struct row *add(struct rows *r, enum row_kind kind, enum row_rank rank)
{
    if (r->count == r->room) {
        size_t room = r->room > 0 ? 2 * r->room : 16;
        struct row *more = reallocarray(r->row, room, sizeof *more);

        if (more == NULL)
            return NULL;
        r->row = more;
        r->room = room;
    }
    r->row[r->count] =
        (struct row){ .kind = kind, .rank = rank, .percent = VIEWED_UNKNOWN };
    return &r->row[r->count++];
}

static bool add_head(struct rows *r, const struct viewed *v)
{
    struct row *row = add(r, ROW_HEAD, RANK_HEAD);

    if (row == NULL)
        return false;
    row->name = v->name;
    row->text = v->namespace_;
    return true;
}

static bool is_troubled(const struct viewed *v)
{
    return v->state == VIEWED_RUNNING && v->verdict >= VIEWED_SLOW;
}

static bool add_phase(struct rows *r, const struct board_entry *e, size_t index)
{
    const struct viewed_phase *p = &e->v.phases[index];
    enum row_rank rank = p->state == VIEWED_DONE      ? RANK_DONE
                         : p->state == VIEWED_PENDING ? RANK_PENDING
                                                      : RANK_ACTIVE;
    struct row *row = add(r, ROW_PHASE, rank);

    if (row == NULL)
        return false;
    row->name = p->name;
    row->function = p->function;
    row->state = p->state;
    row->state_text = p->state_text;
    row->percent = p->progress.percent;
    row->troubled = is_troubled(&e->v) && e->v.subject == index;
    rows_bytes(&p->progress, row->bytes);
    rows_rate(board_rate(e, index), row->rate);
    if (!row->troubled || e->v.verdict != VIEWED_STALLED)
        rows_left(viewed_seconds(&e->v, p), row->left);
    return true;
}

static bool add_action(struct rows *r, const struct board_entry *e,
                       const struct viewed_action *a)
{
    if (e->v.action_count > 1) {
        struct row *row = add(r, ROW_ACTION, RANK_HEAD);

        if (row == NULL)
            return false;
        row->name = a->name;
    }
    for (size_t i = a->first; i < a->first + a->count; i++) {
        if (!add_phase(r, e, i))
            return false;
        if (e->v.action_count > 1)
            r->row[r->count - 1].action = a->name;
    }
    return true;
}

static bool add_total(struct rows *r, const struct viewed *v)
{
    static const char total[] = "total";
    struct row *row =
        add(r, ROW_TOTAL,
            v->state == VIEWED_RUNNING ? RANK_TOTAL : RANK_OTHER_TOTAL);

    if (row == NULL)
        return false;
    row->name = (struct viewed_text){ total, sizeof total - 1 };
    if (v->action_count == 1 && v->actions[0].name.len > 0)
        row->name = v->actions[0].name;
    row->state = v->state;
    row->state_text = v->state_text;
    row->percent = v->whole.percent;
    row->troubled = is_troubled(v);
    rows_bytes(&v->whole, row->bytes);
    if (v->state == VIEWED_RUNNING && v->verdict != VIEWED_STALLED)
        rows_left(v->left.seconds, row->left);
    return true;
}

static struct row *add_note(struct rows *r, const char *word)
{
    struct row *row = add(r, ROW_NOTE, RANK_NOTE);

    if (row != NULL)
        memcpy(row->word, word, strlen(word) + 1);
    return row;
}

static bool note_trouble(struct rows *r, const struct viewed *v, int64_t now)
{
    struct row *row =
        add_note(r, v->verdict == VIEWED_STALLED ? "stalled" : "slow");
    struct buf b = BUF_INIT(64);

    if (row == NULL)
        return false;
    row->state = VIEWED_RUNNING;
    row->troubled = true;
    if (v->verdict_since >= 0) {
        int64_t ns = now > v->verdict_since ? now - v->verdict_since : 0;

        buf_str(&b, row->word);
        buf_str(&b, " for ");
        human_put_seconds(&b, ns / CLOCK_SECOND);
        take(&b, row->word, sizeof row->word);
    }
    return true;
}

static bool add_notes(struct rows *r, const struct viewed *v, int64_t now)
{
    struct viewed_text doubt = viewed_doubt(v);
    struct row *row;

    if (is_troubled(v) && !note_trouble(r, v, now))
        return false;
    if (v->error.len > 0) {
        row = add_note(r, "error:");
        if (row == NULL)
            return false;
        row->state = VIEWED_FAILED;
        row->text = v->error;
    }
    if (doubt.len > 0) {
        row = add_note(r, "the mover says:");
        if (row == NULL)
            return false;
        row->text = doubt;
    }
    if (v->deleted) {
        row = add_note(r, "deleted");
        if (row == NULL)
            return false;
        row->state = VIEWED_FAILED;
    }
    return true;
}

static bool add_entry(struct rows *r, const struct board_entry *e, int64_t now)
{
    const struct viewed *v = &e->v;

    if (v->name.len > 0 && !add_head(r, v))
        return false;
    for (size_t i = 0; i < v->action_count; i++)
        if (!add_action(r, e, &v->actions[i]))
            return false;
    return add_total(r, v) && add_notes(r, v, now);
}

bool rows_collect(struct rows *r, const struct board *b, int64_t now)
{
    r->count = 0;
    for (size_t i = 0; i < b->count; i++) {
        size_t first = r->count;

        if (!add_entry(r, &b->entries[i], now))
            return false;
        for (size_t j = first; b->count > 1 && j < r->count; j++)
            r->row[j].set = b->entries[i].v.name;
    }
    if (b->remark[0] != '\0') {
        struct row *row = add_note(r, "");

        if (row == NULL)
            return false;
        row->text = (struct viewed_text){ b->remark, strlen(b->remark) };
    }
    return true;
}

void rows_drop_heads(struct rows *r)
{
    size_t kept = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct row *row = &r->row[i];

        if (row->kind != ROW_ACTION &&
            (row->kind != ROW_HEAD || row->set.len == 0))
            r->row[kept++] = *row;
    }
    r->count = kept;
}

void rows_free(struct rows *r)
{
    free(r->row);
    *r = (struct rows){ 0 };
}
