#include "settings.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/msg.h"
#include "base/same.h"
#include "kube/server.h"

static struct {
    const char *kubeconfig, *context, *server, *namespace_;
    const char *write, *file, *plan_out, *dry_run;
    int64_t interval, final_budget, connect_timeout, request_timeout;
    bool pass, check, verbose;
} options = { .interval = -1,
              .write = "auto",
              .final_budget = 10 * CLOCK_SECOND,
              .connect_timeout = 5 * CLOCK_SECOND,
              .request_timeout = 10 * CLOCK_SECOND };

static const struct opt table[] = {
    { 'i', "interval", OPT_DURATION, &options.interval, "DURATION",
      "write at most once in this time (1s; ActionSet 15s)" },
    { 'p', "pass", OPT_FLAG, &options.pass, NULL,
      "copy the input, unchanged, to standard output" },
    { 'n', "namespace", OPT_TEXT, &options.namespace_, "NAMESPACE",
      "where the ActionSet is" },
    { 0, "kubeconfig", OPT_TEXT, &options.kubeconfig, "FILE",
      "the cluster and who we are, as kubectl" },
    { 0, "context", OPT_TEXT, &options.context, "NAME",
      "the context of the kubeconfig" },
    { 's', "server", OPT_TEXT, &options.server, "URL",
      "the API server, in place of the kubeconfig's" },
    { 'w', "write", OPT_TEXT, &options.write, "top|phases|annotation|auto",
      "of the ActionSet (default: auto)" },
    { 'f', "file", OPT_TEXT, &options.file, "FILE",
      "keep the status in FILE as well" },
    { 0, "plan-out", OPT_TEXT, &options.plan_out, "FILE",
      "keep the ActionSet in FILE, for phase-agg --plan" },
    { 0, "dry-run", OPT_TEXT, &options.dry_run, "client|server",
      "only print the patches (client)" },
    { 0, "check", OPT_FLAG, &options.check, NULL,
      "say what will work, and write nothing" },
    { 0, "final-budget", OPT_DURATION, &options.final_budget, "TIME",
      "for the last write, all its tries together (10s)" },
    { 0, "connect-timeout", OPT_DURATION, &options.connect_timeout, "TIME",
      "to reach the server (5s)" },
    { 0, "request-timeout", OPT_DURATION, &options.request_timeout, "TIME",
      "for a request and its reply (10s)" },
    { 'v', "verbose", OPT_FLAG, &options.verbose, NULL, "say each request" },
    { .name = NULL },
};

static const struct opt_implied implied[] = {
    { "dry-run", "client" },
    { NULL, NULL },
};

const struct opt_program settings_program = {
    .name = "status-patch",
    .operands = "TARGET",
    .purpose = "Writes the latest status line to an ActionSet "
               "(actionset/NAME), a file, or -.",
    .options = table,
    .implied = implied,
    .min_operands = 1,
    .max_operands = 1,
};

/* What --write asks for; false where it is none of the words. */
static bool read_write(struct writer_settings *writer)
{
    static const struct {
        const char *word;
        unsigned parts;
        bool choose;
    } words[] = {
        { "auto", PATCH_TOP | PATCH_ANNOTATION, true },
        { "top", PATCH_TOP, false },
        { "phases", PATCH_TOP | PATCH_PHASES, false },
        { "annotation", PATCH_ANNOTATION, false },
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(options.write, words[i].word) == 0) {
            writer->parts = words[i].parts;
            writer->choose = words[i].choose;
            return true;
        }
    return false;
}

static bool read_dry_run(enum dry_run *dry_run)
{
    *dry_run = options.dry_run == NULL                  ? DRY_RUN_NO
               : strcmp(options.dry_run, "server") == 0 ? DRY_RUN_SERVER
                                                        : DRY_RUN_CLIENT;
    return *dry_run != DRY_RUN_CLIENT || strcmp(options.dry_run, "client") == 0;
}

