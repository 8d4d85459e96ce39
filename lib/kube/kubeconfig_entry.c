#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "kube/kubeconfig_files.h"

struct kubeconfig_entry kubeconfig_no_entry(struct cluster_why *why)
{
    return (struct kubeconfig_entry){ .value = jv_invalid(),
                                      .kind = "",
                                      .name = "",
                                      .path = "",
                                      .within = "",
                                      .why = why };
}

struct kubeconfig_entry kubeconfig_entry_of(const struct kubeconfig_files *f,
                                            jv all, const char *kind,
                                            const char *name,
                                            struct cluster_why *why)
{
    struct kubeconfig_entry e = kubeconfig_no_entry(why);
    jv found = json_get(all, name), number;

    if (!jv_is_valid(found)) {
        jv_free(found);
        return e;
    }
    e.kind = kind;
    e.name = name;
    number = jv_array_get(jv_copy(found), 1);
    e.path = f->paths[(int)jv_number_value(number)];
    e.value = jv_array_get(found, 0);
    if (jv_get_kind(e.value) == JV_KIND_NULL)
        e.value = jv_object();
    jv_free(number);
    return e;
}

void kubeconfig_entry_free(struct kubeconfig_entry *e)
{
    jv_free(e->value);
    e->value = jv_invalid();
}

void kubeconfig_what(const struct kubeconfig_entry *e, const char *key,
                     char text[static CLUSTER_WHY_MAX])
{
    snprintf(text, CLUSTER_WHY_MAX, "\"%s%s\" of %s \"%s\" in %s", e->within,
             key, e->kind, e->name, e->path);
}

bool kubeconfig_wrong(const struct kubeconfig_entry *e, const char *key,
                      const char *what)
{
    char begin[CLUSTER_WHY_MAX];

    kubeconfig_what(e, key, begin);
    return cluster_wrong(e->why, "%s %s", begin, what);
}

static const char *kind_name(jv_kind kind)
{
    return kind == JV_KIND_STRING  ? "is not a string"
           : kind == JV_KIND_ARRAY ? "is not a list"
                                   : "is not a mapping";
}

bool kubeconfig_member(const struct kubeconfig_entry *e, const char *key,
                       jv_kind kind, jv *value)
{
    jv_kind found;

    *value = json_get(e->value, key);
    found = jv_get_kind(*value);
    if (found == kind)
        return true;
    jv_free(*value);
    *value = jv_invalid();
    return found == JV_KIND_INVALID || found == JV_KIND_NULL ||
           kubeconfig_wrong(e, key, kind_name(kind));
}

bool kubeconfig_text(const struct kubeconfig_entry *e, const char *key,
                     const char **text)
{
    size_t len;
    jv value;

    *text = NULL;
    if (!kubeconfig_member(e, key, JV_KIND_STRING, &value))
        return false;
    if (!jv_is_valid(value)) {
        jv_free(value);
        return true;
    }
    len = (size_t)jv_string_length_bytes(jv_copy(value));
    *text = jv_string_value(value); /* the entry has it too */
    jv_free(value);
    if (strlen(*text) != len)
        return kubeconfig_wrong(e, key, "has a NUL in it");
    if (len == 0)
        *text = NULL;
    return true;
}

bool kubeconfig_flag(const struct kubeconfig_entry *e, const char *key,
                     bool *flag)
{
    jv value = json_get(e->value, key);
    jv_kind kind = jv_get_kind(value);

    jv_free(value);
    *flag = kind == JV_KIND_TRUE;
    return *flag || kind == JV_KIND_FALSE || kind == JV_KIND_NULL ||
           kind == JV_KIND_INVALID ||
           kubeconfig_wrong(e, key, "is neither true nor false");
}

bool kubeconfig_copy(const struct kubeconfig_entry *e, const char *key,
                     char **text)
{
    const char *value;

    *text = NULL;
    if (!kubeconfig_text(e, key, &value))
        return false;
    if (value != NULL)
        *text = strdup(value);
    return value == NULL || *text != NULL || cluster_no_memory(e->why);
}

bool kubeconfig_path(const struct kubeconfig_entry *e, const char *key,
                     char **path)
{
    const char *value, *slash = strrchr(e->path, '/');
    int len = slash != NULL ? (int)(slash - e->path) + 1 : 0;

    *path = NULL;
    if (!kubeconfig_text(e, key, &value))
        return false;
    if (value == NULL)
        return true;
    if (asprintf(path, "%.*s%s", value[0] == '/' ? 0 : len, e->path, value) < 0)
        *path = NULL;
    return *path != NULL || cluster_no_memory(e->why);
}
