#include "where.h"

#include <stdio.h>

#include "base/json.h"
#include "base/msg.h"
#include "kube/incluster.h"

enum exit_code where_code(const struct cluster_why *why)
{
    return cluster_may_pass(why) ? EXIT_SYSTEM : EXIT_USAGE;
}

static int say_no_token(const struct cluster_why *why)
{
    msg_fatal(EXIT_USAGE, "there are no credentials: %s", why->text);
    msg_info("to write to the ActionSet from within a pod, give it a service "
             "account that may get and patch it, and its token");
    return EXIT_USAGE;
}

static int choose_or_say(struct where *w,
                         const struct kubeconfig_options *choice)
{
    struct cluster_why why;

    switch (choose_cluster(choice, INCLUSTER_DIRECTORY, &w->cluster, &why)) {
    case CHOOSE_DONE:
        return EXIT_DONE;
    case CHOOSE_NO_TOKEN:
        return say_no_token(&why);
    case CHOOSE_NOTHING:
        return msg_fatal(
            EXIT_USAGE, "no cluster is known: %s (see --kubeconfig)", why.text);
    case CHOOSE_WRONG:
        break;
    }
    return msg_fatal(where_code(&why), "%s", why.text);
}

int where_open(struct where *w, const struct kubeconfig_options *choice,
               const char *namespace_, const char *name)
{
    int status;

    *w = (struct where){ .name = name };
    cluster_init(&w->cluster);
    status = choose_or_say(w, choice);
    if (status != EXIT_DONE)
        return status;
    w->namespace_ = *namespace_ != '\0'             ? namespace_
                    : w->cluster.namespace_ != NULL ? w->cluster.namespace_
                                                    : "default";
    snprintf(w->called, sizeof w->called, "actionset/%s in namespace %s", name,
             w->namespace_);
    return EXIT_DONE;
}

void where_close(struct where *w)
{
    cluster_free(&w->cluster);
}

void where_path(const struct where *w, struct buf *path,
                const struct writer_step *step, int64_t timeout, bool dry)
{
    buf_clear(path);
    if (step == NULL) {
        buf_add(path, WHERE_READY, sizeof WHERE_READY);
        return;
    }
    buf_str(path, WHERE_RESOURCES);
    if (step->act != WRITER_DISCOVER) {
        buf_str(path, "/namespaces/");
        buf_str(path, w->namespace_);
        buf_str(path, "/actionsets/");
        buf_str(path, w->name);
    }
    if (step->act == WRITER_PATCH) {
        if (step->subresource)
            buf_str(path, "/status");
        buf_str(path, "?fieldManager=" WHERE_MANAGER
                      "&fieldValidation=Warn&timeout=");
        json_put_int(path, timeout / 1000000);
        buf_str(path, dry ? "ms&dryRun=All" : "ms");
    }
    buf_char(path, '\0');
}
