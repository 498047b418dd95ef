/* The same as the crate modpin-load, in C: modpin_load.h says what it does. Believes no number of a file and no path of a manifest
 * that leads out of its directory, and searches nowhere: each file is opened by an absolute path. */
#define _GNU_SOURCE
#include "modpin_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANIFEST "modules.json"
#define VARIABLE "MODPIN_MODULES"
/* Lists and tables in one another: what is read calls itself. */
#define DEEPEST 32
/* The most that is read of one table: no file of a program has more. */
#define LARGEST ((uint64_t)64 << 20)

struct module {
    char *name;
    char *file; /* NULL when it is built in */
    int is_lazy, is_global, seen;
    char **needs, **needs_later; /* NULL behind the last */
    void *handle;
};

struct modpin {
    enum modpin_status status;
    char *error;
    char **missing;
    int found; /* the modules of the program, by modpin_find */
    char *dir;
    char *identity; /* the program's build, if it records one */
    struct module *modules;
    size_t count;
    struct module **opened; /* in order; room for all */
    size_t opened_count;
};

/* ---- words ---- */

static void free_list(char **list)
{
    for (char **at = list; at != NULL && *at != NULL; at++)
        free(*at);
    free(list);
}

/* Adds a text to a list of `count`, whose room is for a power of two and NULL. 0 or -1. */
static int add(char ***list, size_t count, char *text)
{
    if (text == NULL)
        return -1;
    if ((count & (count - 1)) == 0) {
        char **larger = realloc(*list, (2 * count + 2) * sizeof *larger);
        if (larger == NULL) {
            free(text);
            return -1;
        }
        *list = larger;
    }
    (*list)[count] = text;
    (*list)[count + 1] = NULL;
    return 0;
}

/* Text of others: no control of a terminal passes. */
static char *shown(const char *text)
{
    char *out = malloc(4 * strlen(text) + 1), *to = out;
    for (; out != NULL && *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        int is_control = byte < 0x20 || byte == 0x7f
                         || (byte == 0xc2 && ((unsigned char)text[1] & 0xe0) == 0x80);
        if (is_control)
            to += sprintf(to, "\\x%02x", byte);
        else
            *to++ = *text;
    }
    if (out != NULL)
        *to = '\0';
    return out;
}

__attribute__((format(printf, 3, 4))) static int fail(struct modpin *m, enum modpin_status status,
                                                      const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    free(m->error);
    m->error = length < 0 ? NULL : shown(text);
    if (length >= 0)
        free(text);
    m->status = m->error == NULL ? MODPIN_NO_MEMORY : status;
    return -1;
}

static int no_memory(struct modpin *m)
{
    free(m->error);
    m->error = NULL;
    m->status = MODPIN_NO_MEMORY;
    return -1;
}

static void succeed(struct modpin *m)
{
    free(m->error);
    free_list(m->missing);
    m->error = NULL;
    m->missing = NULL;
    m->status = MODPIN_OK;
}

/* The words of a list with commas between them; NULL without memory. */
static char *joined(char **words)
{
    size_t length = sizeof "none";
    for (char **at = words; at != NULL && *at != NULL; at++)
        length += strlen(*at) + 2;
    char *out = malloc(length), *to = out;
    if (out == NULL)
        return NULL;
    strcpy(out, words == NULL || *words == NULL ? "none" : "");
    for (char **at = words; at != NULL && *at != NULL; at++)
        to += sprintf(to, "%s%s", at == words ? "" : ", ", *at);
    return out;
}

