#include "kube/target.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/out.h"

static enum target_kind kind_of(const char *operand)
{
    static const char actionset[] = "actionset/";

    if (strcmp(operand, "-") == 0)
        return TARGET_STDOUT;
    if (strncmp(operand, actionset, sizeof actionset - 1) == 0)
        return TARGET_ACTIONSET;
    return TARGET_FILE;
}

const char *target_open(struct target *t, const char *operand)
{
    *t = (struct target){ .kind = kind_of(operand), .name = operand };
    switch (t->kind) {
    case TARGET_STDOUT:
        t->name = "standard output";
        return NULL;
    case TARGET_ACTIONSET:
        return "is in a cluster, and this version writes files only (a file "
               "of that name is ./actionset/NAME)";
    case TARGET_FILE:
        if (*operand == '\0')
            return "is empty";
        return file_replaceable(operand) ? NULL
               : errno == EISDIR         ? "is a directory"
                                         : "is not a regular file";
    }
    return "is of no known kind";
}

static bool write_line(struct target *t, const char *line, size_t len)
{
    /* a line that was cut ends here, so that this one stands by itself */
    bool good = (!t->torn || write_all(STDOUT_FILENO, "\n", 1)) &&
                write_all(STDOUT_FILENO, line, len);

    t->torn = !good;
    return good;
}

bool target_write(struct target *t, const char *line, size_t len)
{
    return t->kind == TARGET_FILE ? file_replace(t->name, line, len)
                                  : write_line(t, line, len);
}