static int check_actionset_options(const struct target *t)
{
    if (options.namespace_ != NULL && !server_is_namespace(options.namespace_))
        return msg_fatal(EXIT_USAGE, "--namespace: \"%s\" names no namespace",
                         options.namespace_);
    if (options.namespace_ != NULL && t->namespace_[0] != '\0' &&
        strcmp(options.namespace_, t->namespace_) != 0)
        return msg_fatal(EXIT_USAGE,
                         "--namespace: \"%s\" is not the one of TARGET \"%s\"",
                         options.namespace_, t->name);
    if (options.file != NULL && !file_replaceable(options.file))
        return msg_fatal(EXIT_USAGE, "--file: \"%s\" is not a regular file",
                         options.file);
    if (options.file != NULL && options.plan_out != NULL &&
        same_file(options.file, options.plan_out))
        return msg_fatal(EXIT_USAGE, "--plan-out: \"%s\" is the file of --file",
                         options.plan_out);
    return EXIT_DONE;
}

/* Options that only an ActionSet can have. */
static const char *needs_actionset(void)
{
    return options.namespace_ != NULL   ? "--namespace"
           : options.kubeconfig != NULL ? "--kubeconfig"
           : options.context != NULL    ? "--context"
           : options.server != NULL     ? "--server"
           : options.file != NULL       ? "--file"
           : options.plan_out != NULL   ? "--plan-out"
           : options.dry_run != NULL    ? "--dry-run"
           : options.check              ? "--check"
                                        : NULL;
}

static int read_actionset(struct actionset_settings *s, const struct target *t)
{
    if (!read_write(&s->writer))
        return msg_fatal(EXIT_USAGE,
                         "--write: \"%s\" is none of top, phases, annotation "
                         "and auto",
                         options.write);
    if (!read_dry_run(&s->dry_run))
        return msg_fatal(EXIT_USAGE,
                         "--dry-run: \"%s\" is neither client nor server",
                         options.dry_run);
    if (options.request_timeout == 0)
        return msg_fatal(EXIT_USAGE,
                         "--request-timeout: in no time there is no reply");
    s->cluster = (struct kubeconfig_options){ .path = options.kubeconfig,
                                              .context = options.context,
                                              .server = options.server };
    s->namespace_ =
        options.namespace_ != NULL ? options.namespace_ : t->namespace_;
    s->name = t->object;
    s->writer.interval =
        options.interval >= 0 ? options.interval : 15 * CLOCK_SECOND;
    s->writer.budget = options.final_budget;
    s->writer.looks_always = options.plan_out != NULL;
    s->request_timeout = options.request_timeout;
    s->connect_timeout = options.connect_timeout > 0 ? options.connect_timeout
                                                     : options.request_timeout;
    s->plan_out = options.plan_out;
    s->verbose = options.verbose;
    return check_actionset_options(t);
}

int settings_read(struct settings *s, const char *operand)
{
    const char *wrong = target_open(
        &s->target, file_is_open(operand, STDOUT_FILENO) ? "-" : operand);
    const char *option = needs_actionset();

    s->file = options.file;
    s->interval = options.interval;
    s->pass = options.pass;
    s->check = options.check;
    if (wrong != NULL)
        return msg_fatal(EXIT_USAGE, "TARGET \"%s\" %s", operand, wrong);
    if (options.pass &&
        (s->target.kind == TARGET_STDOUT || options.dry_run != NULL))
        return msg_fatal(EXIT_USAGE, "--pass: standard output is %s",
                         options.dry_run != NULL ? "for the patches"
                                                 : "the TARGET");
    if (s->target.kind == TARGET_ACTIONSET)
        return read_actionset(&s->actionset, &s->target);
    if (option != NULL)
        return msg_fatal(EXIT_USAGE, "%s: TARGET \"%s\" is no ActionSet",
                         option, operand);
    return EXIT_DONE;
}