static char *path_in(const char *dir, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

/* ---- files, by their parts ---- */

struct file {
    int fd;
    uint64_t size;
};

static int file_open(struct file *file, const char *path)
{
    struct stat stat;
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0)
        return -1;
    if (fstat(file->fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        close(file->fd);
        errno = EINVAL;
        return -1;
    }
    file->size = (uint64_t)stat.st_size;
    return 0;
}

/* A copy of a part, with a zero behind it; NULL when it is not all there. */
static char *part(const struct file *file, uint64_t offset, uint64_t length)
{
    if (length > LARGEST || offset > file->size || length > file->size - offset)
        return NULL;
    char *bytes = malloc((size_t)length + 1);
    for (size_t done = 0; bytes != NULL && done < length;) {
        ssize_t got = pread(file->fd, bytes + done, (size_t)length - done, (off_t)(offset + done));
        if (got <= 0 && !(got < 0 && errno == EINTR)) {
            free(bytes);
            return NULL;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    if (bytes != NULL)
        bytes[length] = '\0';
    return bytes;
}

/* The table of segments or of sections of a file of this program's class; NULL when it has none. */
static void *table(const struct file *file, int sections, size_t *count)
{
    const unsigned char class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    ElfW(Ehdr) *head = (ElfW(Ehdr) *)part(file, 0, sizeof *head);
    void *entries = NULL;
    if (head != NULL && memcmp(head->e_ident, ELFMAG, SELFMAG) == 0 && head->e_ident[EI_CLASS] == class) {
        size_t size = sections ? sizeof(ElfW(Shdr)) : sizeof(ElfW(Phdr));
        *count = sections ? head->e_shnum : head->e_phnum;
        if ((sections ? head->e_shentsize : head->e_phentsize) == size)
            entries = part(file, sections ? head->e_shoff : head->e_phoff, size * *count);
    }
    free(head);
    return entries;
}

/* ---- to which build a file belongs ---- */

static size_t padded(size_t length, size_t align)
{
    return (length + align - 1) / align * align;
}

/* Our note among those of a segment, as a copy. */
static char *in_notes(const char *bytes, size_t size, uint64_t alignment)
{
    const size_t align = alignment == 8 ? 8 : 4;
    for (size_t at = 0; size - at >= 12;) {
        uint32_t head[3];
        memcpy(head, bytes + at, sizeof head);
        if (head[0] > size || head[1] > size)
            return NULL;
        size_t text = at + padded(12 + head[0], align), end = text + padded(head[1], align);
        if (text > size || size - text < head[1])
            return NULL;
        if (head[0] == sizeof "modpin" && head[2] == 1 && memcmp(bytes + at + 12, "modpin", 7) == 0)
            return head[1] > 0 && bytes[text + head[1] - 1] == '\0' ? strdup(bytes + text) : NULL;
        if (end > size)
            return NULL;
        at = end;
    }
    return NULL;
}

char *modpin_recorded(const char *path)
{
    struct file file;
    size_t count;
    char *found = NULL;
    if (file_open(&file, path) != 0)
        return NULL;
    ElfW(Phdr) *segments = table(&file, 0, &count);
    for (size_t i = 0; segments != NULL && i < count && found == NULL; i++) {
        if (segments[i].p_type != PT_NOTE)
            continue;
        char *notes = part(&file, segments[i].p_offset, segments[i].p_filesz);
        if (notes != NULL)
            found = in_notes(notes, segments[i].p_filesz, segments[i].p_align);
        free(notes);
    }
    free(segments);
    close(file.fd);
    return found;
}

/* The program comes first, and is in memory: no file needs to be found. */
static int own_identity(struct dl_phdr_info *info, size_t size, void *found)
{
    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        const char *notes = (const char *)(info->dlpi_addr + segment->p_vaddr);
        if (segment->p_type == PT_NOTE && *(char **)found == NULL)
            *(char **)found = in_notes(notes, segment->p_memsz, segment->p_align);
    }
    return 1;
}

/* ---- JSON ---- */

struct value {
    char kind; /* one of {["w: a table, a list, a text, a word */
    char *name, *text;
    struct value *first, *next;
};

struct reader {
    const char *at;
};

static void free_value(struct value *value)
{
    while (value != NULL) {
        struct value *next = value->next;
        free_value(value->first);
        free(value->name);
        free(value->text);
        free(value);
        value = next;
    }
}

static void blanks(struct reader *in)
{
    in->at += strspn(in->at, " \t\r\n");
}

static int eat(struct reader *in, char wanted)
{
    blanks(in);
    return *in->at == wanted ? (in->at++, 1) : 0;
}

static int four_digits(struct reader *in, unsigned *number)
{
    char digits[5] = {0};
    for (int i = 0; i < 4; i++) {
        if (strchr("0123456789abcdefABCDEF", in->at[i]) == NULL || in->at[i] == '\0')
            return -1;
        digits[i] = in->at[i];
    }
    in->at += 4;
    *number = (unsigned)strtoul(digits, NULL, 16);
    return 0;
}

static char *put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    *to++ = (char)((0xf0 << (3 - more) & 0xff) | c >> (6 * more));
    while (more-- > 0)
        *to++ = (char)(0x80 | (c >> (6 * more) & 0x3f));
    return to;
}

/* Behind a backslash; NULL for what is no escape. A zero would end the text. */
static char *escaped(struct reader *in, char *to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    unsigned first, second;
    char kind = *in->at;
    const char *known = kind == '\0' ? NULL : strchr(from, kind);
    if (known != NULL) {
        in->at++;
        *to++ = into[known - from];
        return to;
    }
    if (kind != 'u' || (in->at++, four_digits(in, &first)) != 0 || first == 0)
        return NULL;
    if (first >= 0xd800 && first < 0xe000) {
        if (first >= 0xdc00 || strncmp(in->at, "\\u", 2) != 0)
            return NULL;
        in->at += 2;
        if (four_digits(in, &second) != 0 || second < 0xdc00 || second >= 0xe000)
            return NULL;
        first = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    }
    return put_utf8(to, first);
}

static char *string(struct reader *in)
{
    if (*in->at != '"')
        return NULL;
    in->at++;
    /* An escape is never shorter than what it stands for. */
    char *text = malloc(strlen(in->at) + 1), *to = text;
    while (to != NULL && *in->at != '"') {
        unsigned char c = (unsigned char)*in->at;
        if (c < 0x20)
            to = NULL;
        else if (c == '\\')
            to = (in->at++, escaped(in, to));
        else
            *to++ = *in->at++;
    }
    if (to == NULL) {
        free(text);
        return NULL;
    }
    in->at++;
    *to = '\0';
    char *fitting = strdup(text);
    free(text);
    return fitting;
}

static char *word(struct reader *in)
{
    size_t length = strspn(in->at, "abcdefghijklmnopqrstuvwxyzE0123456789+-.");
    char *text = strndup(in->at, length), *end = text;
    if (text == NULL)
        return NULL;
    if (*text == '-' || (*text >= '0' && *text <= '9'))
        (void)strtod(text, &end);
    if ((*end != '\0' || length == 0) && strcmp(text, "null") != 0 && strcmp(text, "true") != 0
        && strcmp(text, "false") != 0) {
        free(text);
        return NULL;
    }
    in->at += length;
    return text;
}

static struct value *read_value(struct reader *in, int depth);

/* The entries of a list or a table. 0 or -1. */
static int read_items(struct reader *in, struct value *into, char close, int depth)
{
    struct value **last = &into->first;
    if (eat(in, close))
        return 0;
    for (;;) {
        char *name = NULL;
        if (close == '}') {
            blanks(in);
            name = string(in);
            if (name == NULL || !eat(in, ':')) {
                free(name);
                return -1;
            }
        }
        *last = read_value(in, depth + 1);
        if (*last == NULL) {
            free(name);
            return -1;
        }
        (*last)->name = name;
        last = &(*last)->next;
        if (!eat(in, ','))
            return eat(in, close) ? 0 : -1;
    }
}

static struct value *read_value(struct reader *in, int depth)
{
    struct value *value = depth > DEEPEST ? NULL : calloc(1, sizeof *value);
    int wrong = value == NULL;
    blanks(in);
    char first = *in->at;
    if (!wrong && (first == '{' || first == '[')) {
        value->kind = first;
        in->at++;
        wrong = read_items(in, value, first == '{' ? '}' : ']', depth) != 0;
    } else if (!wrong) {
        value->kind = first == '"' ? '"' : 'w';
        value->text = first == '"' ? string(in) : word(in);
        wrong = value->text == NULL;
    }
    if (wrong) {
        free_value(value);
        return NULL;
    }
    return value;
}

static const struct value *get(const struct value *table, const char *name)
{
    if (table == NULL || table->kind != '{')
        return NULL;
    for (const struct value *at = table->first; at != NULL; at = at->next)
        if (strcmp(at->name, name) == 0)
            return at;
    return NULL;
}

static const char *get_text(const struct value *table, const char *name)
{
    const struct value *value = get(table, name);
    return value != NULL && value->kind == '"' ? value->text : NULL;
}

static int says(const struct value *table, const char *name, const char *text)
{
    const char *found = get_text(table, name);
    return found != NULL && strcmp(found, text) == 0;
}

/* ---- the manifest ---- */

/* What is listed lies below the manifest, and nowhere else. */
static int is_below(const char *file)
{
    if (*file == '\0' || *file == '/')
        return 0;
    for (const char *at = file; at != NULL; at = strchr(at, '/')) {
        at += *at == '/';
        if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || at[2] == '\0'))
            return 0;
    }
    return 1;
}

