#include "settings.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/same.h"

struct settings settings = {
    .log_records = NOT_ASKED,
    .log_text = NOT_ASKED,
    .final_budget = 10 * CLOCK_SECOND,
    .grace = NOT_ASKED,
};

/* The movers, and what reads their console; any other is an adapter's name. */
static const char *const kopia[] = { "kopia-progress", NULL };
static const char *any[] = { "any-progress", NULL, NULL };
static const struct {
    const char *name;
    const char *const *filter;
} movers[] = {
    { "kopia", kopia },
    { "records", NULL },
};

#define S(member) &settings.member

static const struct opt table[] = {
    { 0, "mover", OPT_TEXT, S(mover), "kopia|records|ADAPTER",
      "what is run (default: records)" },
    { 0, "parse", OPT_TEXT, S(parse), "stderr|stdout|both",
      "where progress is read (ADAPTER says it)" },
    { 0, "phase", OPT_TEXT, S(owner.phase), "NAME",
      "the phase that COMMAND is" },
    { 0, "phases", OPT_TEXT, S(phases), "A,B,C", "all phases of the action" },
    { 0, "action", OPT_TEXT, S(owner.action), "NAME",
      "the action, or its index" },
    { 0, "plan", OPT_TEXT, S(plan), "FILE", "the ActionSet" },
    { 0, "blueprint", OPT_TEXT, S(blueprint), "FILE", "the Blueprint" },
    { 0, "state", OPT_TEXT, S(state), "FILE",
      "go on from there when started again" },
    { 0, "mover-within-steps", OPT_FLAG, S(within_steps), NULL,
      "stats are of the execution, not of the phase" },
    { 0, "target", OPT_TEXT, S(target), "TARGET",
      "where the status goes: a file, or actionset/NAME" },
    { 0, "pipeline", OPT_TEXT, S(pipeline), "TEXT",
      "a shell's text instead of the filters" },
    { 0, "ok-codes", OPT_TEXT, S(ok_codes), "N,N",
      "exit codes that mean success (default 0)" },
    { 0, "progress-file", OPT_TEXT, S(progress_file), "FILE",
      "COMMAND writes 42, 42%, 3/7 or a record into it" },
    { 0, "log-records", OPT_DURATION, S(log_records), "TIME",
      "print records into the log, stats each 30s" },
    { 0, "log-text", OPT_DURATION, S(log_text), "TIME",
      "print a line for people each 30s" },
    { 0, "termination-log", OPT_TEXT, S(termination_log), "FILE",
      "write the result into it" },
    { 0, "final-budget", OPT_DURATION, S(final_budget), "TIME",
      "wait so long for the last status (default 10s)" },
    { 0, "grace", OPT_DURATION, S(grace), "TIME",
      "kill COMMAND so long after SIGTERM (default never)" },
    { .name = NULL },
};

static const struct opt_implied implied[] = {
    { "log-records", "30s" },
    { "log-text", "30s" },
    { NULL, NULL },
};

const struct opt_program settings_program = {
    .name = "phase-run",
    .operands = "[--] COMMAND [ARG ...]",
    .purpose = "Runs COMMAND, and reports how far it is.",
    .options = table,
    .implied = implied,
    .min_operands = 1,
    .max_operands = -1,
    .command = true,
    .environment = "PHASEPIPE_",
};

void settings_parse(const char *stream)
{
    bool both = strcmp(stream, "both") == 0;

    settings.parses[STDOUT_FILENO] = both || strcmp(stream, "stdout") == 0;
    settings.parses[STDERR_FILENO] = both || strcmp(stream, "stderr") == 0;
}

static const char *check_parse(void)
{
    settings_parse(settings.parse != NULL ? settings.parse : "stderr");
    return settings.parses[STDOUT_FILENO] || settings.parses[STDERR_FILENO]
               ? NULL
               : "--parse: what is read is stderr, stdout or both";
}

/* Where somebody has said what tells how far the command is. */
static const char *teller(void)
{
    if (settings.mover != NULL)
        return settings.mover;
    return settings.progress_file != NULL ? "records" : NULL;
}

static const char *check_mover(void)
{
    settings.teller = teller();
    if (settings.mover == NULL)
        settings.mover = "records";
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++)
        if (strcmp(settings.mover, movers[i].name) == 0) {
            settings.filter = movers[i].filter;
            return NULL;
        }
    if (settings.mover[0] == '-')
        return "--mover: it is kopia, records or an adapter of any-progress";
    any[1] = settings.mover;
    settings.filter = any;
    if (settings.parse == NULL)
        settings.adapter = settings.mover;
    return NULL;
}

static const char *check_owner(void)
{
    const struct owner *o = &settings.owner;

    if (o->phase != NULL && strlen(o->phase) > OWNER_NAME_MAX)
        return "--phase: a name has 1024 bytes at most";
    if (o->action != NULL && strlen(o->action) > OWNER_NAME_MAX)
        return "--action: a name has 1024 bytes at most";
    return NULL;
}

/* A file that somebody writes is no other option's. */
static const char *check_files(void)
{
    const struct same files[] = {
        { "--plan", settings.plan, false },
        { "--blueprint", settings.blueprint, false },
        { "--state", settings.state, true },
        { "--target", settings.target, true },
        { "--progress-file", settings.progress_file, true },
        { "--termination-log", settings.termination_log, true },
    };
    static char why[64];
    size_t first, second;

    if (!same_find(files, sizeof files / sizeof *files, &first, &second))
        return NULL;
    snprintf(why, sizeof why, "%s: that is the file of %s",
             files[second].option, files[first].option);
    return why;
}

/* The last part of COMMAND's path, where it can be the name of a phase. */
static const char *name_of(const char *command)
{
    const char *slash = strrchr(command, '/');
    const char *name = slash != NULL ? slash + 1 : command;

    return *name == '\0' || strchr(name, ',') != NULL ? "command" : name;
}

const char *settings_check(const char *command)
{
    const char *wrong = check_parse();

    if (wrong == NULL)
        wrong = check_mover();
    if (wrong == NULL)
        wrong = check_owner();
    if (wrong != NULL)
        return wrong;
    if (!codes_parse(&settings.good, settings.ok_codes))
        return "--ok-codes: a list such as 0,3 is expected, of 0 to 255";
    if (settings.phases != NULL &&
        (settings.plan != NULL || settings.blueprint != NULL))
        return "give either --phases or --plan or --blueprint";
    if (settings.target != NULL && strcmp(settings.target, "-") == 0)
        return "--target: standard output is COMMAND's";
    if (settings.plan != NULL && strcmp(settings.plan, "-") == 0)
        return "--plan: standard input is COMMAND's";
    if (settings.pipeline != NULL && settings.log_text != NOT_ASKED)
        return "--log-text: nothing is known of what --pipeline does";
    wrong = check_files();
    if (wrong != NULL)
        return wrong;
    settings.name =
        settings.owner.phase != NULL ? settings.owner.phase : name_of(command);
    return NULL;
}
