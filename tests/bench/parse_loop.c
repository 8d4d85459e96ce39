/*
 * parse_loop FILE: the floor under a program that reads JSON Lines with libjq.
 * Parses each line and does nothing with it but count.
 */
#include <fcntl.h>
#include <jv.h>
#include <stdio.h>

#include "base/rec.h"

int main(int argc, char **argv)
{
    int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    unsigned long count = 0;
    struct record line;
    struct rec in;

    if (fd < 0 || !rec_open(&in, fd, CUT_LF))
        return 100;
    while (rec_next(&in, &line, -1) == REC_OK) {
        jv value = jv_parse_sized(line.text, (int)line.len);

        count += jv_get_kind(value) == JV_KIND_OBJECT;
        jv_free(value);
    }
    printf("%lu\n", count);
    rec_close(&in);
    return 0;
}
