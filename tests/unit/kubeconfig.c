/*
 * kubeconfig.h where all is well.
 */
#include "kube/kubeconfig.h"

#include "kube/plugin.h"
#include "kubeconfigs.h"
#include "wiped.h"

/* As kubectl, kind and others write it. */
static const char block[] = "apiVersion: v1\n"
                            "clusters:\n"
                            "- cluster:\n"
                            "    certificate-authority-data: " CERT_BASE64 "\n"
                            "    server: https://127.0.0.1:41231 # kind\n"
                            "    extensions:\n"
                            "    - extension: {a: 1}\n"
                            "      name: b\n"
                            "  name: kind-kind\n"
                            "contexts:\n"
                            "- context:\n"
                            "    cluster: kind-kind\n"
                            "    namespace: \"backups\"\n"
                            "    user: kind-kind\n"
                            "  name: kind-kind\n"
                            "current-context: kind-kind\n"
                            "kind: Config\n"
                            "preferences: {}\n"
                            "users:\n"
                            "- name: kind-kind\n"
                            "  user:\n"
                            "    client-certificate-data: " CERT_BASE64 "\n"
                            "    client-key-data: |\n"
                            "      " KEY_BASE64 "\n"
                            "    token: 'hunter2'\n";

static void a_whole_file_is_read(void **state)
{
    struct cluster c;

    (void)state;
    put("config", block, 0600);
    take_config("config", &c);
    assert_string_equal(c.server, "https://127.0.0.1:41231");
    assert_string_equal(c.namespace_, "backups");
    assert_null(c.tls_server_name);
    assert_null(c.proxy);
    assert_false(c.insecure);
    assert_buf(&c.ca, CERT);
    assert_buf(&c.cert, CERT);
    assert_buf(&c.key, KEY);
    assert_buf(&c.token, "hunter2");
    assert_null(c.ca_file);
    assert_null(c.cert_file);
    assert_null(c.key_file);
    assert_null(c.token_file);
    assert_null(c.plugin);
    cluster_free(&c);
    assert_true(is_nothing(&c));
}

static void json_is_read_too(void **state)
{
    struct cluster c;

    (void)state;
    put("config",
        "{\"kind\":\"Config\",\"apiVersion\":\"v1\",\"preferences\":{},"
        "\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"https://h\","
        "\"insecure-skip-tls-verify\":true,\"certificate-authority\":null}}],"
        "\"users\":[{\"name\":\"u\",\"user\":{\"token\":\"t\"}}],"
        "\"contexts\":[{\"name\":\"x\",\"context\":{\"cluster\":\"c\","
        "\"user\":\"u\"}}],\"current-context\":\"x\"}",
        0600);
    take_config("config", &c);
    assert_string_equal(c.server, "https://h");
    assert_true(c.insecure);
    assert_null(c.namespace_);
    assert_buf(&c.token, "t");
    cluster_free(&c);
}

static void files_are_where_the_kubeconfig_is(void **state)
{
    struct cluster c;

    (void)state;
    assert_int_equal(mkdir("dir", 0777), 0);
    assert_int_equal(mkdir("dir/pki", 0777), 0);
    put("dir/pki/ca", CERT, 0644);
    put("dir/cert", CERT, 0644);
    put("dir/key", KEY, 0600);
    put("dir/token", " hunter2\n", 0600);
    put_config("dir/config", SERVER ", certificate-authority: pki/ca",
               "client-certificate: cert, client-key: ./key, tokenFile: token",
               "");
    take_config("dir/config", &c);
    assert_string_equal(c.ca_file, "dir/pki/ca");
    assert_string_equal(c.cert_file, "dir/cert");
    assert_string_equal(c.key_file, "dir/./key");
    assert_string_equal(c.token_file, "dir/token");
    assert_buf(&c.ca, CERT);
    assert_buf(&c.cert, CERT);
    assert_buf(&c.key, KEY);
    assert_buf(&c.token, "hunter2");
    cluster_free(&c);
}

static void absolute_paths_stay(void **state)
{
    char user[200];
    struct cluster c;

    (void)state;
    put("token", "t", 0600);
    assert_int_equal(mkdir("dir", 0777), 0);
    snprintf(user, sizeof user, "tokenFile: %s/token", scratch);
    put_config("dir/config", SERVER, user, "");
    take_config("dir/config", &c);
    assert_string_equal(c.token_file, user + strlen("tokenFile: "));
    cluster_free(&c);
}

