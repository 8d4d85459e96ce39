#include "base/base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *b, const char *bytes, size_t n)
{
    const unsigned char *in = (const unsigned char *)bytes;

    for (; n > 0; in += 3, n -= n < 3 ? n : 3) {
        unsigned bits = (unsigned)in[0] << 16 | (n > 1 ? in[1] : 0u) << 8 |
                        (n > 2 ? in[2] : 0u);
        char four[] = { alphabet[bits >> 18], alphabet[bits >> 12 & 63],
                        n > 1 ? alphabet[bits >> 6 & 63] : '=',
                        n > 2 ? alphabet[bits & 63] : '=' };

        buf_add(b, four, sizeof four);
    }
}

bool base64_get(struct buf *b, const char *text, size_t len)
{
    if (len % 4 != 0)
        return false;
    for (size_t i = 0; i < len; i += 4) {
        size_t pads = text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
        unsigned bits = 0;
        char three[3];

        if (pads > 0 && i + 4 < len)
            return false;
        for (size_t j = 0; j < 4; j++) {
            const char *at = j >= 4 - pads ? alphabet
                             : text[i + j] != '\0'
                                 ? strchr(alphabet, text[i + j])
                                 : NULL;

            if (at == NULL)
                return false;
            bits = bits << 6 | (unsigned)(at - alphabet);
        }
        three[0] = (char)(bits >> 16);
        three[1] = (char)(bits >> 8);
        three[2] = (char)bits;
        buf_add(b, three, 3 - pads);
    }
    return !b->failed;
}
