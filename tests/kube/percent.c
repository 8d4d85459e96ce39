/*
 * percent DIALECT: the percentage of all phases, as DIALECT ("document" or
 * "controller") counts, from those of each, a line each; an empty one is a
 * phase of which nothing was said.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/out.h"
#include "base/rec.h"
#include "kube/kanister.h"

enum { PHASES_MAX = 1024 };

int main(int argc, char **argv)
{
    static int64_t phases[PHASES_MAX];
    enum kanister_dialect dialect = KANISTER_DOCUMENT;
    struct buf line = BUF_INIT(64);
    struct record record;
    struct rec in;
    size_t count = 0;

    if (argc != 2 || !rec_open(&in, STDIN_FILENO, CUT_LF))
        return 100;
    if (strcmp(argv[1], "controller") == 0)
        dialect = KANISTER_WHOLE;
    for (; rec_next(&in, &record, -1) == REC_OK; count++) {
        if (count == PHASES_MAX)
            return 100;
        phases[count] = -1;
        if (record.len > 0 &&
            !num_decimal(record.text, record.len, 100, &phases[count]))
            return 100;
    }
    rec_close(&in);
    kanister_put(&line, dialect,
                 kanister_percent_completed(dialect, phases, count));
    buf_char(&line, '\n');
    if (line.failed || !write_all(STDOUT_FILENO, line.bytes, line.len))
        return 111;
    buf_free(&line);
    return 0;
}
