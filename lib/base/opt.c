#include "base/opt.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/out.h"

enum { HELP_MAX = 16 * 1024, HELP_COLUMN = 28, VARIABLE_MAX = 64 };

/* The value where none is attached, which may then be left out; or NULL. */
static const char *implied(const struct opt_program *program,
                           const struct opt *o)
{
    const struct opt_implied *i = program->implied;

    while (i != NULL && i->name != NULL && strcmp(i->name, o->name) != 0)
        i++;
    return i != NULL ? i->value : NULL;
}

/* Whether the next argument is its value, where none is attached. */
static bool wants_argument(const struct opt_program *program,
                           const struct opt *o)
{
    return o->kind != OPT_FLAG && implied(program, o) == NULL;
}

/* Two at least: what reads the table must know where a name ends. */
static void put_spaces(struct buf *b, size_t upto)
{
    buf_str(b, "  ");
    while (!b->failed && b->len < upto)
        buf_char(b, ' ');
}

static void help_line(struct buf *b, const struct opt *o, bool may_lack)
{
    size_t start = b->len;

    buf_str(b, "  ");
    if (o->letter != 0) {
        buf_char(b, '-');
        buf_char(b, o->letter);
        buf_str(b, ", --");
    } else {
        buf_str(b, "    --");
    }
    buf_str(b, o->name);
    if (o->argument != NULL) {
        buf_str(b, may_lack ? "[=" : " ");
        buf_str(b, o->argument);
        buf_str(b, may_lack ? "]" : "");
    }
    put_spaces(b, start + HELP_COLUMN);
    buf_str(b, o->help);
    buf_char(b, '\n');
}

/* The variable of option O as NAME, which is empty where it has none. */
static void variable_of(const struct opt_program *program, const struct opt *o,
                        char name[static VARIABLE_MAX])
{
    const char *prefix = program->environment;
    size_t len = prefix != NULL ? strlen(prefix) : 0;

    name[0] = '\0';
    if (prefix == NULL || len + strlen(o->name) >= VARIABLE_MAX)
        return;
    memcpy(name, prefix, len);
    for (const char *c = o->name; *c != '\0'; c++)
        name[len++] = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    name[len] = '\0';
}

static void help_environment(struct buf *b, const struct opt_program *program)
{
    char name[VARIABLE_MAX];

    if (program->environment == NULL || program->options->name == NULL)
        return;
    variable_of(program, program->options, name);
    buf_str(b, "\nThe environment gives what no option does: ");
    buf_str(b, name);
    buf_str(b, " for --");
    buf_str(b, program->options->name);
    buf_char(b, '\n');
}

static int say(struct buf *b)
{
    bool written = !b->failed && write_all(STDOUT_FILENO, b->bytes, b->len);

    buf_free(b);
    return written ? EXIT_DONE
                   : msg_fatal_sys("unable to write standard output");
}

static int print_help(const struct opt_program *program)
{
    static const struct opt common[] = {
        { .letter = 'h', .name = "help", .help = "print this text" },
        { .name = "version", .help = "print the version" },
    };
    struct buf b = BUF_INIT(HELP_MAX);

    buf_str(&b, "Usage: ");
    buf_str(&b, program->name);
    buf_str(&b,
            program->operands[0] != '\0' ? " [OPTION ...] " : " [OPTION ...]");
    buf_str(&b, program->operands);
    buf_str(&b, "\n");
    buf_str(&b, program->purpose);
    buf_str(&b, "\n\n");
    for (const struct opt *o = program->options; o->name != NULL; o++)
        help_line(&b, o, implied(program, o) != NULL);
    help_line(&b, &common[0], false);
    help_line(&b, &common[1], false);
    help_environment(&b, program);
    buf_str(&b, "\nThe manual: man ");
    buf_str(&b, program->name);
    buf_char(&b, '\n');
    return say(&b);
}

