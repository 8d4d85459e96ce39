#include "kube/plugin.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "plugins.h"
#include "wiped.h"

static struct cluster cluster;
static struct plugin_run run;
static struct plugin_reply reply;
static struct cluster_why why;

static int pipe_error;  /* of the next pipe2() */
static int read_error;  /* of the next read() from what runs */
static bool waited_for; /* by somebody else, what runs, at the next poll */

/* These stand in front of the C library's. */
int pipe2(int ends[2], int flags)
{
    int error = pipe_error;

    pipe_error = 0;
    errno = error;
    return error != 0 ? -1 : (int)syscall(SYS_pipe2, ends, flags);
}

ssize_t read(int fd, void *bytes, size_t n)
{
    int error = run.pid > 0 && fd == run.fd ? read_error : 0;

    if (error == 0)
        return syscall(SYS_read, fd, bytes, n);
    read_error = 0;
    errno = error;
    return -1;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    if (waited_for && pid == run.pid && wait4(pid, NULL, 0, NULL) == pid)
        waited_for = false;
    return wait4(pid, status, options, NULL);
}

/* Polls what runs, at the time NOW, until it has ended. */
static enum plugin_status wait_at(int64_t now)
{
    for (int i = 0; i < LONG_ENOUGH; i++) {
        enum plugin_status status = plugin_poll(&run, now, &reply, &why);

        if (status != PLUGIN_RUNNING) {
            assert_int_equal(run.pid, 0);
            assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none left */
            assert_int_equal(run.fd, -1);
            return status;
        }
        assert_true(run.check > now);
        if (run.fd < 0) /* nothing else will tell */
            assert_true(run.check <= now + CLOCK_SECOND);
        wait_a_moment(run.fd);
    }
    fail_msg("it does not end");
    return PLUGIN_RUNNING;
}

/* Runs a SCRIPT, at a time that stands still. */
static enum plugin_status run_script(const char *script, const char *args,
                                     const char *rest)
{
    take_plugin(&cluster, script, args, rest);
    if (!plugin_start(&run, cluster.plugin, 0, &why))
        return PLUGIN_FAILED;
    return wait_at(0);
}

static void assert_done(enum plugin_status status)
{
    if (status != PLUGIN_DONE)
        fail_msg("%s", why.text);
}

static void what_it_prints_is_the_credential(void **state)
{
    (void)state;
    setenv("KUBERNETES_EXEC_INFO", "another's", 1);
    assert_done(run_script("echo '" REPLY_TOKEN "'", "", ""));
    assert_buf(&reply.token, "hunter2");
    assert_int_equal(reply.cert.len, 0);
    assert_true(reply.expires == PLUGIN_NEVER);
    unsetenv("KUBERNETES_EXEC_INFO");
}

static void arguments_go_through_no_shell(void **state)
{
    (void)state;
    assert_done(run_script("printf '<%s>' \"$@\" >args; echo '" REPLY_TOKEN "'",
                           "'a  b', '\"$HOME\"', ';exit 1', \"it's\", '*', ''",
                           ""));
    assert_holds("args", "<a  b><\"$HOME\"><;exit 1><it's><*><>");
}

static void the_environment_is_ours_and_its_own(void **state)
{
    (void)state;
    setenv("OURS", "ours", 1);
    setenv("BOTH", "ours", 1);
    setenv("BOTHER", "and this", 1);
    setenv("KUBERNETES_EXEC_INFO", "ours", 1);
    assert_done(run_script("echo \"$OURS,$BOTH,$ITS,$BOTHER\" >env;"
                           "printf %s \"$KUBERNETES_EXEC_INFO\" >info;"
                           "tr '\\0' '\\n' </proc/$$/environ |"
                           "grep -c -e ^BOTH= -e ^KUBERNETES_EXEC >count;"
                           "echo '" REPLY_TOKEN "'",
                           "",
                           "env: [{name: BOTH, value: never}, {name: ITS,"
                           "value: 'its own'}, {name: BOTH, value: 'last'}, "
                           "{name: KUBERNETES_EXEC_INFO, value: its}, "
                           "{name: OURSELVES, value: 'no'}]"));
    assert_holds("env", "ours,last,its own,and this\n");
    assert_holds("count", "2\n");
    assert_holds("info", "{\"kind\":\"ExecCredential\",\"apiVersion\":"
                         "\"client.authentication.k8s.io/v1\",\"spec\":{"
                         "\"interactive\":false}}");
    unsetenv("OURS");
    unsetenv("BOTH");
    unsetenv("BOTHER");
    unsetenv("KUBERNETES_EXEC_INFO");
}

