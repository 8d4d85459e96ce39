#include "labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

enum { TEXT_MAX = 8 * 1024 * 1024 };

/* One character of N bytes, or a byte that is none (0). */
static void put_character(struct buf *b, const char *at, size_t n)
{
    unsigned char c = (unsigned char)*at;
    bool is_c1 = n == 2 && c == 0xC2 && (unsigned char)at[1] < 0xA0;

    if (c == '\\' || c == '"')
        buf_char(b, '\\');
    if (c == '\n')
        buf_str(b, "\\n");
    else if (n == 0 || c < 0x20 || c == 0x7F || is_c1)
        buf_str(b, "\xEF\xBF\xBD");
    else
        buf_add(b, at, n);
}

void label_put(struct buf *b, const char *name, const char *value, size_t len)
{
    size_t at = 0;

    buf_str(b, name);
    buf_str(b, "=\"");
    while (at < len) {
        size_t n = utf8_length(value + at, len - at);
        size_t step = n > 0 ? n : 1;

        if (at + step > LABEL_MAX)
            break;
        put_character(b, value + at, n);
        at += step;
    }
    buf_char(b, '"');
}

/* Prometheus takes an empty label for one that is not there. */
static void add_label(struct buf *b, const char *name, struct viewed_text text)
{
    if (text.len == 0)
        return;
    buf_char(b, ',');
    label_put(b, name, text.bytes, text.len);
}

static bool same(const struct labels *l, const struct labelled *a,
                 const struct labelled *b)
{
    return a->len == b->len &&
           memcmp(l->text.bytes + a->at, l->text.bytes + b->at, a->len) == 0;
}

static void add_actionset(struct labels *l, const struct board_entry *e,
                          const char *task)
{
    struct labelled *new = &l->actionsets[l->actionset_count++];

    *new = (struct labelled){ .entry = e, .at = l->text.len };
    label_put(&l->text, "task", task, strlen(task));
    add_label(&l->text, "namespace", e->v.namespace_);
    add_label(&l->text, "actionset", e->v.name);
    new->len = l->text.len - new->at;
    for (struct labelled *old = l->actionsets; old < new; old++)
        if (!l->text.failed && same(l, old, new))
            old->left_out = true;
}

static void add_phase(struct labels *l, const struct labelled *actionset,
                      size_t phase)
{
    const struct viewed *v = &actionset->entry->v;
    const struct viewed_phase *p = &v->phases[phase];
    struct labelled *new = &l->phases[l->phase_count];

    *new = (struct labelled){ .entry = actionset->entry,
                              .phase = phase,
                              .at = l->text.len };
    if (buf_reserve(&l->text, actionset->len)) /* it moves what it copies */
        buf_add(&l->text, l->text.bytes + actionset->at, actionset->len);
    buf_str(&l->text, ",action_index=\"");
    json_put_int(&l->text, (int64_t)p->action);
    buf_char(&l->text, '"');
    add_label(&l->text, "action", v->actions[p->action].name);
    buf_str(&l->text, ",phase_index=\"");
    json_put_int(&l->text, (int64_t)(phase - v->actions[p->action].first));
    buf_char(&l->text, '"');
    add_label(&l->text, "phase", p->name);
    new->len = l->text.len - new->at;
    l->phase_count++;
}

bool labels_open(struct labels *l, const struct board *b, const char *task)
{
    *l = (struct labels){ .text = BUF_INIT(TEXT_MAX) };
    l->actionsets = calloc(b->count + 1, sizeof *l->actionsets);
    l->phases = calloc(LABELLED_MAX + 1, sizeof *l->phases);
    if (l->actionsets == NULL || l->phases == NULL)
        return false;
    for (size_t i = 0; i < b->count; i++)
        add_actionset(l, &b->entries[i], task);
    for (size_t i = 0; i < l->actionset_count && !l->text.failed; i++) {
        const struct labelled *a = &l->actionsets[i];

        /* The analyzer forgets that `*l = ...` has set the count to 0, and goes
         * through a list to which add_actionset() has added nothing. */
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        for (size_t p = 0; p < a->entry->v.phase_count && !a->left_out; p++) {
            l->more = l->phase_count == LABELLED_MAX;
            if (l->more)
                return true;
            add_phase(l, a, p);
        }
    }
    return !l->text.failed;
}

void labels_free(struct labels *l)
{
    buf_free(&l->text);
    free(l->actionsets);
    free(l->phases);
}