static int print_version(const struct opt_program *program)
{
    struct buf b = BUF_INIT(HELP_MAX);

    buf_str(&b, program->name);
    buf_str(&b, " (phasepipe) " PHASEPIPE_VERSION "\n");
    return say(&b);
}

static int misuse(const struct opt_program *program, const char *what,
                  const char *name)
{
    return msg_fatal(EXIT_USAGE, "%s: %s (see %s --help)", name, what,
                     program->name);
}

/* Reads TEXT as a duration. */
static bool read_duration(const char *text, size_t len, int64_t *ns)
{
    const int64_t century = 100 * INT64_C(365) * 24 * 3600 * CLOCK_SECOND;

    if (!num_duration(text, len, ns))
        return false;
    if (*ns > century)
        *ns = century;
    return true;
}

/* Stores TEXT where the table says; NULL, or what was expected instead. */
static const char *store(const struct opt *o, const char *text)
{
    size_t len = strlen(text);

    switch (o->kind) {
    case OPT_FLAG:
        *(bool *)o->value = true;
        return NULL;
    case OPT_TEXT:
        *(const char **)o->value = text;
        return len > 0 ? NULL : "is empty";
    case OPT_COUNT:
        return num_int(text, len, o->value)
                   ? NULL
                   : "is not a whole number such as 0 or 12";
    case OPT_DURATION:
        return read_duration(text, len, o->value)
                   ? NULL
                   : "is not a duration such as 15s, 2m30s or 500ms";
    }
    return "has no kind";
}

static const struct opt *find(const struct opt_program *program, char letter,
                              const char *name, size_t len)
{
    for (const struct opt *o = program->options; o->name != NULL; o++)
        if (name != NULL
                ? strlen(o->name) == len && memcmp(o->name, name, len) == 0
                : o->letter == letter)
            return o;
    return NULL;
}

struct scan {
    const struct opt_program *program;
    char **argv;
    int argc, at;   /* at: the argument that is being read */
    uint64_t given; /* a bit for each option that was there */
};

/* Takes the option O, called SPELLED, with the value ATTACHED to it (or NULL);
 * 0, or the exit code. */
static int take(struct scan *s, const struct opt *o, const char *spelled,
                const char *attached)
{
    const char *value = attached != NULL ? attached : implied(s->program, o);
    const char *wrong;

    s->given |= UINT64_C(1) << (o - s->program->options);
    if (o->kind == OPT_FLAG && attached != NULL)
        return misuse(s->program, "takes no value", spelled);
    if (wants_argument(s->program, o) && attached == NULL) {
        if (s->at + 1 >= s->argc)
            return misuse(s->program, "needs a value", spelled);
        value = s->argv[++s->at];
    }
    wrong = store(o, value != NULL ? value : "");
    if (wrong != NULL)
        return msg_fatal(EXIT_USAGE, "%s: \"%s\" %s", spelled, value, wrong);
    return 0;
}

static int take_long(struct scan *s, char *argument)
{
    char *equals = strchr(argument, '=');
    size_t len =
        equals != NULL ? (size_t)(equals - argument) - 2 : strlen(argument) - 2;
    const struct opt *o = find(s->program, 0, argument + 2, len);

    if (o == NULL)
        return misuse(s->program, "unknown option", argument);
    if (equals != NULL)
        *equals = '\0';
    return take(s, o, argument, equals != NULL ? equals + 1 : NULL);
}

static int take_letters(struct scan *s, const char *argument)
{
    for (const char *letter = argument + 1; *letter != '\0'; letter++) {
        const char spelled[] = { '-', *letter, '\0' };
        const struct opt *o = find(s->program, *letter, NULL, 0);
        int status;

        if (o == NULL)
            return misuse(s->program, "unknown option", spelled);
        if (wants_argument(s->program, o) && letter[1] != '\0')
            return take(s, o, spelled, letter + 1);
        status = take(s, o, spelled, NULL);
        if (status != 0 || wants_argument(s->program, o))
            return status;
    }
    return 0;
}

#define TRUTHS "true, yes, 1, on, false, no, 0 and off"

