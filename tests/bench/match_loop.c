/*
 * match_loop FILE: the floor under kopia-progress.  Cuts the file at '\r' and
 * '\n' and matches each line with the pattern of the row snapshot-f4; does
 * nothing with what it finds but count.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/rec.h"
#include "base/rx.h"
#include "mover/grammar.h"

int main(int argc, char **argv)
{
    const char *why;
    struct rx *rx = rx_compile(grammar[0].pattern, &why);
    int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    unsigned long count = 0;
    struct record line;
    struct rec in;

    if (fd < 0 || rx == NULL || strcmp(grammar[0].name, "snapshot-f4") != 0 ||
        !rec_open(&in, fd, CUT_CR_LF))
        return 100;
    while (rec_next(&in, &line, -1) == REC_OK) {
        const size_t *ends;

        while (line.len > 0 && *line.text == ' ') {
            line.text++;
            line.len--;
        }
        count += rx_match(rx, line.text, line.len, &ends) > 0;
    }
    printf("%lu\n", count);
    rec_close(&in);
    rx_free(rx);
    return 0;
}
