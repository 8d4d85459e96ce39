#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "kube/kubeconfig_parts.h"
#include "kube/plugin.h"

/* The extension of a cluster that is meant for its plugin
 * (tools/clientcmd/client_config.go@client-go v0.34.1). */
#define EXTENSION "client.authentication.k8s.io/exec"

static bool no_memory(const struct kubeconfig_entry *e)
{
    return cluster_no_memory(e->why);
}

/* Room for COUNT strings and a NULL. */
static char **strings(size_t count)
{
    return calloc(count + 1, sizeof(char *));
}

/* A copy of the string V, which is consumed; NULL where it is none or has a NUL
 * (EINVAL), or there is no memory (ENOMEM). */
static char *take_string(jv v)
{
    char *copy = NULL;

    errno = EINVAL;
    if (jv_get_kind(v) == JV_KIND_STRING &&
        strlen(jv_string_value(v)) ==
            (size_t)jv_string_length_bytes(jv_copy(v)))
        copy = strdup(jv_string_value(v));
    jv_free(v);
    return copy;
}

/* Says why an item of the list KEY could not be taken, as errno has it. */
static bool refuse_item(const struct kubeconfig_entry *e, const char *key,
                        const char *what)
{
    return errno == ENOMEM ? no_memory(e) : kubeconfig_wrong(e, key, what);
}

/* The command, which is a path only where it has a slash, and its arguments. */
static bool read_argv(const struct kubeconfig_entry *e, struct plugin *p)
{
    const char *command;
    bool good = true;
    int count;
    jv args;

    if (!kubeconfig_text(e, "command", &command) ||
        !kubeconfig_member(e, "args", JV_KIND_ARRAY, &args))
        return false;
    count = jv_is_valid(args) ? jv_array_length(jv_copy(args)) : 0;
    p->argv = strings((size_t)count + 1);
    if (p->argv == NULL) {
        jv_free(args);
        return no_memory(e);
    }
    if (command == NULL)
        good = kubeconfig_wrong(e, "command", "is missing");
    else if (strchr(command, '/') != NULL)
        good = kubeconfig_path(e, "command", &p->argv[0]);
    else
        good = kubeconfig_copy(e, "command", &p->argv[0]);
    for (int i = 0; good && i < count; i++) {
        p->argv[i + 1] = take_string(jv_array_get(jv_copy(args), i));
        if (p->argv[i + 1] == NULL)
            good = refuse_item(e, "args", "has what is no string");
    }
    jv_free(args);
    return good;
}

/* NAME=VALUE; NULL where NAME cannot be one (EINVAL), or there is no memory. */
static char *join(const char *name, const char *value)
{
    char *both;

    if (*name == '\0' || strchr(name, '=') != NULL) {
        errno = EINVAL;
        return NULL;
    }
    return asprintf(&both, "%s=%s", name, value) < 0 ? NULL : both;
}

/* The same of one ITEM of `env`, which is consumed; NULL as take_string(). */
static char *take_variable(jv item)
{
    char *name = take_string(json_get(item, "name")), *value = NULL;
    jv given = json_get(item, "value");
    jv_kind kind = jv_get_kind(given);
    char *both;
    int kept;

    if (kind == JV_KIND_NULL || kind == JV_KIND_INVALID) {
        jv_free(given);
        given = jv_string("");
    }
    if (name != NULL)
        value = take_string(jv_copy(given));
    both = value != NULL ? join(name, value) : NULL;
    kept = errno;
    if (value != NULL)
        explicit_bzero(value, strlen(value));
    free(value);
    free(name);
    jv_free(given);
    jv_free(item);
    errno = kept;
    return both;
}

static bool read_environment(const struct kubeconfig_entry *e, struct plugin *p)
{
    bool good = true;
    int count;
    jv all;

    if (!kubeconfig_member(e, "env", JV_KIND_ARRAY, &all))
        return false;
    count = jv_is_valid(all) ? jv_array_length(jv_copy(all)) : 0;
    p->environment = strings((size_t)count);
    if (p->environment == NULL) {
        jv_free(all);
        return no_memory(e);
    }
    for (int i = 0; good && i < count; i++) {
        p->environment[i] = take_variable(jv_array_get(jv_copy(all), i));
        if (p->environment[i] == NULL)
            good = refuse_item(e, "env", "has what is no variable");
    }
    jv_free(all);
    return good;
}

