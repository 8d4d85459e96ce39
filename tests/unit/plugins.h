/*
 * Exec plugins that are shell scripts, in the test's own directory.
 */
#ifndef UNIT_PLUGINS_H
#define UNIT_PLUGINS_H

#include <poll.h>

#include "kube/plugin.h"
#include "kubeconfigs.h"

#define REPLY(status)                                                          \
    "{\"kind\":\"ExecCredential\",\"apiVersion\":"                             \
    "\"client.authentication.k8s.io/v1\",\"status\":{" status "}}"
#define REPLY_TOKEN REPLY("\"token\":\"hunter2\"")

enum { LONG_ENOUGH = 6000 }; /* looks, each after 10 ms at most */

/* Puts into C a cluster whose user has the plugin ./plugin, a SCRIPT, with the
 * arguments that ARGS names, as a list, and the REST of its mapping. */
static inline void take_plugin(struct cluster *c, const char *script,
                               const char *args, const char *rest)
{
    struct buf text = BUF_INIT(64 * 1024);
    char user[4096];

    buf_str(&text, "#!/bin/sh\n");
    buf_str(&text, script);
    buf_char(&text, '\n');
    buf_char(&text, '\0');
    assert_false(text.failed);
    put("plugin", text.bytes, 0755);
    buf_free(&text);
    snprintf(user, sizeof user,
             "exec: {apiVersion: client.authentication.k8s.io/v1, command: "
             "./plugin, interactiveMode: Never, args: [%s]%s%s}",
             args, *rest != '\0' ? ", " : "", rest);
    put_config("config", SERVER, user, "");
    take_config("config", c);
}

/* Waits until FD can be read, or a moment, where it is -1 too. */
static inline void wait_a_moment(int fd)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };

    assert_true(poll(&ready, 1, 10) >= 0);
}

#endif