/* The names of other modules. 0 or -1. */
static int others(const struct value *entry, const char *field, char ***names)
{
    const struct value *list = get(entry, field);
    size_t count = 0;
    if (list != NULL && list->kind != '[')
        return -1;
    for (const struct value *at = list == NULL ? NULL : list->first; at != NULL; at = at->next) {
        const char *name = get_text(at, "module");
        if (name == NULL || add(names, count++, strdup(name)) != 0)
            return -1;
    }
    return 0;
}

static int read_module(const struct value *entry, struct module *module)
{
    const char *name = get_text(entry, "module"), *file = get_text(entry, "file");
    if (name == NULL || (get(entry, "file") != NULL && (file == NULL || !is_below(file))))
        return -1;
    module->name = strdup(name);
    module->file = file == NULL ? NULL : strdup(file);
    module->is_lazy = says(entry, "binding", "lazy");
    module->is_global = says(entry, "scope", "global");
    if (module->name == NULL || (file != NULL && module->file == NULL))
        return -1;
    return others(entry, "needs", &module->needs) != 0
                   || others(entry, "needs_later", &module->needs_later) != 0
               ? -1
               : 0;
}

static struct module *find_module(const struct modpin *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->modules[i].name, name) == 0)
            return &m->modules[i];
    return NULL;
}