static bool read_version(const struct kubeconfig_entry *e, struct plugin *p)
{
    static const char *const known[] = { PLUGIN_V1, PLUGIN_V1BETA1 };
    const char *version;

    if (!kubeconfig_text(e, "apiVersion", &version))
        return false;
    for (size_t i = 0; version != NULL && i < 2; i++)
        if (strcmp(version, known[i]) == 0)
            p->api_version = known[i];
    return p->api_version != NULL ||
           kubeconfig_wrong(e, "apiVersion",
                            version == NULL ? "is missing"
                                            : "is neither " PLUGIN_V1
                                              " nor v1beta1");
}

/* Nobody is there whom a plugin could ask: standard input is what we read. */
static bool read_mode(const struct kubeconfig_entry *e, const struct plugin *p)
{
    const char *mode;

    if (!kubeconfig_text(e, "interactiveMode", &mode))
        return false;
    if (mode == NULL)
        return strcmp(p->api_version, PLUGIN_V1BETA1) == 0 ||
               kubeconfig_wrong(e, "interactiveMode", "is missing");
    if (strcmp(mode, "Always") == 0)
        return kubeconfig_wrong(e, "interactiveMode",
                                "is Always, and here nobody can be asked");
    return strcmp(mode, "Never") == 0 || strcmp(mode, "IfAvailable") == 0 ||
           kubeconfig_wrong(e, "interactiveMode",
                            "is none of Never, IfAvailable and Always");
}

/* What EXEC, the member of E, says of P. */
static bool read_plugin(const struct kubeconfig_entry *e,
                        const struct kubeconfig_entry *exec, struct plugin *p)
{
    p->timeout = PLUGIN_TIMEOUT;
    if (asprintf(&p->owner, "%s \"%s\" in %s", e->kind, e->name, e->path) < 0) {
        p->owner = NULL;
        return no_memory(e);
    }
    return read_version(exec, p) && read_argv(exec, p) &&
           read_environment(exec, p) && read_mode(exec, p) &&
           kubeconfig_copy(exec, "installHint", &p->install_hint) &&
           kubeconfig_flag(exec, "provideClusterInfo", &p->wants_cluster);
}

bool kubeconfig_exec(const struct kubeconfig_entry *e, struct cluster *c)
{
    struct kubeconfig_entry exec = *e;
    bool good = true;

    if (!kubeconfig_member(e, "exec", JV_KIND_OBJECT, &exec.value))
        return false;
    if (jv_is_valid(exec.value)) {
        exec.within = "exec.";
        c->plugin = calloc(1, sizeof *c->plugin);
        good =
            c->plugin != NULL ? read_plugin(e, &exec, c->plugin) : no_memory(e);
    }
    jv_free(exec.value);
    return good;
}

/* The cluster's configuration for plugins, as JSON in B, or nothing. */
static bool read_extension(const struct kubeconfig_entry *cluster,
                           struct buf *b)
{
    jv all;

    if (!kubeconfig_member(cluster, "extensions", JV_KIND_ARRAY, &all))
        return false;
    for (int i = 0; jv_is_valid(all) && i < jv_array_length(jv_copy(all));
         i++) {
        jv item = jv_array_get(jv_copy(all), i);
        char *name = take_string(json_get(item, "name"));
        jv extension = json_get(item, "extension");

        if (name != NULL && strcmp(name, EXTENSION) == 0 && b->len == 0 &&
            jv_is_valid(extension))
            json_put_value(b, extension);
        free(name);
        jv_free(extension);
        jv_free(item);
    }
    jv_free(all);
    return !b->failed || no_memory(cluster);
}

bool kubeconfig_inform(const struct kubeconfig_entry *cluster,
                       struct cluster *c)
{
    struct buf config = BUF_INIT(CLUSTER_PEM_MAX);
    bool good = true;

    if (c->plugin == NULL)
        return true;
    if (c->plugin->wants_cluster && jv_is_valid(cluster->value))
        good = read_extension(cluster, &config);
    if (good && !plugin_inform(c->plugin, c, config.len > 0 ? &config : NULL))
        good = no_memory(cluster);
    secret_free(&config);
    return good;
}