/* What the cluster says for plugins: the first of that name, with a value. */
static void it_gets_the_clusters_extension(void **state)
{
    static const struct {
        const char *extensions, *config;
    } rows[] = {
        { "{name: other, extension: 1}", NULL },
        { "{name: client.authentication.k8s.io/exec}", NULL },
        { "{name: [client.authentication.k8s.io/exec], extension: 1}", NULL },
        { "{extension: 1}, x", NULL },
        { "{name: client.authentication.k8s.io/exec, extension: {a: 1}}, "
          "{name: client.authentication.k8s.io/exec, extension: 2}",
          "\"config\":{\"a\":1}" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        const char *info;

        snprintf(text, sizeof text,
                 SERVER ", tls-server-name: '', extensions: "
                        "[%s]",
                 rows[i].extensions);
        put_config("config", text,
                   "exec: {apiVersion: client.authentication.k8s.io/v1, "
                   "command: x, interactiveMode: Never, provideClusterInfo: "
                   "true, env: [{name: A, value: null}, {name: B}]}",
                   "");
        take_config("config", &cluster);
        assert_string_equal(cluster.plugin->environment[0], "A=");
        assert_string_equal(cluster.plugin->environment[1], "B=");
        info = cluster.plugin->info;
        assert_row((strstr(info, "config") != NULL) == (rows[i].config != NULL),
                   rows[i].extensions);
        assert_null(strstr(info, "tls-server-name"));
        if (rows[i].config != NULL)
            assert_non_null(strstr(info, rows[i].config));
        cluster_free(&cluster);
    }
}

/* Where the server is asked for there may be no cluster that says anything. */
static void it_gets_no_extension_where_there_is_no_cluster(void **state)
{
    const struct kubeconfig_options options = { .path = "config",
                                                .server = "https://h" };

    (void)state;
    put("config",
        "apiVersion: v1\nkind: Config\ncurrent-context: x\nusers:\n- name: u\n"
        "  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "
        "x, interactiveMode: Never, provideClusterInfo: true}}\n"
        "contexts:\n- name: x\n  context: {user: u}\n",
        0644);
    if (kubeconfig_read(&options, &cluster, &why) != KUBECONFIG_DONE)
        fail_msg("%s", why.text);
    assert_non_null(strstr(cluster.plugin->info, "\"server\":\"https://h\""));
    assert_null(strstr(cluster.plugin->info, "config"));
    cluster_free(&cluster);
}

/* Our standard input is what the program reads. */
static void it_has_no_input(void **state)
{
    int kept = dup(STDIN_FILENO), ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "ours", 4), 4);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_done(run_script("cat >input; echo '" REPLY_TOKEN "'", "", ""));
    assert_holds("input", "");
    assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
    close(kept);
    close(ends[0]);
    close(ends[1]);
}

static int complains(const void *arg)
{
    (void)arg;
    return run_script("echo 'please log in' >&2; echo '" REPLY_TOKEN "'", "",
                      "") != PLUGIN_DONE;
}

static void its_complaints_are_ours(void **state)
{
    struct child c;

    (void)state;
    run_child(&c, complains, NULL);
    assert_int_equal(c.status, 0);
    assert_string_equal(c.err, "please log in\n");
    assert_string_equal(c.out, "");
}