static int no_module(struct modpin *m, const char *name)
{
    char **names = NULL;
    for (size_t i = 0; i < m->count; i++)
        if (add(&names, i, strdup(m->modules[i].name)) != 0)
            break;
    char *known = joined(names);
    fail(m, MODPIN_NO_MODULE, "there is no module \"%s\", only %s", name, known == NULL ? "" : known);
    free(known);
    free_list(names);
    return -1;
}

/* What others need must be found by them. */
static int open_for_others(struct modpin *m)
{
    for (size_t i = 0; i < m->count; i++) {
        char **lists[] = {m->modules[i].needs, m->modules[i].needs_later};
        for (size_t l = 0; l < 2; l++)
            for (char **name = lists[l]; name != NULL && *name != NULL; name++) {
                struct module *needed = find_module(m, *name);
                if (needed == NULL)
                    return no_module(m, *name);
                needed->is_global = 1;
            }
    }
    return 0;
}

static int read_host(struct modpin *m, const char *path, const char *host, const struct value *manifest)
{
    const struct value *format = get(manifest, "format"), *hosts = get(manifest, "hosts");
    if (format == NULL || format->kind != 'w' || strcmp(format->text, "1") != 0)
        return fail(m, MODPIN_WRONG_MANIFEST, "%s: not a manifest of modules in format 1", path);
    const struct value *found = hosts != NULL && hosts->kind == '[' ? hosts->first : NULL;
    char **known = NULL;
    size_t count = 0;
    for (; found != NULL && !says(found, "host", host); found = found->next) {
        const char *name = get_text(found, "host");
        if (name != NULL && add(&known, count++, strdup(name)) != 0)
            break;
    }
    char *names = joined(known);
    if (found == NULL)
        fail(m, MODPIN_NO_HOST, "%s: nothing about program \"%s\", only about %s", path, host,
             names == NULL ? "" : names);
    free(names);
    free_list(known);
    if (found == NULL)
        return -1;
    const struct value *list = get(found, "modules");
    const struct value *first = list != NULL && list->kind == '[' ? list->first : NULL;
    for (const struct value *at = first; at != NULL; at = at->next)
        m->count++;
    m->modules = calloc(m->count + 1, sizeof *m->modules);
    m->opened = calloc(m->count + 1, sizeof *m->opened);
    if (m->modules == NULL || m->opened == NULL) {
        m->count = 0;
        return no_memory(m);
    }
    struct module *module = m->modules;
    for (const struct value *at = first; at != NULL; at = at->next)
        if (read_module(at, module++) != 0) {
            /* Those behind it are not whole. */
            m->count = (size_t)(module - m->modules);
            return fail(m, MODPIN_WRONG_MANIFEST, "%s: host \"%s\" has an entry that is no module", path,
                        host);
        }
    return open_for_others(m);
}

