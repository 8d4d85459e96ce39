#include "lines.h"

#include <string.h>

#include "base/json.h"
#include "base/shown.h"
#include "mover/sgr.h"

void lines_init(struct lines *l, struct adapter *adapter, struct box *box)
{
    *l = (struct lines){ .adapter = adapter,
                         .box = box,
                         .plain = BUF_INIT(REC_CEILING) };
    adapted_init(&l->run, adapter->operation);
}

void lines_free(struct lines *l)
{
    adapted_free(&l->run);
    buf_free(&l->plain);
}

/* The piece without colours, and without blanks around it. */
static struct text plain_text(struct lines *l, const struct record *piece)
{
    struct text t = { piece->text, piece->len };

    if (t.len > 0 && memchr(t.at, '\033', t.len) != NULL) {
        sgr_strip(piece->text, piece->len, &l->plain);
        t.at = l->plain.bytes;
        t.len = l->plain.failed ? 0 : l->plain.len;
    }
    return text_trim(t);
}

/* What the jq program gave is no record. */
static void blame_answer(struct lines *l, jv answer)
{
    struct buf b = BUF_INIT(1 << 20);

    buf_str(&b, "it gives what is no record: ");
    json_put_value(&b, answer);
    shown(l->why, sizeof l->why, b.len > 0 ? b.bytes : "", b.len);
    buf_free(&b);
}

/* Takes one output of the jq program: a record, or null where it knows the
 * line and has nothing to say. */
static bool take_answer(struct lines *l, jv answer)
{
    const struct adapter *a = l->adapter;
    struct reading reading;

    if (jv_get_kind(answer) == JV_KIND_NULL)
        return true;
    if (!reading_of_json(&reading, answer, a->operation, a->fixed)) {
        blame_answer(l, answer);
        return false;
    }
    adapted_take(&l->run, &reading);
    return true;
}

/* Asks the jq program; whether it understood the line. */
static bool ask(struct lines *l, struct text line)
{
    bool understood = true;
    jv answers;
    int count;

    if (l->box == NULL || (line.at[0] != '{' && line.at[0] != '['))
        return false;
    if (box_ask(l->box, line.at, line.len, &answers) != BOX_ANSWERED) {
        memcpy(l->why, l->box->refused, sizeof l->why);
        return false;
    }
    count = jv_array_length(jv_copy(answers));
    for (int i = 0; i < count; i++) {
        jv answer = jv_array_get(jv_copy(answers), i);

        understood = take_answer(l, answer) && understood;
        jv_free(answer);
    }
    jv_free(answers);
    return understood && count > 0;
}

static bool understand(struct lines *l, struct text line)
{
    struct reading reading;
    const struct rule *by;

    switch (adapter_match(l->adapter, line.at, line.len, &reading, &by)) {
    case ADAPTER_MATCHED:
        adapted_take(&l->run, &reading);
        return true;
    case ADAPTER_LIMIT:
        if (l->limits++ == 0)
            l->limit_line = by->line;
        break;
    case ADAPTER_NONE:
        break;
    }
    return ask(l, line);
}

void lines_piece(struct lines *l, const struct record *piece)
{
    struct text line = plain_text(l, piece);

    if (line.len == 0)
        return;
    l->why[0] = '\0';
    if (!piece->cut && piece->after != 0 && understand(l, line)) {
        l->recognised++;
        return;
    }
    l->missed++;
    if (l->unmatched != NULL)
        l->unmatched(l->arg, line.at, line.len);
}
