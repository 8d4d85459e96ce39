#include "kube/target.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/out.h"
#include "kube/server.h"

/* How kubectl's users spell the resource: kanister
 * pkg/customresource/actionset.yaml@0.119.0. */
static const char *const resources[] = { "actionset/", "actionsets/",
                                         "actionset.cr.kanister.io/",
                                         "actionsets.cr.kanister.io/" };

/* What stands behind the resource; NULL where OPERAND does not begin with
 * it. */
static const char *behind_resource(const char *operand)
{
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        size_t len = strlen(resources[i]);

        if (strncmp(operand, resources[i], len) == 0)
            return operand + len;
    }
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Whether NAME is what the API server calls a DNS subdomain: labels of letters,
 * digits and "-", joined by "." (apimachinery
 * pkg/util/validation/validation.go@v0.34.1).  It is safe within a URL then. */
static bool is_object(const char *name)
{
    size_t len = strlen(name);
    char before = '.';

    for (size_t i = 0; i < len; i++) {
        bool good = is_letter(name[i]) || (name[i] == '-' && before != '.') ||
                    (name[i] == '.' && is_letter(before));

        if (!good)
            return false;
        before = name[i];
    }
    return is_letter(before) && len <= TARGET_OBJECT_MAX;
}

static const char *open_actionset(struct target *t, const char *rest)
{
    const char *slash = strchr(rest, '/');

    t->kind = TARGET_ACTIONSET;
    t->object = slash != NULL ? slash + 1 : rest;
    if (!is_object(t->object))
        return "names no ActionSet (a file of that name is ./actionset/NAME)";
    if (slash == NULL)
        return NULL;
    if (slash - rest <= TARGET_NAMESPACE_MAX)
        memcpy(t->namespace_, rest, (size_t)(slash - rest));
    return server_is_namespace(t->namespace_)
               ? NULL
               : "names no namespace: it is actionset/NAMESPACE/NAME";
}

const char *target_open(struct target *t, const char *operand)
{
    const char *rest = behind_resource(operand);

    *t = (struct target){ .kind = TARGET_FILE, .name = operand };
    if (rest != NULL)
        return open_actionset(t, rest);
    if (strcmp(operand, "-") == 0) {
        t->kind = TARGET_STDOUT;
        t->name = "standard output";
        return NULL;
    }
    if (*operand == '\0')
        return "is empty";
    return file_replaceable(operand) ? NULL
           : errno == EISDIR         ? "is a directory"
                                     : "is not a regular file";
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