static int read_manifest(struct modpin *m, const char *path, const char *host)
{
    struct file file;
    if (file_open(&file, path) != 0)
        return fail(m, MODPIN_IO, "%s: cannot read: %s", path, strerror(errno));
    char *text = part(&file, 0, file.size);
    close(file.fd);
    if (text == NULL)
        return fail(m, MODPIN_IO, "%s: cannot be read whole", path);
    struct reader in = {text};
    struct value *manifest = read_value(&in, 0);
    blanks(&in);
    int result = -1;
    if (manifest == NULL || *in.at != '\0' || (uint64_t)(in.at - text) != file.size) {
        size_t line = 1;
        for (const char *at = text; at < in.at; at++)
            line += *at == '\n';
        fail(m, MODPIN_WRONG_MANIFEST, "%s: line %zu is not JSON", path, line);
    } else {
        result = read_host(m, path, host, manifest);
    }
    free_value(manifest);
    free(text);
    return result;
}

/* ---- where modules are ---- */

/* The directory of this program's file; NULL if that is not known. */
static char *program_dir(void)
{
    for (size_t room = 256;; room *= 2) {
        char *path = malloc(room);
        ssize_t length = path == NULL ? -1 : readlink("/proc/self/exe", path, room);
        if (length > 0 && (size_t)length == room) {
            free(path);
            continue;
        }
        if (length <= 0 || *path != '/') {
            free(path);
            return NULL;
        }
        path[length] = '\0';
        char *slash = strrchr(path, '/');
        slash[slash == path] = '\0'; /* the root keeps its slash */
        return path;
    }
}

/* The directories to look in, in order. 0 or -1. */
static int directories(struct modpin *m, const char *installed, char ***dirs)
{
    size_t count = 0;
    int is_absolute = installed != NULL && *installed == '/';
    if (getauxval(AT_SECURE) != 0)
        return is_absolute && add(dirs, 0, strdup(installed)) != 0 ? no_memory(m) : 0;
    const char *variable = getenv(VARIABLE);
    if (variable != NULL && *variable != '\0') {
        /* Who sets it means it: modules of another place would be a surprise. */
        if (*variable != '/')
            return fail(m, MODPIN_RELATIVE_VARIABLE, VARIABLE "=%s: not an absolute path", variable);
        return add(dirs, 0, strdup(variable)) != 0 ? no_memory(m) : 0;
    }
    char *beside = program_dir();
    char *other = NULL;
    if (is_absolute)
        other = strdup(installed);
    else if (installed != NULL && beside != NULL)
        other = path_in(beside, installed);
    if (beside != NULL && add(dirs, count++, beside) != 0) {
        free(other);
        return no_memory(m);
    }
    return other != NULL && add(dirs, count, other) != 0 ? no_memory(m) : 0;
}

static int find_in(struct modpin *m, char **dirs, const char *host)
{
    for (char **dir = dirs; dir != NULL && *dir != NULL; dir++) {
        struct stat stat_of;
        char *path = path_in(*dir, MANIFEST);
        if (path == NULL)
            return no_memory(m);
        if (stat(path, &stat_of) == 0 && S_ISREG(stat_of.st_mode)) {
            m->dir = strdup(*dir);
            int result = m->dir == NULL ? no_memory(m) : read_manifest(m, path, host);
            free(path);
            return result;
        }
        free(path);
    }
    char *all = joined(dirs);
    fail(m, MODPIN_NO_MANIFEST, "there is no " MANIFEST " in %s", all == NULL ? "" : all);
    free(all);
    return -1;
}

struct modpin *modpin_find(const char *host, const char *installed)
{
    struct modpin *m = calloc(1, sizeof *m);
    char **dirs = NULL;
    if (m == NULL)
        return NULL;
    dl_iterate_phdr(own_identity, &m->identity);
    m->found = directories(m, installed, &dirs) == 0 && find_in(m, dirs, host) == 0;
    free_list(dirs);
    return m;
}

/* ---- what a module lacks ---- */

