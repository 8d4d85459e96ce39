/*
 * phase-run: runs a command as it would run without it, and tells the pipeline
 * how far it is and how it ended.
 */
#include <stddef.h>

#include "base/json.h"
#include "base/msg.h"
#include "base/opt.h"
#include "base/start.h"
#include "phase-run/front.h"
#include "phase-run/origin.h"
#include "phase-run/settings.h"

int main(int argc, char **argv)
{
    struct opt_result given;
    const char *wrong;

    origin_note();
    start_program();
    json_no_memory(msg_no_memory);
    if (!opt_parse(&settings_program, argc, argv, &given))
        return given.status;
    wrong = settings_check(given.operands[0]);
    if (wrong != NULL)
        return msg_fatal(EXIT_USAGE, "%s", wrong);
    return front_run(given.operands);
}
