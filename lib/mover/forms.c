#include "base/buf.h"
#include "mover/grammar.h"

static void column(struct buf *b, const char *text)
{
    buf_char(b, '\t');
    buf_str(b, text);
}

/* "hashedB:bytes,hashedFiles:count" of the groups in the pattern. */
static void fields_column(struct buf *b, const char *pattern)
{
    static const char *const units[] = {
        [UNIT_COUNT] = "count",     [UNIT_SIZE] = "bytes",
        [UNIT_SPEED] = "bytes/s",   [UNIT_PERCENT] = "percent",
        [UNIT_SECONDS] = "seconds", [UNIT_TEXT] = "text",
    };
    const char *separator = "\t";
    const char *at = pattern != NULL ? pattern : "";

    while ((at = strstr(at, "(?<")) != NULL) {
        size_t len = strcspn(at += 3, ">");

        for (enum field f = 0; f < FIELD_COUNT; f++)
            if (strlen(field_types[f].name) == len &&
                memcmp(field_types[f].name, at, len) == 0) {
                buf_str(b, separator);
                buf_add(b, at, len);
                buf_char(b, ':');
                buf_str(b, units[field_types[f].unit]);
                separator = ",";
            }
    }
    if (*separator == '\t')
        column(b, "-");
}

void grammar_print(struct buf *b)
{
    buf_str(b,
            "NAME\tSINCE\tUNTIL\tOPERATION\tMEANING\tBEGINS\tFIELDS\tSAYS\n");
    for (const struct form *form = grammar; form->name != NULL; form++) {
        const char *operation = operation_name(form->operation);

        buf_str(b, form->name);
        column(b, form->since);
        column(b, form->until[0] != '\0' ? form->until : "newest");
        column(b, operation[0] != '\0' ? operation : "any");
        column(b, meaning_name(form->meaning));
        column(b, form->literal != NULL ? form->literal : form->first);
        fields_column(b, form->pattern);
        column(b, form->says[0] != '\0' ? form->says : "-");
        buf_char(b, '\n');
    }
}
