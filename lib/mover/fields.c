#include "mover/fields.h"

#include <string.h>

#include "base/num.h"
#include "mover/units.h"

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

int64_t values_read_printed(const struct values *v, enum field f)
{
    struct text printed = v->of[f].text;
    int64_t number = -1;

    if (field_types[f].unit == UNIT_SIZE)
        units_size(printed.at, printed.len, &number);
    else
        num_int(printed.at, printed.len, &number);
    return number;
}