static void a_token_file_may_come_later_where_there_is_a_token(void **state)
{
    struct cluster c;

    (void)state;
    put_config("config", SERVER, "token: t, tokenFile: later", "");
    take_config("config", &c);
    assert_string_equal(c.token_file, "later");
    assert_buf(&c.token, "t");
    cluster_free(&c);
}

static void a_file_called_minus_is_not_standard_input(void **state)
{
    struct cluster c;

    (void)state;
    put_config("-", SERVER, "tokenFile: \"-\"", "");
    assert_int_equal(rename("-", "config"), 0);
    put("-", "t", 0600);
    take_config("config", &c);
    assert_buf(&c.token, "t");
    cluster_free(&c);
    put_config("-", SERVER, "token: u", "");
    take_config("-", &c);
    assert_buf(&c.token, "u");
    cluster_free(&c);
}

static void what_is_said_of_a_cluster_is_kept(void **state)
{
    struct cluster c;

    (void)state;
    put_config("config",
               "server: 'https://h:8443/prefix/?query#fragment',"
               "tls-server-name: api.example.com, disable-compression: true,"
               "proxy-url: 'socks5://me:secret@proxy:1080/'",
               "token: t", "namespace: ns-1");
    take_config("config", &c);
    assert_string_equal(c.server, "https://h:8443/prefix");
    assert_string_equal(c.tls_server_name, "api.example.com");
    assert_string_equal(c.proxy, "socks5://me:secret@proxy:1080/");
    assert_string_equal(c.namespace_, "ns-1");
    cluster_free(&c);
}

static void a_user_need_not_be_there(void **state)
{
    struct cluster c;

    (void)state;
    put("config",
        "current-context: x\n"
        "clusters: [{name: c, cluster: {server: \"http://h:8080\"}}]\n"
        "contexts: [{name: x, context: {cluster: c}}]\n",
        0644);
    take_config("config", &c);
    assert_string_equal(c.server, "http://h:8080");
    assert_int_equal(c.token.len, 0);
    cluster_free(&c);
}

static void empty_values_say_nothing(void **state)
{
    struct cluster c;

    (void)state;
    put_config("config",
               SERVER ", certificate-authority: '', proxy-url: '',"
                      "certificate-authority-data: , tls-server-name: null",
               "token: '', tokenFile: '', username: '', password: ,"
               "auth-provider: null, as: '', as-groups: [], exec: null,"
               "client-key-data: ''",
               "namespace: ''");
    take_config("config", &c);
    assert_null(c.proxy);
    assert_null(c.tls_server_name);
    assert_null(c.namespace_);
    assert_null(c.plugin);
    assert_int_equal(c.ca.len, 0);
    assert_int_equal(c.token.len, 0);
    cluster_free(&c);
}

/* --- which files, and which wins */

static void choose(const char *context, const char *server, struct cluster *c)
{
    const struct kubeconfig_options options = { .context = context,
                                                .server = server };
    struct cluster_why why;

    if (kubeconfig_read(&options, c, &why) != KUBECONFIG_DONE)
        fail_msg("%s", why.text);
}

/* a/config has an x of its own, and b/config another one; only b/config has
 * z. */
static void put_two(void)
{
    assert_int_equal(mkdir("a", 0777), 0);
    assert_int_equal(mkdir("b", 0777), 0);
    put("a/token", "ta", 0600);
    put("b/token", "tb", 0600);
    put("a/config",
        "clusters: [{name: c, cluster: {server: \"https://a\"}}]\n"
        "contexts: [{name: x, context: {cluster: c, user: u}}]\n",
        0644);
    put("b/config",
        "current-context: z\n"
        "clusters: [{name: c, cluster: {server: \"https://b\","
        " tls-server-name: never}},"
        " {name: d, cluster: {server: \"https://d\"}}]\n"
        "users: [{name: u, user: {tokenFile: token}}]\n"
        "contexts: [{name: x, context: {cluster: d, namespace: never}},"
        " {name: z, context: {cluster: d, user: u, namespace: yes-z}}]\n",
        0644);
}

