#include "base/human.h"

#include "base/json.h"

void human_put_bytes(struct buf *b, int64_t bytes)
{
    static const char *const units[] = { " kB", " MB", " GB", " TB", " PB" };
    int64_t unit = 1000;
    size_t i = 0;

    if (bytes < unit) {
        json_put_int(b, bytes);
        buf_str(b, " B");
        return;
    }
    while (bytes / unit >= 1000 && i + 1 < sizeof units / sizeof *units) {
        unit *= 1000;
        i++;
    }
    json_put_int(b, bytes / unit);
    buf_char(b, '.');
    json_put_int(b, bytes % unit / (unit / 10));
    buf_str(b, units[i]);
}

void human_put_seconds(struct buf *b, int64_t seconds)
{
    static const struct {
        int64_t seconds;
        char letter;
    } units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
    size_t i = 0;

    while (i < 3 && seconds < units[i].seconds)
        i++;
    json_put_int(b, seconds / units[i].seconds);
    buf_char(b, units[i].letter);
    if (i == 3)
        return;
    json_put_int(b, seconds % units[i].seconds / units[i + 1].seconds);
    buf_char(b, units[i + 1].letter);
}