static void it_has_the_usual_signals(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN); /* as start.h has it */
    signal(SIGXFSZ, SIG_IGN);
    assert_done(run_script("exec 2>complaints;"
                           "sh -c 'kill -PIPE $$; echo ignored' >pipe;"
                           "sh -c 'kill -XFSZ $$; echo ignored' >size;"
                           "echo '" REPLY_TOKEN "'",
                           "", ""));
    assert_holds("pipe", "");
    assert_holds("size", "");
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
}

static void it_may_close_its_output_before_it_ends(void **state)
{
    (void)state;
    assert_done(
        run_script("echo '" REPLY_TOKEN "'; exec >&-; sleep 0.05", "", ""));
    assert_buf(&reply.token, "hunter2");
}

static void what_fails_is_told(void **state)
{
    static const struct {
        const char *script, *why;
    } rows[] = {
        { "echo '" REPLY_TOKEN "'; exit 3", "failed with exit status 3" },
        { "echo '" REPLY_TOKEN "'; kill -TERM $$", "was ended by signal 15" },
        { "head -c 2000000 /dev/zero", "was killed: it printed too much" },
    };
    char wanted[200];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(run_script(rows[i].script, "", "") == PLUGIN_FAILED,
                   rows[i].script);
        snprintf(wanted, sizeof wanted,
                 "exec plugin of user \"u\" in config: ./plugin %s",
                 rows[i].why);
        assert_string_equal(why.text, wanted);
        cluster_free(&cluster);
    }
}

/* It says WHAT, and the C library's words for ERROR. */
static void assert_why(const char *what, int error)
{
    char wanted[200];

    snprintf(wanted, sizeof wanted, "exec plugin of user \"u\" in config: %s%s",
             what, strerror(error));
    assert_string_equal(why.text, wanted);
}

static void without_a_pipe_it_does_not_run(void **state)
{
    (void)state;
    take_plugin(&cluster, "echo run >ran", "", "");
    pipe_error = EMFILE;
    assert_false(plugin_start(&run, cluster.plugin, 0, &why));
    assert_why("unable to run ./plugin: ", EMFILE);
    assert_int_equal(why.errnum, EMFILE);
    assert_int_equal(run.pid, 0);
    assert_int_equal(access("ran", F_OK), -1);
}

static void output_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    read_error = EINTR;
    assert_done(run_script("echo '" REPLY_TOKEN "'", "", ""));
    assert_int_equal(read_error, 0);
    cluster_free(&cluster);
    read_error = EIO;
    assert_int_equal(run_script("echo '" REPLY_TOKEN "'; sleep 1000", "", ""),
                     PLUGIN_FAILED);
    assert_string_equal(why.text, "exec plugin of user \"u\" in config: "
                                  "./plugin was killed: its output cannot be "
                                  "read");
}

/* Nobody knows whether it was content with what it printed. */
static void one_that_another_waited_for_has_failed(void **state)
{
    (void)state;
    waited_for = true;
    assert_int_equal(run_script("echo '" REPLY_TOKEN "'", "", ""),
                     PLUGIN_FAILED);
    assert_why("", ECHILD);
    assert_false(waited_for);
}

static void as_much_as_may_be_is_taken(void **state)
{
    char script[500];
    int pad = PLUGIN_OUTPUT_MAX - (int)strlen(REPLY_TOKEN);

    (void)state;
    snprintf(script, sizeof script,
             "printf %%s '" REPLY_TOKEN "'; printf '%%%ds' ''", pad);
    assert_done(run_script(script, "", ""));
    cluster_free(&cluster);
    snprintf(script, sizeof script,
             "printf %%s '" REPLY_TOKEN "'; printf '%%%ds' ''", pad + 1);
    assert_int_equal(run_script(script, "", ""), PLUGIN_FAILED);
}

