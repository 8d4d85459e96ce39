#include "kube/credentials.h"

#include "base/secret.h"

#include "plugins.h"
#include "wiped.h"

static struct cluster cluster;
static struct credentials credentials;
static struct instant now;

/* Opens those of what CONFIG says of the user. */
static void open_user(const char *user)
{
    put_config("config", SERVER, user, "");
    take_config("config", &cluster);
    assert_true(credentials_open(&credentials, &cluster));
}

/* Begins a request, and waits for a plugin. */
static enum credentials_status begin(void)
{
    enum credentials_status status = credentials_begin(&credentials, now);

    for (int i = 0; i < LONG_ENOUGH && status == CREDENTIALS_WAITING; i++) {
        assert_true(credentials_deadline(&credentials) > now.steady);
        wait_a_moment(credentials_fd(&credentials));
        status = credentials_poll(&credentials, now);
    }
    assert_int_not_equal(status, CREDENTIALS_WAITING);
    return status;
}

static void assert_token(const char *token)
{
    if (begin() != CREDENTIALS_READY)
        fail_msg("%s", credentials.why.text);
    assert_buf(&credentials.token, token);
}

static void assert_failed(const char *why)
{
    assert_int_equal(begin(), CREDENTIALS_FAILED);
    assert_string_equal(credentials.why.text, why);
}

static void nobody_shows_nothing(void **state)
{
    (void)state;
    open_user("");
    assert_token("");
    assert_int_equal(credentials.cert.len, 0);
    assert_false(credentials.changed);
    assert_string_equal(credentials.why.text, "");
    assert_false(credentials_refused(&credentials));
}

static void a_token_stays(void **state)
{
    (void)state;
    open_user("token: ' hunter2 '");
    assert_token("hunter2");
    assert_false(credentials_refused(&credentials));
    assert_token("hunter2");
}

static void a_token_file_is_read_for_each_request(void **state)
{
    (void)state;
    put("token", "first\n", 0600);
    open_user("tokenFile: token, token: never");
    assert_token("first");
    assert_false(credentials_refused(&credentials));
    assert_true(replace("token", "second, and longer"));
    assert_true(credentials_refused(&credentials));
    assert_buf(&credentials.token, "first"); /* of the request at hand */
    assert_token("second, and longer");
    assert_true(replace("token", "3"));
    assert_token("3");
    assert_string_equal(credentials.why.text, "");
}

static void the_last_good_token_is_kept(void **state)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "", "the token: token is empty" },
        { "\n \n", "the token: token is empty" },
        { "hunter2\nX: y", "the token: token has a control character in it" },
        { "hunter2\r\r2", "the token: token has a control character in it" },
    };

    (void)state;
    put("token", "good", 0600);
    open_user("tokenFile: token");
    for (size_t i = 0; i < COUNT(rows); i++) {
        put("token", rows[i].text, 0600);
        assert_token("good");
        assert_string_equal(credentials.why.text, rows[i].why);
        assert_false(credentials_refused(&credentials));
    }
    assert_int_equal(unlink("token"), 0);
    assert_token("good");
    assert_string_equal(credentials.why.text,
                        "the token: token: No such file or directory");
    put("token", "better", 0600);
    assert_token("better");
    assert_string_equal(credentials.why.text, "");
}

static void where_no_token_was_ever_good_there_is_none(void **state)
{
    (void)state;
    put("token", "good", 0600);
    put_config("config", SERVER, "tokenFile: token", "");
    take_config("config", &cluster);
    secret_clear(&cluster.token);
    assert_int_equal(unlink("token"), 0);
    assert_true(credentials_open(&credentials, &cluster));
    assert_failed("the token: token: No such file or directory");
    put("token", "late", 0600);
    assert_token("late");
}

static void a_token_of_any_length_is_taken_or_told(void **state)
{
    static char text[CLUSTER_TOKEN_MAX + 2];

    (void)state;
    put("token", "t", 0600);
    open_user("tokenFile: token");
    memset(text, 'x', CLUSTER_TOKEN_MAX);
    put("token", text, 0600);
    assert_token(text);
    text[CLUSTER_TOKEN_MAX] = 'x';
    put("token", text, 0600);
    assert_int_equal(begin(), CREDENTIALS_READY);
    assert_int_equal(credentials.token.len, CLUSTER_TOKEN_MAX);
    assert_string_equal(credentials.why.text,
                        "the token: token: File too large");
}