/* Asks `module` for what it needs; the loader names the first symbol only. -1 when that cannot be known. */
static int lacks(struct modpin *m, const struct file *file, void **libraries)
{
    size_t count, found = 0;
    ElfW(Shdr) *sections = table(file, 1, &count);
    for (size_t i = 0; sections != NULL && i < count; i++) {
        if (sections[i].sh_type != SHT_DYNSYM || sections[i].sh_link >= count)
            continue;
        const ElfW(Shdr) *of_names = &sections[sections[i].sh_link];
        char *names = part(file, of_names->sh_offset, of_names->sh_size);
        ElfW(Sym) *symbols = (ElfW(Sym) *)part(file, sections[i].sh_offset, sections[i].sh_size);
        size_t all = names == NULL || symbols == NULL ? 0 : sections[i].sh_size / sizeof *symbols;
        for (size_t s = 0; s < all; s++) {
            if (symbols[s].st_shndx != SHN_UNDEF || symbols[s].st_info >> 4 != STB_GLOBAL
                || symbols[s].st_name == 0 || symbols[s].st_name >= of_names->sh_size)
                continue;
            const char *name = names + symbols[s].st_name;
            int is_there = dlsym(RTLD_DEFAULT, name) != NULL;
            for (void **library = libraries; !is_there && *library != NULL; library++)
                is_there = dlsym(*library, name) != NULL;
            if (!is_there && add(&m->missing, found, strdup(name)) == 0)
                found++;
        }
        free(names);
        free(symbols);
    }
    free(sections);
    return found > 0 ? 0 : -1;
}

/* Opens the libraries that a file names, as the loader has; NULL behind the last. NULL when one of them is found by the module only:
 * what is in that would seem to be missing. */
static void **libraries_of(const struct file *file)
{
    size_t count, opened = 0;
    ElfW(Shdr) *sections = table(file, 1, &count);
    void **libraries = sections == NULL ? NULL : calloc(1, sizeof *libraries);
    int all = libraries != NULL;
    for (size_t i = 0; all && i < count; i++) {
        if (sections[i].sh_type != SHT_DYNAMIC || sections[i].sh_link >= count)
            continue;
        const ElfW(Shdr) *of_names = &sections[sections[i].sh_link];
        char *names = part(file, of_names->sh_offset, of_names->sh_size);
        ElfW(Dyn) *entries = (ElfW(Dyn) *)part(file, sections[i].sh_offset, sections[i].sh_size);
        size_t known = names == NULL || entries == NULL ? 0 : sections[i].sh_size / sizeof *entries;
        for (size_t e = 0; all && e < known && entries[e].d_tag != DT_NULL; e++) {
            if (entries[e].d_tag != DT_NEEDED || entries[e].d_un.d_val >= of_names->sh_size)
                continue;
            void **larger = realloc(libraries, (opened + 2) * sizeof *libraries);
            if (larger != NULL)
                libraries = larger;
            void *library = larger == NULL ? NULL : dlopen(names + entries[e].d_un.d_val, RTLD_LAZY | RTLD_LOCAL);
            all = library != NULL;
            if (all) {
                libraries[opened++] = library;
                libraries[opened] = NULL;
            }
        }
        free(names);
        free(entries);
    }
    free(sections);
    if (!all) {
        while (opened > 0)
            dlclose(libraries[--opened]);
        free(libraries);
        return NULL;
    }
    return libraries;
}

static int not_loaded(struct modpin *m, const char *path)
{
    const char *words = dlerror();
    char *said = strdup(words == NULL ? "" : words);
    struct file file;
    int is_known = -1;
    if (file_open(&file, path) == 0) {
        void **libraries = libraries_of(&file);
        is_known = libraries == NULL ? -1 : lacks(m, &file, libraries);
        for (void **library = libraries; library != NULL && *library != NULL; library++)
            dlclose(*library);
        free(libraries);
        close(file.fd);
    }
    char *missing = is_known == 0 ? joined(m->missing) : NULL;
    if (missing != NULL)
        fail(m, MODPIN_MISSING_SYMBOLS, "%s: does not load, the program lacks %s", path, missing);
    else
        fail(m, MODPIN_NOT_LOADED, "%s: does not load: %s", path, said == NULL ? "" : said);
    free(missing);
    free(said);
    return -1;
}

/* ---- loading ---- */