static void what_is_not_there_is_told_with_the_hint(void **state)
{
    static const struct {
        const char *command, *hint, *why;
    } rows[] = {
        { "nothing-of-this-name", "get it:\\n  \\e[1mthere\\e[0m",
          "exec plugin of user \"u\" in config: nothing-of-this-name is not in "
          "PATH: get it:   ?[1mthere?[0m" },
        { "nothing-of-this-name", "",
          "exec plugin of user \"u\" in config: nothing-of-this-name is not in "
          "PATH" },
        { "./nothing", "get it",
          "exec plugin of user \"u\" in config: unable to run ./nothing: No "
          "such file or directory: get it" },
        { "./config", "get it",
          "exec plugin of user \"u\" in config: unable to run ./config: "
          "Permission denied" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char user[400];

        snprintf(user, sizeof user,
                 "exec: {apiVersion: client.authentication.k8s.io/v1, command: "
                 "%s, interactiveMode: Never, installHint: \"%s\"}",
                 rows[i].command, rows[i].hint);
        put_config("config", SERVER, user, "");
        take_config("config", &cluster);
        assert_false(plugin_start(&run, cluster.plugin, 0, &why));
        assert_string_equal(why.text, rows[i].why);
        assert_int_equal(run.pid, 0);
        cluster_free(&cluster);
    }
}

/* --- one that hangs */

/* Starts one that says the pid of what it has started, and does not end; that
 * pid, whose parent we are once it has lost its own. */
static pid_t start_one_that_hangs(void)
{
    pid_t other;

    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    take_plugin(&cluster, "sleep 1000 & echo $!; wait", "", "");
    cluster.plugin->timeout = 5 * CLOCK_SECOND;
    assert_true(plugin_start(&run, cluster.plugin, 100, &why));
    for (int i = 0; i < LONG_ENOUGH && run.output.len == 0; i++) {
        assert_int_equal(plugin_poll(&run, 100, &reply, &why), PLUGIN_RUNNING);
        wait_a_moment(run.fd);
    }
    other = (pid_t)strtol(run.output.bytes, NULL, 10);
    assert_true(other > 1);
    assert_true(run.check == 100 + 5 * CLOCK_SECOND);
    return other;
}

/* PID, or any, was killed by the time that somebody is told of it. */
static void assert_killed(pid_t pid)
{
    pid_t ended = 0;
    int status = 0;

    for (int i = 0; i < LONG_ENOUGH && ended == 0; i++) {
        ended = waitpid(pid, &status, WNOHANG);
        wait_a_moment(-1);
    }
    assert_true(ended > 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

static void one_that_hangs_is_killed_with_all_it_started(void **state)
{
    pid_t other = start_one_that_hangs();
    enum plugin_status status = PLUGIN_RUNNING;

    (void)state;
    assert_int_equal(plugin_poll(&run, 99 + 5 * CLOCK_SECOND, &reply, &why),
                     PLUGIN_RUNNING);
    for (int i = 0; i < LONG_ENOUGH && status == PLUGIN_RUNNING; i++) {
        status = plugin_poll(&run, 100 + 5 * CLOCK_SECOND, &reply, &why);
        wait_a_moment(run.fd);
    }
    assert_int_equal(status, PLUGIN_FAILED);
    assert_string_equal(why.text, "exec plugin of user \"u\" in config: "
                                  "./plugin was killed: it took too long");
    assert_int_equal(run.pid, 0);
    assert_killed(other);
}

static void one_that_hangs_can_be_stopped(void **state)
{
    pid_t other = start_one_that_hangs();

    (void)state;
    plugin_stop(&run);
    assert_int_equal(run.pid, 0);
    assert_int_equal(run.fd, -1);
    assert_killed(other);
    plugin_stop(&run); /* again: nothing */
}

/* What it left behind has its output open, so it might say more. */
static void one_that_leaves_another_behind_is_waited_for(void **state)
{
    (void)state;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    take_plugin(&cluster, "sleep 1000 & echo '" REPLY_TOKEN "'", "", "");
    assert_true(plugin_start(&run, cluster.plugin, 0, &why));
    for (int i = 0; i < LONG_ENOUGH && run.output.len == 0; i++) {
        assert_int_equal(plugin_poll(&run, 0, &reply, &why), PLUGIN_RUNNING);
        wait_a_moment(run.fd);
    }
    assert_int_equal(plugin_poll(&run, 0, &reply, &why), PLUGIN_RUNNING);
    plugin_stop(&run);
    assert_killed(-1);
}

/* --- what it prints */

static const struct plugin some = { .owner = (char[]){ "user" },
                                    .argv = (char *[]){ (char[]){ "p" }, NULL },
                                    .api_version = PLUGIN_V1 };

static bool read_reply(const char *text)
{
    plugin_reply_free(&reply);
    return plugin_reply_read(&reply, &some, text, strlen(text), &why);
}

#define PAIR                                                                   \
    "\"clientCertificateData\":\"-----BEGIN CERTIFICATE-----\\nTUlJ\\n"        \
    "-----END CERTIFICATE-----\\n\",\"clientKeyData\":\"-----BEGIN PRIVATE "   \
    "KEY-----\\nTUlJ\\n-----END PRIVATE KEY-----\\n\""
#define TIME(text) REPLY("\"token\":\"t\",\"expirationTimestamp\":" text)

static void replies_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t expires; /* seconds; 0: never */
    } times[] = {
        { TIME("null"), 0 },
        { TIME("\"2023-02-20T12:49:55Z\""), 1676897395 },
        { TIME("\"2023-02-20T13:49:55.5+01:00\""), 1676897395 },
        { TIME("\"0001-01-01T00:00:00Z\""), 0 },
        { TIME("\"9999-12-31T23:59:59Z\""), 0 },
        { TIME("\"1970-01-01T00:00:01Z\""), 1 },
    };

    (void)state;
    assert_true(read_reply(REPLY(PAIR)));
    assert_buf(&reply.cert, CERT);
    assert_buf(&reply.key, KEY);
    assert_int_equal(reply.token.len, 0);
    assert_true(read_reply(REPLY("\"token\":\" t \\n\"," PAIR)));
    assert_buf(&reply.token, "t");
    assert_buf(&reply.key, KEY);
    assert_true(read_reply("kind: ExecCredential\n" /* as client-go does */
                           "apiVersion: client.authentication.k8s.io/v1\n"
                           "status: {token: t}\n"));
    for (size_t i = 0; i < COUNT(times); i++) {
        assert_row(read_reply(times[i].text), times[i].text);
        assert_row(times[i].expires == 0
                       ? reply.expires == PLUGIN_NEVER
                       : reply.expires / CLOCK_SECOND == times[i].expires,
                   times[i].text);
    }
}

static void replies_that_are_wrong_are_refused(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "", "is no ExecCredential" },
        { "hunter2\n", "is no ExecCredential" },
        { "*hunter2", "is no ExecCredential" },
        { "[]", "is no ExecCredential" },
        { "{\"hunter2\":1,\"hunter2\":1}", "is no ExecCredential" },
        { "{\"kind\":\"Secret\"}", "is no ExecCredential" },
        { "{\"kind\":\"ExecCredential\"}",
          "is not of the version client.authentication.k8s.io/v1" },
        { "{\"kind\":\"ExecCredential\",\"apiVersion\":"
          "\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":"
          "\"hunter2\"}}",
          "is not of the version client.authentication.k8s.io/v1" },
        { "{\"kind\":\"ExecCredential\",\"apiVersion\":"
          "\"client.authentication.k8s.io/v1\"}",
          "has no status" },
        { REPLY(""), "has neither a token nor a certificate" },
        { REPLY("\"token\":\"\""), "has neither a token nor a certificate" },
        { REPLY("\"token\":null"), "has neither a token nor a certificate" },
        { REPLY("\"token\":\" \""), "is empty" },
        { REPLY("\"token\":5"),
          "has a credential that is no string, or too long" },
        { REPLY("\"token\":\"t\",\"clientCertificateData\":5"),
          "has a credential that is no string, or too long" },
        { REPLY("\"token\":\"t\",\"clientKeyData\":[]"),
          "has a credential that is no string, or too long" },
        { REPLY("\"token\":\"hunter2\\nx\""), "has a control character in it" },
        { REPLY("\"token\":\"hunter2\\u0000x\""),
          "has a control character in it" },
        { REPLY("\"token\":\"t\",\"clientKeyData\":\"hunter2\""),
          "has only one of a certificate and its key" },
        { REPLY("\"clientCertificateData\":\"hunter2\","
                "\"clientKeyData\":\"hunter2\""),
          "has no certificate in PEM" },
        { TIME("\"hunter2\""), "has an expirationTimestamp that is no time" },
        { TIME("\"2023-02-20\""),
          "has an expirationTimestamp that is no time" },
        { TIME("17"), "has an expirationTimestamp that is no time" },
    };
    char wanted[200];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_row(!read_reply(rows[i].text), rows[i].text);
        snprintf(wanted, sizeof wanted,
                 "exec plugin of user: what p printed %s", rows[i].why);
        assert_string_equal(why.text, wanted);
        assert_null(reply.token.bytes);
        assert_null(reply.key.bytes);
    }
}