static void certificates_of_files_are_read_anew(void **state)
{
    static const char other[] = "# other\n" CERT;

    (void)state;
    put("cert", CERT, 0644);
    put("key", KEY, 0600);
    open_user("client-certificate: cert, client-key: key");
    assert_token("");
    assert_buf(&credentials.cert, CERT);
    assert_buf(&credentials.key, KEY);
    assert_true(credentials.changed);
    assert_token("");
    assert_false(credentials.changed);
    assert_false(credentials_refused(&credentials));
    put("cert", other, 0644);
    assert_true(credentials_refused(&credentials));
    assert_buf(&credentials.cert, CERT);
    assert_token("");
    assert_true(credentials.changed);
    assert_buf(&credentials.cert, other);
    put("key", "nonsense", 0600); /* half written: the old pair */
    put("cert", CERT, 0644);
    assert_token("");
    assert_false(credentials.changed);
    assert_buf(&credentials.cert, other);
    assert_buf(&credentials.key, KEY);
    assert_string_equal(credentials.why.text, "key has no private key in PEM");
    put("cert", "nonsense", 0644);
    assert_false(credentials_refused(&credentials)); /* nothing else to show */
    assert_token("");
    assert_string_equal(credentials.why.text, "cert has no certificate in PEM");
    put("cert", other, 0644);
    assert_int_equal(unlink("key"), 0);
    assert_token("");
    assert_buf(&credentials.key, KEY);
    assert_int_equal(unlink("cert"), 0);
    assert_token("");
    assert_buf(&credentials.cert, other);
}

/* Another key for the same certificate, as where it was half replaced. */
static void another_key_alone_is_another_pair(void **state)
{
    static const char other[] = "# other\n" KEY;

    (void)state;
    put("cert", CERT, 0644);
    put("key", KEY, 0600);
    open_user("client-certificate: cert, client-key: key");
    assert_token("");
    put("key", other, 0600);
    assert_true(credentials_refused(&credentials));
    assert_token("");
    assert_true(credentials.changed);
    assert_buf(&credentials.key, other);
}

/* The one of two that is a file is read anew. */
static void a_key_of_a_file_beside_a_certificate_within(void **state)
{
    static const char other[] = "# other\n" KEY;

    (void)state;
    put("key", KEY, 0600);
    open_user("client-certificate-data: \"" CERT_BASE64 "\", client-key: key");
    assert_token("");
    assert_buf(&credentials.key, KEY);
    put("key", other, 0600);
    assert_true(credentials_refused(&credentials));
    assert_token("");
    assert_buf(&credentials.key, other);
}

/* Lines of base64 as another system ends them; a blank that a header may have
 * is left to what makes the header. */
static void what_is_within_may_have_blanks(void **state)
{
    (void)state;
    open_user("client-certificate-data: \"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"
              "Cl\\r\\nRVbEoKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=\\r\\n\", "
              "client-key-data: \"" KEY_BASE64 "\", token: \"a\\tb\"");
    assert_token("a\tb");
    assert_buf(&credentials.cert, CERT);
}

/* Where the first look finds no pair there is none to fall back on. */
static void without_a_good_pair_there_is_none(void **state)
{
    (void)state;
    put("cert", CERT, 0644);
    put("key", KEY, 0600);
    open_user("client-certificate: cert, client-key: key");
    put("key", "nonsense", 0600);
    assert_failed("key has no private key in PEM");
}

/* What nobody asked for is not there. */
static void there_is_nothing_to_poll_where_no_plugin_runs(void **state)
{
    (void)state;
    open_user("token: t");
    assert_int_equal(credentials_poll(&credentials, now), CREDENTIALS_FAILED);
}

static void certificates_within_stay(void **state)
{
    (void)state;
    open_user("client-certificate-data: \"" CERT_BASE64
              "\", client-key-data: \"" KEY_BASE64 "\", token: t");
    assert_token("t");
    assert_buf(&credentials.cert, CERT);
    assert_buf(&credentials.key, KEY);
    assert_true(credentials.changed);
    assert_token("t");
    assert_false(credentials.changed);
}

/* --- plugins */

