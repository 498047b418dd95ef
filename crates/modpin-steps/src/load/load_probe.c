/*
 * Loads one module inside an unmodified program, and says whether that worked. Modules that it needs are
 * loaded before it, or after it. Without a module, it says only that the program has started.
 *
 * Preloaded, this object takes the place of __libc_start_main and hands the C library another main.
 * So the program's libraries and its own constructors have run, in the program's own process image with
 * the program's own exports, and its main never does. The answer is written into a shared mapping: a
 * module that closes every descriptor cannot take it away. Knows nothing of what the module is for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { ANSWER_SIZE = 65536, TEXT_SIZE = 4096, LIST_SIZE = 65536 };

/*
 * One a line: whether it comes before the module in question (b), is that module (m) or comes after it (a); whether it
 * is bound now (n) or lazily (l); whether it is local (l) or global (g); then its path.
 */
static char modules[LIST_SIZE];
static char token[TEXT_SIZE];
static char *answer;
static pid_t asked;

/* Takes a variable out of the environment: what the module starts is not to be probed as well. */
static void take(const char *name, char *into, size_t size)
{
	char *value = getenv(name);

	snprintf(into, size, "%s", value ? value : "");
	/* The kernel shows this memory as /proc/self/environ. */
	if (value)
		memset(value, 0, strlen(value));
	unsetenv(name);
}

static void say(const char *word, const char *error)
{
	/* A constructor that forks returns twice. Only the process that was asked may answer. */
	if (getpid() != asked)
		_exit(0);
	snprintf(answer, ANSWER_SIZE, "%s %s %s\n", token, word, error ? error : "");
}

static int probe(int argc, char **argv, char **envp)
{
	char *module = modules, *end;

	(void)argc;
	(void)argv;
	(void)envp;
	if (!answer)
		_exit(125);
	say("started", "");
	if (!*modules)
		_exit(0);
	for (; module; module = end) {
		const char *word = *module == 'b' ? "fails-before" : *module == 'a' ? "fails-after" : "fails";
		int binding = module[1] == 'l' ? RTLD_LAZY : RTLD_NOW;
		int scope = module[2] == 'g' ? RTLD_GLOBAL : RTLD_LOCAL;

		end = strchr(module, '\n');
		if (end)
			*end++ = '\0';
		if (!dlopen(module + 3, binding | scope)) {
			say(word, dlerror());
			_exit(0);
		}
	}
	say("loads", "");
	_exit(0);
}

static void prepare(void)
{
	char path[TEXT_SIZE], preload[TEXT_SIZE];
	int file;

#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
	asked = getpid();
	take("MODPIN_LOAD_MODULES", modules, sizeof(modules));
	take("MODPIN_LOAD_TOKEN", token, sizeof(token));
	take("MODPIN_LOAD_ANSWER", path, sizeof(path));
	take("LD_PRELOAD", preload, sizeof(preload));
	file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0)
		return;
	/* Nobody else finds it by its name. */
	unlink(path);
	answer = mmap(NULL, ANSWER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (answer == MAP_FAILED)
		answer = NULL;
	close(file);
}

typedef int main_function(int, char **, char **);
typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end);

int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end)
{
	start_function *start;
	void *found = dlsym(RTLD_NEXT, "__libc_start_main");

	(void)program;
	if (!found)
		_exit(125);
	/* ISO C has no cast from an object pointer to a function pointer. */
	memcpy(&start, &found, sizeof(start));
	prepare();
	return start(probe, argc, argv, init, fini, rtld_fini, stack_end);
}