static void the_first_file_wins_whole_entries(void **state)
{
    struct cluster c;

    (void)state;
    put_two();
    setenv("KUBECONFIG", "nothing::a/config:a/config:b/config:nothing", 1);
    choose("x", NULL, &c);
    assert_string_equal(c.server, "https://a");
    assert_null(c.tls_server_name); /* no field by field */
    assert_null(c.namespace_);
    assert_string_equal(c.token_file, "b/token"); /* beside its own file */
    assert_buf(&c.token, "tb");
    cluster_free(&c);
    setenv("KUBECONFIG", "b/config:a/config", 1);
    choose("x", NULL, &c);
    assert_string_equal(c.server, "https://d");
    cluster_free(&c);
}

static void the_first_current_context_wins(void **state)
{
    struct cluster c;

    (void)state;
    put_two();
    setenv("KUBECONFIG", "a/config:b/config", 1);
    choose(NULL, NULL, &c);
    assert_string_equal(c.server, "https://d");
    assert_string_equal(c.namespace_, "yes-z");
    cluster_free(&c);
    put_config("config", SERVER, "", ""); /* whose own one is x */
    setenv("KUBECONFIG", "a/config:b/config:config", 1);
    choose(NULL, NULL, &c);
    assert_string_equal(c.server, "https://d");
    cluster_free(&c);
}

