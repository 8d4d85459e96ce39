#include "kube/kubeconfig.h"

#include <stdlib.h>
#include <string.h>

#include "kube/kubeconfig_files.h"
#include "kube/kubeconfig_parts.h"
#include "kube/server.h"

/* What a context leads to. */
struct chosen {
    struct kubeconfig_entry context, cluster, user;
};

/* What of C must not be read on the way; NULL. */
static const char *secret_of(const struct cluster *c)
{
    return c->token.len > 0 || c->token_file != NULL ? "a token"
           : c->cert.len > 0                         ? "a client certificate"
           : c->plugin != NULL                       ? "an exec plugin"
                                                     : NULL;
}

/* Sets C's server, which is that of OPTIONS or else the cluster's own. */
static bool set_server(const struct kubeconfig_options *options,
                       const struct kubeconfig_entry *cluster,
                       struct cluster *c)
{
    bool secure = c->ca.len > 0 || c->cert.len > 0 || c->insecure;
    const char *text = options->server, *wrong;

    if (text != NULL && *text != '\0') {
        wrong = server_url(text, secure, &c->server);
        /* it is another's name that the kubeconfig has: client_config.go */
        free(c->tls_server_name);
        c->tls_server_name = NULL;
        if (wrong == server_no_memory)
            return cluster_no_memory(cluster->why);
        return wrong == NULL ||
               cluster_wrong(cluster->why, "the server that was asked for %s",
                             wrong);
    }
    if (!kubeconfig_text(cluster, "server", &text))
        return false;
    wrong = text != NULL ? server_url(text, secure, &c->server) : "is missing";
    if (wrong == server_no_memory)
        return cluster_no_memory(cluster->why);
    return wrong == NULL || kubeconfig_wrong(cluster, "server", wrong);
}

/* Nothing secret goes where others can read it.  (kubectl goes there as nobody,
 * client_config.go.) */
static bool check_secrecy(const struct kubeconfig_entry *user,
                          const struct cluster *c)
{
    const char *secret = secret_of(c);

    if (secret == NULL || strncmp(c->server, "https:", 6) == 0)
        return true;
    return cluster_wrong(user->why,
                         "user \"%s\" in %s has %s, and %s is not https: "
                         "whatever is secret would be sent in the clear",
                         user->name, user->path, secret, c->server);
}

/* Puts what was CHOSEN into C. */
static bool take(const struct kubeconfig_options *options,
                 const struct chosen *chosen, struct cluster *c)
{
    if (!kubeconfig_copy(&chosen->context, "namespace", &c->namespace_))
        return false;
    if (c->namespace_ != NULL && !server_is_namespace(c->namespace_))
        return kubeconfig_wrong(&chosen->context, "namespace",
                                "is no name of a namespace");
    return kubeconfig_cluster(&chosen->cluster, c) &&
           kubeconfig_user(&chosen->user, c) &&
           set_server(options, &chosen->cluster, c) &&
           check_secrecy(&chosen->user, c) &&
           kubeconfig_inform(&chosen->cluster, c);
}

/* The entry of ALL that KEY of CONTEXT names.  False with WHY set where there
 * is no such entry; where KEY is not there, neither is an entry. */
static bool follow(const struct kubeconfig_files *f, jv all, const char *key,
                   const struct kubeconfig_entry *context,
                   struct kubeconfig_entry *e)
{
    const char *name;

    if (!kubeconfig_text(context, key, &name))
        return false;
    if (name == NULL)
        return true;
    *e = kubeconfig_entry_of(f, all, key, name, context->why);
    if (jv_get_kind(e->value) == JV_KIND_OBJECT)
        return true;
    if (jv_is_valid(e->value))
        return cluster_wrong(e->why, "%s \"%s\" in %s is not a mapping", key,
                             name, e->path);
    return cluster_wrong(context->why,
                         "%s \"%s\" of context \"%s\" is not in %s", key, name,
                         context->name, kubeconfig_files_name(f));
}

/* Puts what the context NAME leads to into C. */
static bool take_context(const struct kubeconfig_files *f, const char *name,
                         const struct kubeconfig_options *options,
                         struct cluster *c, struct cluster_why *why)
{
    struct chosen chosen = {
        .context = kubeconfig_entry_of(f, f->contexts, "context", name, why),
        .cluster = kubeconfig_no_entry(why),
        .user = kubeconfig_no_entry(why),
    };
    bool asked = options->server != NULL && *options->server != '\0';
    bool good;

    if (!jv_is_valid(chosen.context.value))
        good = cluster_wrong(why, "context \"%s\" is not in %s", name,
                             kubeconfig_files_name(f));
    else
        good = follow(f, f->clusters, "cluster", &chosen.context,
                      &chosen.cluster) &&
               follow(f, f->users, "user", &chosen.context, &chosen.user);
    if (good && !jv_is_valid(chosen.cluster.value) && !asked)
        good = kubeconfig_wrong(&chosen.context, "cluster", "is missing");
    good = good && take(options, &chosen, c);
    kubeconfig_entry_free(&chosen.context);
    kubeconfig_entry_free(&chosen.cluster);
    kubeconfig_entry_free(&chosen.user);
    return good;
}

/* A server alone, where nobody names a context. */
static bool take_server(const struct kubeconfig_options *options,
                        struct cluster *c, struct cluster_why *why)
{
    const struct kubeconfig_entry none = kubeconfig_no_entry(why);

    return set_server(options, &none, c);
}

/* Says that the only file names no context, where it was asked for: then no
 * other cluster is meant. */
static enum kubeconfig_result nothing(const struct kubeconfig_options *options,
                                      struct cluster_why *why)
{
    if (options->path == NULL || *options->path == '\0')
        return KUBECONFIG_NOTHING;
    cluster_wrong(why,
                  "%s has no current-context, and no context was asked for",
                  options->path);
    return KUBECONFIG_WRONG;
}

static enum kubeconfig_result choose(const struct kubeconfig_files *f,
                                     const struct kubeconfig_options *options,
                                     struct cluster *c, struct cluster_why *why)
{
    const char *context = options->context;
    bool good;

    if ((context == NULL || *context == '\0') && jv_is_valid(f->current))
        context = jv_string_value(f->current);
    if (context != NULL && *context != '\0')
        good = take_context(f, context, options, c, why);
    else if (options->server != NULL && *options->server != '\0')
        good = take_server(options, c, why);
    else
        return nothing(options, why);
    return good ? KUBECONFIG_DONE : KUBECONFIG_WRONG;
}

enum kubeconfig_result kubeconfig_read(const struct kubeconfig_options *options,
                                       struct cluster *c,
                                       struct cluster_why *why)
{
    enum kubeconfig_result result = KUBECONFIG_WRONG;
    struct kubeconfig_files f;

    why->text[0] = '\0';
    cluster_init(c);
    if (kubeconfig_files_read(&f, options->path, why))
        result = choose(&f, options, c, why);
    kubeconfig_files_free(&f);
    if (result != KUBECONFIG_DONE)
        cluster_free(c);
    return result;
}
