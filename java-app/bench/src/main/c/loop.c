/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop MODULE SLOT...: C_GenerateRandom as a plain C program calls it, the measure of the wrapper; several slots in turn.
 *
 * Answers each line "COUNT LENGTH" of standard input with the nanoseconds that COUNT calls of LENGTH bytes took.
 * The structures of PKCS #11 v2.40 are written out as far as they are needed (LP64, no packing).
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef unsigned long ulong;

struct initialize_args {
	void *create, *destroy, *lock, *unlock;
	ulong flags;
	void *reserved;
};

struct function_list {
	ulong version;
	ulong (*initialize)(struct initialize_args *);
	void *before_open_session[11];
	ulong (*open_session)(ulong slot, ulong flags, void *application, void *notify, ulong *session);
	void *before_generate_random[51];
	ulong (*generate_random)(ulong session, unsigned char *data, ulong length);
};

static void must(const char *what, ulong rv)
{
	if (rv != 0) {
		fprintf(stderr, "loop: %s: 0x%lx\n", what, rv);
		exit(1);
	}
}

static long long now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
	void *module = argc > 2 && argc < 34 ? dlopen(argv[1], RTLD_NOW) : NULL;
	ulong (*get)(struct function_list **) = NULL;
	struct function_list *functions;
	struct initialize_args args = { .flags = 2 };
	static unsigned char buffer[4096];
	ulong sessions[32], length;
	long tokens = argc - 2;
	long count;

	if (module)
		*(void **)&get = dlsym(module, "C_GetFunctionList");
	if (!get) {
		fprintf(stderr, "usage: loop MODULE SLOT...\n");
		return 64;
	}
	must("C_GetFunctionList", get(&functions));
	must("C_Initialize", functions->initialize(&args));
	ulong (*slot_list)(unsigned char, ulong *, ulong *);
	*(void **)&slot_list = functions->before_open_session[3];
	ulong slots[64], n = 64;
	must("C_GetSlotList", slot_list(1, NULL, &n));
	n = 64;
	must("C_GetSlotList", slot_list(1, slots, &n));
	for (long i = 0; i < tokens; i++)
		must("C_OpenSession",
		     functions->open_session(strtoul(argv[2 + i], NULL, 10), 4, NULL, NULL, &sessions[i]));
	puts("ready");
	fflush(stdout);
	while (scanf("%ld %lu", &count, &length) == 2 && length <= sizeof buffer) {
		long long since = now();
		for (long i = 0; i < count; i++)
			must("C_GenerateRandom", functions->generate_random(sessions[i % tokens], buffer, length));
		printf("%lld\n", now() - since);
		fflush(stdout);
	}
	return 0;
}
