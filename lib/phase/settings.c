#include "phase/settings.h"

#include <string.h>

#include "base/clock.h"

struct settings settings = { .percent = "phases",
                             .format_name = "json",
                             .stall_after = 300 * CLOCK_SECOND };

static const struct opt options[] = {
    { 0, "phases", OPT_TEXT, &settings.phases, "A,B,C",
      "the phases of one action, in order" },
    { 0, "plan", OPT_TEXT, &settings.plan, "FILE",
      "the ActionSet, as kubectl get -o yaml prints it" },
    { 0, "blueprint", OPT_TEXT, &settings.blueprint, "FILE",
      "the Blueprint, for its functions or as the plan" },
    { 0, "phase", OPT_TEXT, &settings.phase, "NAME",
      "the phase of records that name none" },
    { 0, "action", OPT_TEXT, &settings.action, "NAME|INDEX",
      "the action of records that name none (default: 0)" },
    { 0, "mover-within-steps", OPT_FLAG, &settings.within_steps, NULL,
      "a mover's percent is that of its execution step" },
    { 0, "result-ends", OPT_FLAG, &settings.result_ends, NULL,
      "at the end a phase ends as its mover said" },
    { 0, "weights", OPT_TEXT, &settings.weights, "FILE",
      "how long phases and their steps take" },
    { 0, "learn", OPT_TEXT, &settings.learn, "FILE",
      "keep how long phases take, and weigh by it" },
    { 0, "percent", OPT_TEXT, &settings.percent, "phases|time",
      "phases count equally (default) or by their time" },
    { 0, "state", OPT_TEXT, &settings.state, "FILE",
      "keep how far all is, and go on from there" },
    { 0, "stall-after", OPT_DURATION, &settings.stall_after, "DURATION",
      "nothing moved for so long is a stall (default: 5m)" },
    { 0, "exit-on-stall", OPT_FLAG, &settings.exit_on_stall, NULL,
      "end with 1 then" },
    { 0, "format", OPT_TEXT, &settings.format_name, "json|text",
      "status records (default) or lines for people" },
    { 0, "explain", OPT_FLAG, &settings.explain, NULL,
      "only say, at the end, why the percentage is so" },
    { 0, "functions", OPT_FLAG, &settings.functions, NULL,
      "print Kanister's functions and their steps" },
    { 0 },
};

const struct opt_program settings_program = {
    .name = "phase-agg",
    .operands = "--phases A,B,C | --plan FILE | --blueprint FILE",
    .purpose = "Turns stats and phase events into the status of the action.",
    .options = options,
};

static const char *check_format(void)
{
    bool text = strcmp(settings.format_name, "text") == 0;

    if (!text && strcmp(settings.format_name, "json") != 0)
        return "--format: neither json nor text";
    if (text && settings.explain)
        return "give either --explain or --format text";
    settings.format = text ? FORMAT_TEXT : FORMAT_JSON;
    if (settings.explain)
        settings.format = FORMAT_REASONS;
    return NULL;
}

/* What is replaced is a file. */
static bool is_stdin(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

const char *settings_check(void)
{
    if ((settings.phases == NULL) ==
        (settings.plan == NULL && settings.blueprint == NULL))
        return "give either --phases or --plan or --blueprint (see phase-agg "
               "--help)";
    settings.by_time = strcmp(settings.percent, "time") == 0;
    if (!settings.by_time && strcmp(settings.percent, "phases") != 0)
        return "--percent: neither phases nor time";
    if (settings.by_time && settings.weights == NULL && settings.learn == NULL)
        return "--percent time needs --weights or --learn";
    if (is_stdin(settings.state) || is_stdin(settings.learn))
        return "--state and --learn need the name of a file";
    if (settings.stall_after == 0)
        return "--stall-after: must be longer than nothing";
    return check_format();
}
