#include "run/event.h"

#include <string.h>

#include "base/json.h"

static void begin(struct buf *b, const struct owner *o)
{
    JSON_LIT(b, "{\"type\":\"phase\"");
    owner_put(b, o);
}

static void end(struct buf *b, const char *mover)
{
    if (mover != NULL) {
        JSON_LIT(b, ",\"mover\":");
        json_put_string(b, mover, strlen(mover));
    }
    JSON_LIT(b, "}\n");
}

void event_begin(struct buf *b, const struct owner *o, const char *mover)
{
    begin(b, o);
    JSON_LIT(b, ",\"state\":\"running\"");
    end(b, mover);
    begin(b, o);
    JSON_LIT(b, ",\"step\":\"prerequisites\",\"done\":true");
    end(b, mover);
}

void event_end(struct buf *b, const struct owner *o, bool good)
{
    begin(b, o);
    buf_str(b, good ? ",\"state\":\"complete\"" : ",\"state\":\"failed\"");
    end(b, NULL);
}
