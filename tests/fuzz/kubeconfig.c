/* Kubeconfigs, and what an exec plugin prints: what is taken is a cluster that
 * requests can go to, and why something is not taken can be shown. */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "kube/kubeconfig.h"
#include "kube/plugin.h"
#include "kube/server.h"

static void check_why(const struct cluster_why *why)
{
    size_t len = strnlen(why->text, sizeof why->text);

    MUST(len > 0 && len < sizeof why->text);
    for (size_t i = 0; i < len; i++)
        MUST((unsigned char)why->text[i] >= 0x20 && why->text[i] != 0x7F);
}

static void check_cluster(const struct cluster *c)
{
    char *url = NULL;

    MUST(server_url(c->server, c->ca.len > 0, &url) == NULL);
    MUST(strcmp(url, c->server) == 0);
    free(url);
    MUST(c->namespace_ == NULL || server_is_namespace(c->namespace_));
    MUST(c->proxy == NULL || server_proxy_wrong(c->proxy) == NULL);
    MUST(c->cert.len == 0 || c->key.len > 0);
    MUST(c->token.len == 0 || strncmp(c->server, "https://", 8) == 0);
    for (size_t i = 0; i < c->token.len; i++)
        MUST((unsigned char)c->token.bytes[i] >= ' ' ||
             c->token.bytes[i] == '\t');
}

static void check_kubeconfig(struct input in, unsigned how)
{
    struct kubeconfig_options options = {
        .context = how & 1 ? "x" : NULL,
        .server = how & 2 ? "https://10.0.0.1" : NULL,
    };
    int fd = memfd_create("kubeconfig", MFD_CLOEXEC);
    enum kubeconfig_result result;
    struct cluster_why why = { "" };
    struct cluster c;
    char path[64];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    options.path = path;
    MUST(fd >= 0 && write(fd, in.at, in.left) == (ssize_t)in.left);
    result = kubeconfig_read(&options, &c, &why);
    if (result == KUBECONFIG_WRONG)
        check_why(&why);
    if (result == KUBECONFIG_DONE) {
        check_cluster(&c);
        cluster_free(&c);
    }
    close(fd);
}

static void check_plugin(struct input in)
{
    static char owner[] = "user \"u\" in FILE", name[] = "./plugin";
    char *argv[] = { name, NULL };
    const struct plugin p = { .owner = owner,
                              .argv = argv,
                              .api_version = PLUGIN_V1 };
    struct cluster_why why = { "" };
    struct plugin_reply r;

    plugin_reply_init(&r);
    if (!plugin_reply_read(&r, &p, in.at, in.left, &why)) {
        check_why(&why);
    } else {
        MUST(r.token.len > 0 || r.cert.len > 0);
        MUST((r.cert.len > 0) == (r.key.len > 0));
    }
    plugin_reply_free(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct input in = input_of(bytes, len);
    unsigned how = input_byte(&in);

    if (how & 4)
        check_plugin(in);
    else
        check_kubeconfig(in, how);
    return 0;
}