/* Opens those of a plugin that counts how often it ran, in the file "count",
 * and prints that as the token; STATUS is what else its status has. */
static void open_plugin(const char *status)
{
    char script[2000];

    snprintf(script, sizeof script,
             "n=$(($(cat count) + 1)); echo $n >count;"
             "[ ! -e broken ] || exit 1;"
             "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":"
             "\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"'$n"
             "'\"%s}}'",
             status);
    put("count", "0\n", 0644);
    take_plugin(&cluster, script, "", "");
    assert_true(credentials_open(&credentials, &cluster));
}

#define EXPIRES ",\"expirationTimestamp\":\"2023-02-20T12:49:55Z\""
#define EXPIRY  (INT64_C(1676897395) * CLOCK_SECOND)
#define BROKEN                                                                 \
    "exec plugin of user \"u\" in config: ./plugin failed with exit status 1"

static void a_plugin_runs_once_where_nothing_expires(void **state)
{
    (void)state;
    open_plugin("");
    assert_int_equal(credentials_begin(&credentials, now), CREDENTIALS_WAITING);
    assert_true(credentials_fd(&credentials) >= 0);
    assert_true(credentials_deadline(&credentials) ==
                now.steady + PLUGIN_TIMEOUT);
    assert_token("1"); /* it goes on with the one that runs */
    assert_holds("count", "1\n");
    now.wall += 1000000 * CLOCK_SECOND;
    for (int i = 0; i < 3; i++)
        assert_token("1");
    assert_holds("count", "1\n");
}

static void a_plugin_runs_again_before_its_credential_expires(void **state)
{
    (void)state;
    open_plugin(EXPIRES);
    now.wall = EXPIRY - 3600 * CLOCK_SECOND;
    assert_token("1");
    now.wall = EXPIRY - 31 * CLOCK_SECOND;
    assert_token("1");
    now.wall = EXPIRY - 30 * CLOCK_SECOND;
    assert_token("2");
    now.wall = EXPIRY + CLOCK_SECOND; /* what it prints now has expired */
    assert_token("3");
    assert_token("4");
}

static void a_plugin_that_fails_is_needed_only_then(void **state)
{
    (void)state;
    open_plugin(EXPIRES);
    now.wall = EXPIRY - 60 * CLOCK_SECOND;
    assert_token("1");
    put("broken", "", 0644);
    now.wall = EXPIRY - CLOCK_SECOND; /* soon, but not yet */
    assert_token("1");
    assert_string_equal(credentials.why.text, BROKEN);
    now.wall = EXPIRY;
    assert_failed(BROKEN);
    assert_int_equal(unlink("broken"), 0);
    assert_token("4");
    assert_string_equal(credentials.why.text, "");
}

static void a_refused_credential_is_replaced(void **state)
{
    (void)state;
    open_plugin("");
    assert_token("1");
    assert_true(credentials_refused(&credentials));
    assert_buf(&credentials.token, "1"); /* of the request at hand */
    assert_token("2");
    assert_false(credentials_refused(&credentials)); /* that did not help */
    assert_token("3");                               /* later it may */
    assert_token("3"); /* it did: a second request was made */
    assert_true(credentials_refused(&credentials));
    put("broken", "", 0644);
    assert_failed(BROKEN);
    assert_failed(BROKEN); /* what was refused is not shown again */
    assert_int_equal(unlink("broken"), 0);
    assert_token("6");
}

static void a_plugin_that_hangs_is_told_in_time(void **state)
{
    (void)state;
    take_plugin(&cluster, "exec sleep 1000", "", "");
    cluster.plugin->timeout = CLOCK_SECOND / 100;
    assert_true(credentials_open(&credentials, &cluster));
    assert_int_equal(credentials_begin(&credentials, now), CREDENTIALS_WAITING);
    now.steady += CLOCK_SECOND / 100;
    assert_failed("exec plugin of user \"u\" in config: ./plugin was killed: "
                  "it took too long");
}

static void a_plugin_that_cannot_run_is_told(void **state)
{
    (void)state;
    take_plugin(&cluster, "", "", "");
    assert_int_equal(unlink("plugin"), 0);
    assert_true(credentials_open(&credentials, &cluster));
    assert_failed("exec plugin of user \"u\" in config: unable to run "
                  "./plugin: No such file or directory");
}

