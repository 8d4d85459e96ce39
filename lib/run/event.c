#include "run/event.h"

#include <string.h>

#include "base/json.h"

static void begin(struct buf *b, const char *phase)
{
    JSON_LIT(b, "{\"type\":\"phase\"");
    if (phase == NULL)
        return;
    JSON_LIT(b, ",\"phase\":");
    json_put_string(b, phase, strlen(phase));
}

void event_begin(struct buf *b, const char *phase)
{
    begin(b, phase);
    JSON_LIT(b, ",\"state\":\"running\"}\n");
    begin(b, phase);
    JSON_LIT(b, ",\"step\":\"prerequisites\",\"done\":true}\n");
}

void event_end(struct buf *b, const char *phase, bool good)
{
    begin(b, phase);
    buf_str(b,
            good ? ",\"state\":\"complete\"}\n" : ",\"state\":\"failed\"}\n");
}