static void a_file_that_is_named_twice_is_one(void **state)
{
    const struct kubeconfig_options options = { .context = "z" };
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_two();
    setenv("KUBECONFIG", "a/config:a/config", 1);
    assert_int_equal(kubeconfig_read(&options, &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(why.text, "context \"z\" is not in a/config");
}

static void a_path_stands_alone(void **state)
{
    const struct kubeconfig_options options = { .path = "a/config",
                                                .context = "z" };
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put_two();
    setenv("KUBECONFIG", "b/config", 1);
    assert_int_equal(kubeconfig_read(&options, &c, &why), KUBECONFIG_WRONG);
    assert_string_equal(why.text, "context \"z\" is not in a/config");
}

static void without_a_list_there_is_the_home(void **state)
{
    struct cluster c;

    (void)state;
    assert_int_equal(mkdir(".kube", 0777), 0);
    put_config(".kube/config", SERVER, "token: t", "");
    setenv("HOME", scratch, 1);
    choose(NULL, NULL, &c);
    assert_buf(&c.token, "t");
    cluster_free(&c);
    setenv("KUBECONFIG", "", 1); /* as if it were not there */
    choose("", "", &c);
    assert_buf(&c.token, "t");
    cluster_free(&c);
}

static void nothing_is_nothing(void **state)
{
    const struct kubeconfig_options options = { 0 };
    struct cluster_why why;
    struct cluster c;

    (void)state;
    assert_int_equal(kubeconfig_read(&options, &c, &why), KUBECONFIG_NOTHING);
    assert_true(is_nothing(&c));
    setenv("HOME", scratch, 1);
    assert_int_equal(kubeconfig_read(&options, &c, &why), KUBECONFIG_NOTHING);
    put("empty", "", 0644);
    put("null", "# nothing\n", 0644);
    put("none",
        "kind: Config\napiVersion: v1\ncurrent-context: ''\nclusters: []\n"
        "users:\ncontexts: []\n",
        0644);
    setenv("KUBECONFIG", "empty:null:none:missing", 1);
    assert_int_equal(kubeconfig_read(&options, &c, &why), KUBECONFIG_NOTHING);
    assert_true(is_nothing(&c));
    unsetenv("HOME");
    unsetenv("KUBECONFIG");
    assert_int_equal(kubeconfig_read(&options, &c, &why), KUBECONFIG_NOTHING);
}

static void a_server_may_be_asked_for(void **state)
{
    struct cluster c;

    (void)state;
    choose(NULL, "https://h/", &c); /* and nothing else: as nobody */
    assert_string_equal(c.server, "https://h");
    assert_int_equal(c.token.len, 0);
    cluster_free(&c);
    choose(NULL, "localhost:8080", &c);
    assert_string_equal(c.server, "http://localhost:8080");
    cluster_free(&c);
    put_config("config",
               SERVER ", tls-server-name: other, certificate-authority-data: "
                      "\"" CERT_BASE64 "\"",
               "token: t", "namespace: ns");
    setenv("KUBECONFIG", "config", 1);
    choose(NULL, "h:8443", &c);
    assert_string_equal(c.server, "https://h:8443"); /* it has a CA */
    assert_null(c.tls_server_name);
    assert_buf(&c.ca, CERT);
    assert_buf(&c.token, "t");
    assert_string_equal(c.namespace_, "ns");
    cluster_free(&c);
}

/* --- plugins */

static void a_plugin_is_read(void **state)
{
    const struct plugin *p;
    struct cluster c;

    (void)state;
    assert_int_equal(mkdir("dir", 0777), 0);
    put_config("dir/config", SERVER,
               "exec: {apiVersion: client.authentication.k8s.io/v1,"
               "command: bin/get token, args: ['a b', \"'\\\"$x\", ''],"
               "env: [{name: A, value: '1 2'}, {name: B, value: ''},"
               "{name: C}], interactiveMode: IfAvailable,"
               "installHint: 'apt install it', provideClusterInfo: false}",
               "");
    take_config("dir/config", &c);
    p = c.plugin;
    assert_non_null(p);
    assert_string_equal(p->argv[0], "dir/bin/get token");
    assert_string_equal(p->argv[1], "a b");
    assert_string_equal(p->argv[2], "'\"$x");
    assert_string_equal(p->argv[3], "");
    assert_null(p->argv[4]);
    assert_string_equal(p->environment[0], "A=1 2");
    assert_string_equal(p->environment[1], "B=");
    assert_string_equal(p->environment[2], "C=");
    assert_null(p->environment[3]);
    assert_string_equal(p->api_version, PLUGIN_V1);
    assert_string_equal(p->install_hint, "apt install it");
    assert_string_equal(p->owner, "user \"u\" in dir/config");
    assert_string_equal(
        p->info,
        "KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\",\"apiVersion\":"
        "\"client.authentication.k8s.io/v1\",\"spec\":{\"interactive\":"
        "false}}");
    assert_true(p->timeout == 60 * CLOCK_SECOND);
    cluster_free(&c);
}

static void a_plugin_without_a_slash_is_for_path(void **state)
{
    struct cluster c;

    (void)state;
    assert_int_equal(mkdir("dir", 0777), 0);
    put_config("dir/config", SERVER,
               "exec: {apiVersion: client.authentication.k8s.io/v1beta1,"
               "command: aws}",
               "");
    take_config("dir/config", &c);
    assert_string_equal(c.plugin->argv[0], "aws");
    assert_null(c.plugin->argv[1]);
    assert_null(c.plugin->environment[0]);
    assert_string_equal(c.plugin->api_version, PLUGIN_V1BETA1);
    cluster_free(&c);
}

static void a_plugin_is_told_of_the_cluster_where_it_asks(void **state)
{
    struct cluster c;

    (void)state;
    put_config("config",
               "server: \"https://h:8443/a/\", tls-server-name: other,"
               "proxy-url: \"http://p:1\", certificate-authority-data: "
               "\"" CERT_BASE64 "\", extensions: [{name: x, extension: 1},"
               "{name: client.authentication.k8s.io/exec,"
               " extension: {audience: me, m: [1]}}]",
               "exec: {apiVersion: client.authentication.k8s.io/v1beta1,"
               "command: x, provideClusterInfo: true}",
               "");
    take_config("config", &c);
    assert_string_equal(
        c.plugin->info,
        "KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\",\"apiVersion\":"
        "\"client.authentication.k8s.io/v1beta1\",\"spec\":{\"cluster\":{"
        "\"server\":\"https://h:8443/a\",\"tls-server-name\":\"other\","
        "\"certificate-authority-data\":\"" CERT_BASE64 "\","
        "\"proxy-url\":\"http://p:1\","
        "\"config\":{\"audience\":\"me\",\"m\":[1]}},\"interactive\":false}}");
    cluster_free(&c);
    put_config("config", SERVER ", insecure-skip-tls-verify: true",
               "exec: {apiVersion: client.authentication.k8s.io/v1beta1,"
               "command: x, provideClusterInfo: true}",
               "");
    take_config("config", &c);
    assert_non_null(strstr(c.plugin->info,
                           "{\"cluster\":{\"server\":\"https://10.0.0.1:6443\","
                           "\"insecure-skip-tls-verify\":true},"));
    cluster_free(&c);
}

static void anything_else_goes_before_a_plugin(void **state)
{
    static const char *const users[] = {
        "token: t",
        "client-certificate-data: \"" CERT_BASE64
        "\", client-key-data: \"" KEY_BASE64 "\"",
        "tokenFile: token",
    };
    char user[1000];
    struct cluster c;

    (void)state;
    put("token", "t", 0600);
    for (size_t i = 0; i < COUNT(users); i++) {
        snprintf(user, sizeof user,
                 "%s, exec: {command: x, interactiveMode: Never, apiVersion: "
                 "client.authentication.k8s.io/v1}",
                 users[i]);
        put_config("config", SERVER, user, "");
        take_config("config", &c);
        assert_null(c.plugin);
        cluster_free(&c);
    }
}

/* --- what is secret */

/* (Other memory has copies of libyaml's and libjq's, so only addresses tell.)
 */
static void secrets_are_wiped(void **state)
{
    struct cluster c;

    (void)state;
    put("config", block, 0600);
    take_config("config", &c);
    watch_wiped(0, c.token.bytes);
    watch_wiped(1, c.token.bytes + c.token.len - 1);
    watch_wiped(2, c.cert.bytes);
    watch_wiped(3, c.key.bytes);
    watch_wiped(4, c.key.bytes + c.key.len - 1);
    cluster_free(&c);
    for (int i = 0; i < 5; i++)
        assert_true(wiped_seen[i]);
    put_config("config", SERVER ", proxy-url: \"http://u:hunter2@p\"",
               "exec: {apiVersion: client.authentication.k8s.io/v1beta1,"
               "command: x, args: [a], env: [{name: A, value: hunter2}]}",
               "");
    take_config("config", &c);
    watch_wiped(0, c.proxy + strlen(c.proxy) - 1);
    watch_wiped(1, c.plugin->environment[0] + 2);
    watch_wiped(2, c.plugin->argv[1]);
    watch_wiped(3, c.plugin->info);
    cluster_free(&c);
    for (int i = 0; i < 4; i++)
        assert_true(wiped_seen[i]);
}

static void the_text_of_a_file_is_wiped(void **state)
{
    struct cluster_why why;
    struct cluster c;

    (void)state;
    put("config", block, 0600);
    wiped_needle = block;
    wiped_count = 0;
    take_config("config", &c);
    assert_int_equal(wiped_count, 1);
    cluster_free(&c);
    put("config", "hunter2: \"\n", 0600); /* also where it is wrong */
    wiped_needle = "hunter2: \"\n";
    wiped_count = 0;
    assert_int_equal(read_config("config", &c, &why), KUBECONFIG_WRONG);
    assert_int_equal(wiped_count, 1);
    put("token", " hunter2\n", 0600);
    put_config("config", SERVER, "tokenFile: token", "");
    wiped_needle = " hunter2\n";
    wiped_count = 0;
    take_config("config", &c);
    assert_int_equal(wiped_count, 1);
    cluster_free(&c);
    wiped_needle = NULL;
}

static int before(void **state)
{
    unsetenv("KUBECONFIG");
    unsetenv("HOME");
    return scratch_before(state);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, before, scratch_after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_file_is_read),
        TEST(json_is_read_too),
        TEST(files_are_where_the_kubeconfig_is),
        TEST(absolute_paths_stay),
        TEST(a_token_file_may_come_later_where_there_is_a_token),
        TEST(a_file_called_minus_is_not_standard_input),
        TEST(what_is_said_of_a_cluster_is_kept),
        TEST(a_user_need_not_be_there),
        TEST(empty_values_say_nothing),
        TEST(the_first_file_wins_whole_entries),
        TEST(the_first_current_context_wins),
        TEST(a_file_that_is_named_twice_is_one),
        TEST(a_path_stands_alone),
        TEST(without_a_list_there_is_the_home),
        TEST(nothing_is_nothing),
        TEST(a_server_may_be_asked_for),
        TEST(a_plugin_is_read),
        TEST(a_plugin_without_a_slash_is_for_path),
        TEST(a_plugin_is_told_of_the_cluster_where_it_asks),
        TEST(anything_else_goes_before_a_plugin),
        TEST(secrets_are_wiped),
        TEST(the_text_of_a_file_is_wiped),
    };

    return cmocka_run_group_tests_name("kubeconfig", tests, scratch_open,
                                       scratch_close);
}
