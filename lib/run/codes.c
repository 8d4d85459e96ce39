#include "run/codes.h"

#include <string.h>

#include "base/num.h"

bool codes_parse(struct codes *c, const char *text)
{
    *c = (struct codes){ .good = { [0] = text == NULL } };
    while (text != NULL) {
        const char *end = strchrnul(text, ',');
        int64_t code;

        if (!num_int(text, (size_t)(end - text), &code) || code > UINT8_MAX)
            return false;
        c->good[code] = true;
        text = *end == ',' ? end + 1 : NULL;
    }
    return true;
}

bool codes_good(const struct codes *c, int code)
{
    return code >= 0 && code <= UINT8_MAX && c->good[code];
}
