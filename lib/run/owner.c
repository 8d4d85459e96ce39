#include "run/owner.h"

#include <string.h>

#include "base/json.h"

static void put(struct buf *b, const char *key, const char *name)
{
    if (name == NULL)
        return;
    buf_str(b, key);
    json_put_string(b, name, strlen(name));
}

void owner_put(struct buf *b, const struct owner *o)
{
    put(b, ",\"action\":", o->action);
    put(b, ",\"phase\":", o->phase);
}

bool owner_label(struct buf *b, const struct owner *o, const char *line,
                 size_t len)
{
    size_t before = b->len;

    while (len > 0 && line[len - 1] != '}')
        len--; /* space behind it */
    if (len == 0)
        return false;
    buf_add(b, line, len - 1);
    owner_put(b, o);
    buf_char(b, '}');
    if (!b->failed)
        return true;
    b->len = before;
    b->failed = false;
    return false;
}