static void a_token_that_is_too_long_is_refused(void **state)
{
    static char text[CLUSTER_TOKEN_MAX + 200];
    size_t len;

    (void)state;
    len = (size_t)snprintf(text, sizeof text, "%s", REPLY("\"token\":\"t"));
    len -= 2; /* its braces */
    memset(text + len, 't', CLUSTER_TOKEN_MAX - 1);
    memcpy(text + len + CLUSTER_TOKEN_MAX - 1, "\"}}", 4);
    assert_true(read_reply(text));
    assert_int_equal(reply.token.len, CLUSTER_TOKEN_MAX);
    memcpy(text + len + CLUSTER_TOKEN_MAX - 1, "t\"}}", 5);
    assert_false(read_reply(text));
}

static void every_beginning_of_a_reply_is_refused(void **state)
{
    static const char whole[] = REPLY("\"token\":\"hunter2\"," PAIR);

    (void)state;
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        assert_false(plugin_reply_read(&reply, &some, whole, len, &why));
        assert_null(strstr(why.text, "hunter"));
    }
}

static void what_it_printed_is_wiped(void **state)
{
    (void)state;
    wiped_needle = REPLY_TOKEN;
    wiped_count = 0;
    assert_done(run_script("echo '" REPLY_TOKEN "'", "", ""));
    assert_int_equal(wiped_count, 1);
    watch_wiped(0, reply.token.bytes);
    plugin_reply_free(&reply);
    assert_true(wiped_seen[0]);
    wiped_needle = NULL;
}