static void a_plugin_may_show_a_certificate(void **state)
{
    (void)state;
    take_plugin(&cluster, "cat reply", "", "");
    put("reply",
        REPLY("\"clientCertificateData\":\"-----BEGIN CERTIFICATE-----\\nTUlJ"
              "\\n-----END CERTIFICATE-----\\n\",\"clientKeyData\":"
              "\"-----BEGIN PRIVATE KEY-----\\nTUlJ\\n-----END PRIVATE KEY-----"
              "\\n\""),
        0644);
    assert_true(credentials_open(&credentials, &cluster));
    assert_token("");
    assert_buf(&credentials.cert, CERT);
    assert_buf(&credentials.key, KEY);
    assert_true(credentials.changed);
    assert_token("");
    assert_false(credentials.changed);
    put("reply", REPLY_TOKEN, 0644);
    assert_true(credentials_refused(&credentials));
    assert_token("hunter2");
    assert_int_equal(credentials.cert.len, 0);
    assert_true(credentials.changed);
}

/* --- what is secret */

static void closing_wipes_what_was_shown(void **state)
{
    (void)state;
    put("token", "first", 0600);
    put("cert", CERT, 0644);
    put("key", KEY, 0600);
    open_user("tokenFile: token, client-certificate: cert, client-key: key");
    assert_token("first");
    put("token", "second", 0600);
    assert_token("second");
    watch_wiped(0, credentials.token.bytes);
    watch_wiped(1, credentials.token_new.bytes); /* which held the first */
    watch_wiped(2, credentials.key.bytes);
    credentials_close(&credentials);
    for (int i = 0; i < 3; i++)
        assert_true(wiped_seen[i]);
}

static void closing_ends_a_plugin_and_wipes_what_it_printed(void **state)
{
    (void)state;
    open_plugin("");
    assert_token("1");
    assert_true(credentials_refused(&credentials));
    put("plugin", "#!/bin/sh\necho hunter2; exec sleep 1000\n", 0755);
    assert_int_equal(credentials_begin(&credentials, now), CREDENTIALS_WAITING);
    for (int i = 0; i < LONG_ENOUGH && credentials.run.output.len == 0; i++) {
        wait_a_moment(credentials_fd(&credentials));
        assert_int_equal(credentials_poll(&credentials, now),
                         CREDENTIALS_WAITING);
    }
    watch_wiped(0, credentials.run.output.bytes);
    watch_wiped(1, credentials.reply.token.bytes);
    credentials_close(&credentials);
    assert_true(wiped_seen[0] && wiped_seen[1]);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static int before(void **state)
{
    cluster_init(&cluster);
    now = (struct instant){ EXPIRY, 5000 };
    credentials = (struct credentials){ 0 };
    return scratch_before(state);
}

static int after(void **state)
{
    credentials_close(&credentials);
    cluster_free(&cluster);
    return scratch_after(state);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, before, after)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_shows_nothing),
        TEST(a_token_stays),
        TEST(a_token_file_is_read_for_each_request),
        TEST(the_last_good_token_is_kept),
        TEST(where_no_token_was_ever_good_there_is_none),
        TEST(a_token_of_any_length_is_taken_or_told),
        TEST(certificates_of_files_are_read_anew),
        TEST(another_key_alone_is_another_pair),
        TEST(a_key_of_a_file_beside_a_certificate_within),
        TEST(what_is_within_may_have_blanks),
        TEST(without_a_good_pair_there_is_none),
        TEST(there_is_nothing_to_poll_where_no_plugin_runs),
        TEST(certificates_within_stay),
        TEST(a_plugin_runs_once_where_nothing_expires),
        TEST(a_plugin_runs_again_before_its_credential_expires),
        TEST(a_plugin_that_fails_is_needed_only_then),
        TEST(a_refused_credential_is_replaced),
        TEST(a_plugin_that_hangs_is_told_in_time),
        TEST(a_plugin_that_cannot_run_is_told),
        TEST(a_plugin_may_show_a_certificate),
        TEST(closing_wipes_what_was_shown),
        TEST(closing_ends_a_plugin_and_wipes_what_it_printed),
    };

    return cmocka_run_group_tests_name("credentials", tests, scratch_open,
                                       scratch_close);
}