/* Reads the usual spellings, as YAML and templates make them; false where TEXT
 * is none of them. */
static bool read_truth(const char *text, bool *truth)
{
    static const struct {
        const char *word;
        bool truth;
    } words[] = {
        { "true", true },   { "yes", true }, { "1", true },  { "on", true },
        { "false", false }, { "no", false }, { "0", false }, { "off", false },
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i].word) == 0) {
            *truth = words[i].truth;
            return true;
        }
    return false;
}

/* Stores what the environment says; NULL, or what was expected instead. */
static const char *store_variable(const struct opt_program *program,
                                  const struct opt *o, const char *text)
{
    const char *value = implied(program, o);
    bool truth;

    if (o->kind == OPT_FLAG)
        return read_truth(text, o->value) ? NULL : "is none of " TRUTHS;
    if (value == NULL)
        return store(o, text);
    if (!read_truth(text, &truth))
        return store(o, text) == NULL
                   ? NULL
                   : "is neither a duration such as 15s, nor one of " TRUTHS;
    return truth ? store(o, value) : NULL; /* as if it were not there */
}

/* What was not given is taken from the environment; 0, or the exit code. */
static int take_environment(const struct scan *s)
{
    for (const struct opt *o = s->program->options; o->name != NULL; o++) {
        char name[VARIABLE_MAX];
        const char *text, *wrong;

        variable_of(s->program, o, name);
        text = name[0] != '\0' ? getenv(name) : NULL;
        if (text == NULL || *text == '\0' ||
            (s->given >> (o - s->program->options) & 1) != 0)
            continue;
        wrong = store_variable(s->program, o, text);
        if (wrong != NULL)
            return msg_fatal(EXIT_USAGE, "%s: \"%s\" %s", name, text, wrong);
    }
    return 0;
}

static int check_count(const struct opt_program *program,
                       const struct opt_result *given)
{
    int count = given->count;

    if (count < program->min_operands)
        return msg_fatal(EXIT_USAGE, "missing operand; usage: %s %s",
                         program->name, program->operands);
    if (program->max_operands == 0 && count > 0)
        return msg_fatal(EXIT_USAGE,
                         "\"%s\": no file is expected, standard input is read "
                         "(see %s --help)",
                         given->operands[0], program->name);
    if (program->max_operands >= 0 && count > program->max_operands)
        return msg_fatal(EXIT_USAGE, "too many operands; usage: %s %s",
                         program->name, program->operands);
    return 0;
}

bool opt_parse(const struct opt_program *program, int argc, char **argv,
               struct opt_result *result)
{
    struct scan s = { .program = program, .argv = argv, .argc = argc };
    bool only_operands = false;

    msg_program(program->name);
    *result = (struct opt_result){ .operands = argv };
    for (s.at = 1; s.at < argc; s.at++) {
        char *argument = argv[s.at];
        bool operand =
            only_operands || argument[0] != '-' || argument[1] == '\0';

        if (operand) {
            argv[result->count++] = argument; /* never past s.at */
            only_operands |= program->command;
        } else if (strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (strcmp(argument, "--help") == 0 ||
                   strcmp(argument, "-h") == 0) {
            result->status = print_help(program);
            return false;
        } else if (strcmp(argument, "--version") == 0) {
            result->status = print_version(program);
            return false;
        } else {
            result->status = argument[1] == '-' ? take_long(&s, argument)
                                                : take_letters(&s, argument);
            if (result->status != 0)
                return false;
        }
    }
    result->status = take_environment(&s);
    if (result->status == 0)
        result->status = check_count(program, result);
    argv[result->count] = NULL;
    return result->status == 0;
}

bool opt_clock(struct clock *c)
{
    const char *time = getenv("PHASEPIPE_CLOCK");

    if (clock_open(c, time))
        return true;
    (void)msg_fatal(EXIT_USAGE,
                    "PHASEPIPE_CLOCK: \"%s\" is no time such as "
                    "2023-02-20T12:49:55Z",
                    time);
    return false;
}