static int before(void **state)
{
    plugin_run_init(&run);
    plugin_reply_init(&reply);
    cluster_init(&cluster);
    return scratch_before(state);
}

static int after(void **state)
{
    plugin_stop(&run);
    plugin_reply_free(&reply);
    cluster_free(&cluster);
    return scratch_after(state);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, before, after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_it_prints_is_the_credential),
        TEST(arguments_go_through_no_shell),
        TEST(the_environment_is_ours_and_its_own),
        TEST(it_gets_no_extension_where_there_is_no_cluster),
        TEST(it_gets_the_clusters_extension),
        TEST(it_has_no_input),
        TEST(its_complaints_are_ours),
        TEST(it_has_the_usual_signals),
        TEST(it_may_close_its_output_before_it_ends),
        TEST(what_fails_is_told),
        TEST(without_a_pipe_it_does_not_run),
        TEST(output_that_cannot_be_read_is_told),
        TEST(one_that_another_waited_for_has_failed),
        TEST(as_much_as_may_be_is_taken),
        TEST(what_is_not_there_is_told_with_the_hint),
        TEST(one_that_hangs_is_killed_with_all_it_started),
        TEST(one_that_hangs_can_be_stopped),
        TEST(one_that_leaves_another_behind_is_waited_for),
        TEST(replies_are_read),
        TEST(replies_that_are_wrong_are_refused),
        TEST(a_token_that_is_too_long_is_refused),
        TEST(every_beginning_of_a_reply_is_refused),
        TEST(what_it_printed_is_wiped),
    };

    return cmocka_run_group_tests_name("plugin", tests, scratch_open,
                                       scratch_close);
}
