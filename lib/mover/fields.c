#include "mover/fields.h"

#include <string.h>

_Static_assert(FIELD_COUNT <= 64, "a bit for each field");

#define FIELD_TYPE(name, unit) { #name, UNIT_##unit },
const struct field_type field_types[FIELD_COUNT] = { FIELDS(FIELD_TYPE) };

enum field field_find(const char *name)
{
    enum field f = 0;

    while (f < FIELD_COUNT && strcmp(field_types[f].name, name) != 0)
        f++;
    return f;
}