/* A module behind those that it needs, in front of those that it needs later. `order` has room for all. */
static size_t take(struct modpin *m, struct module *module, struct module **order, size_t count)
{
    if (module->seen)
        return count;
    module->seen = 1;
    for (char **name = module->needs; name != NULL && *name != NULL; name++)
        count = take(m, find_module(m, *name), order, count);
    order[count++] = module;
    for (char **name = module->needs_later; name != NULL && *name != NULL; name++)
        count = take(m, find_module(m, *name), order, count);
    return count;
}

static int is_to_be_opened(const struct module *module)
{
    return module->file != NULL && module->handle == NULL;
}

static int same_build(struct modpin *m, const struct module *module)
{
    if (m->identity == NULL || !is_to_be_opened(module))
        return 0;
    char *path = path_in(m->dir, module->file);
    if (path == NULL)
        return no_memory(m);
    char *theirs = modpin_recorded(path);
    int result = 0;
    if (access(path, R_OK) != 0)
        result = fail(m, MODPIN_IO, "%s: cannot read: %s", path, strerror(errno));
    else if (theirs == NULL || strcmp(theirs, m->identity) != 0)
        result = fail(m, MODPIN_OTHER_BUILD, "%s: belongs to another build: it records %s, the program %s", path,
                      theirs == NULL ? "none" : theirs, m->identity);
    free(theirs);
    free(path);
    return result;
}

static int open_module(struct modpin *m, struct module *module)
{
    if (!is_to_be_opened(module))
        return 0;
    char *path = path_in(m->dir, module->file);
    if (path == NULL)
        return no_memory(m);
    int flags = (module->is_lazy ? RTLD_LAZY : RTLD_NOW) | (module->is_global ? RTLD_GLOBAL : RTLD_LOCAL);
    module->handle = dlopen(path, flags);
    int result = 0;
    if (module->handle != NULL)
        m->opened[m->opened_count++] = module;
    else
        result = not_loaded(m, path);
    free(path);
    return result;
}

void *modpin_load(struct modpin *m, const char *name)
{
    if (m == NULL || !m->found)
        return NULL;
    succeed(m);
    struct module *module = find_module(m, name);
    if (module == NULL) {
        no_module(m, name);
        return NULL;
    }
    if (module->file == NULL) {
        fail(m, MODPIN_BUILT_IN, "module \"%s\" is built in: nothing is to be loaded", name);
        return NULL;
    }
    struct module **order = calloc(m->count, sizeof *order);
    if (order == NULL) {
        no_memory(m);
        return NULL;
    }
    for (size_t i = 0; i < m->count; i++)
        m->modules[i].seen = 0;
    size_t count = take(m, module, order, 0);
    int result = 0;
    for (size_t i = 0; result == 0 && i < count; i++)
        result = same_build(m, order[i]);
    for (size_t i = 0; result == 0 && i < count; i++)
        result = open_module(m, order[i]);
    free(order);
    return result == 0 ? module->handle : NULL;
}

void modpin_close(struct modpin *m)
{
    if (m == NULL)
        return;
    while (m->opened_count > 0)
        dlclose(m->opened[--m->opened_count]->handle);
    for (size_t i = 0; i < m->count; i++) {
        free(m->modules[i].name);
        free(m->modules[i].file);
        free_list(m->modules[i].needs);
        free_list(m->modules[i].needs_later);
    }
    succeed(m);
    free(m->modules);
    free(m->opened);
    free(m->identity);
    free(m->dir);
    free(m);
}

/* ---- what is known ---- */

enum modpin_status modpin_status(const struct modpin *m)
{
    return m == NULL ? MODPIN_NO_MEMORY : m->status;
}

const char *modpin_error(const struct modpin *m)
{
    if (modpin_status(m) == MODPIN_NO_MEMORY)
        return "there is no memory";
    return m->error == NULL ? "" : m->error;
}

const char *const *modpin_missing(const struct modpin *m)
{
    static const char *const none[] = {NULL};
    return m == NULL || m->missing == NULL ? none : (const char *const *)m->missing;
}

const char *modpin_dir(const struct modpin *m)
{
    return m == NULL ? NULL : m->dir;
}

size_t modpin_count(const struct modpin *m)
{
    return m == NULL ? 0 : m->count;
}

const char *modpin_name(const struct modpin *m, size_t index)
{
    return index < modpin_count(m) ? m->modules[index].name : NULL;
}

int modpin_is_built_in(const struct modpin *m, size_t index)
{
    return index < modpin_count(m) && m->modules[index].file == NULL;
}
