#define _DEFAULT_SOURCE
#include "COrt.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// The API is a table of function pointers that has only been appended to since version 1.0: the positions below do not change.
enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION = 7,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    DISABLE_CPU_MEM_ARENA = 19,
    SET_SESSION_GRAPH_OPTIMIZATION_LEVEL = 23,
    SET_INTRA_OP_NUM_THREADS = 24,
    SET_INTER_OP_NUM_THREADS = 25,
    SESSION_GET_INPUT_COUNT = 30,
    SESSION_GET_OUTPUT_COUNT = 31,
    SESSION_GET_INPUT_NAME = 36,
    SESSION_GET_OUTPUT_NAME = 37,
    CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE = 49,
    GET_TENSOR_MUTABLE_DATA = 51,
    GET_TENSOR_ELEMENT_TYPE = 60,
    GET_DIMENSIONS_COUNT = 61,
    GET_DIMENSIONS = 62,
    GET_TENSOR_SHAPE_ELEMENT_COUNT = 64,
    GET_TENSOR_TYPE_AND_SHAPE = 65,
    CREATE_CPU_MEMORY_INFO = 69,
    ALLOCATOR_FREE = 76,
    GET_ALLOCATOR_WITH_DEFAULT_OPTIONS = 78,
    RELEASE_STATUS = 93,
    RELEASE_SESSION = 95,
    RELEASE_VALUE = 96,
    RELEASE_TENSOR_TYPE_AND_SHAPE_INFO = 99,
    RELEASE_SESSION_OPTIONS = 100,
    ADD_SESSION_CONFIG_ENTRY = 130,
};

// The last position is there since version 6.
enum { API_VERSION = 6, LOG_ERRORS_ONLY = 3, ENABLE_ALL_OPTIMISATIONS = 99, ARENA_ALLOCATOR = 1, DEFAULT_MEMORY = 0 };

typedef void *status;
typedef struct { const void *const *(*get_api)(uint32_t version); const char *(*version)(void); } api_base;

struct cort_runtime {
    const void *const *api;
    void *env, *memory, *allocator;
};

struct cort_session {
    const cort_runtime *runtime;
    void *handle;
    size_t input_count, output_count;
    char **input_names, **output_names;
};

/// The entry at `slot`, called with the given parameter types.
#define CALL(api, slot, ...) ((status(*)(__VA_ARGS__))(api)[slot])
#define RELEASE(api, slot, object) ((void (*)(void *))(api)[slot])(object)

// At the process's exit the library destroys its own objects. A thread inside the library would then crash the process, so the exit waits until
// no thread is inside, and a thread that comes later waits for the end of the process.

static atomic_int threads_inside;
static atomic_bool process_exits;

static void enter(void) {
    atomic_fetch_add(&threads_inside, 1);
    if (!atomic_load(&process_exits)) return;
    atomic_fetch_sub(&threads_inside, 1);
    for (;;) pause();
}

static void wait_until_none_is_inside(int status, void *unused) {
    (void)unused;
    atomic_store(&process_exits, true);
    // A run lasts a second, on a busy machine ten. After a minute the process ends without the libraries' own ends.
    const struct timespec millisecond = {.tv_nsec = 1000000};
    for (int waited = 0; atomic_load(&threads_inside) > 0; waited++) {
        if (waited == 60000) _exit(status);
        nanosleep(&millisecond, NULL);
    }
}

/// The library makes objects at the first of each. What is made later is destroyed earlier: the exit waits before each of them.
enum use { LIBRARY, SESSION, VALUE, RUN_OF_SESSION, FAILURE, USE_COUNT };

static void make_exit_wait(enum use use) {
    static atomic_bool done[USE_COUNT];
    if (!atomic_load(&done[use]) && !atomic_exchange(&done[use], true)) on_exit(wait_until_none_is_inside, NULL);
}

static char *leave(enum use use, char *failure) {
    make_exit_wait(failure ? FAILURE : use);
    atomic_fetch_sub(&threads_inside, 1);
    return failure;
}

/// The message when there is no memory for a message: it must not be NULL, which would mean success.
static char out_of_memory[] = "out of memory";

static char *copy_message(const char *text) {
    char *copy = strdup(text);
    return copy ? copy : out_of_memory;
}

void cort_message_free(char *message) {
    if (message != out_of_memory) free(message);
}

/// NULL for success, else the status's message; releases the status.
static char *take(const void *const *api, status failed) {
    if (!failed) return NULL;
    char *message = copy_message(((const char *(*)(status))api[GET_ERROR_MESSAGE])(failed));
    RELEASE(api, RELEASE_STATUS, failed);
    return message;
}

static char *open_runtime(const char *path, cort_runtime **out) {
    *out = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return copy_message(dlerror());
    make_exit_wait(LIBRARY);
    const api_base *(*get_base)(void) = (const api_base *(*)(void))dlsym(library, "OrtGetApiBase");
    if (!get_base) return copy_message("it does not export OrtGetApiBase");
    const void *const *api = get_base()->get_api(API_VERSION);
    if (!api) return copy_message("it does not offer version 6 of the API");

    cort_runtime *runtime = calloc(1, sizeof *runtime);
    if (!runtime) return out_of_memory;
    runtime->api = api;
    char *failure = take(api, CALL(api, CREATE_ENV, int, const char *, void **)(LOG_ERRORS_ONLY, "harken", &runtime->env));
    if (!failure)
        failure = take(api, CALL(api, CREATE_CPU_MEMORY_INFO, int, int, void **)(ARENA_ALLOCATOR, DEFAULT_MEMORY, &runtime->memory));
    if (!failure) failure = take(api, CALL(api, GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, void **)(&runtime->allocator));
    if (failure) {
        free(runtime);
        return failure;
    }
    *out = runtime;
    return NULL;
}

char *cort_runtime_open(const char *path, cort_runtime **out) {
    enter();
    return leave(LIBRARY, open_runtime(path, out));
}

static char *read_names(cort_session *session, int count_slot, int name_slot, size_t *count, char ***names) {
    const cort_runtime *runtime = session->runtime;
    char *failure = take(runtime->api, CALL(runtime->api, count_slot, void *, size_t *)(session->handle, count));
    if (failure) return failure;
    *names = calloc(*count ? *count : 1, sizeof(char *));
    if (!*names) return out_of_memory;
    for (size_t index = 0; index < *count; index++) {
        failure = take(
            runtime->api,
            CALL(runtime->api, name_slot, void *, size_t, void *, char **)(session->handle, index, runtime->allocator, *names + index));
        if (failure) return failure;
    }
    return NULL;
}

static void free_names(cort_session *session, size_t count, char **names) {
    if (!names) return;
    const cort_runtime *runtime = session->runtime;
    for (size_t index = 0; index < count; index++) {
        if (!names[index]) continue;
        status freed = CALL(runtime->api, ALLOCATOR_FREE, void *, void *)(runtime->allocator, names[index]);
        cort_message_free(take(runtime->api, freed));
    }
    free(names);
}

static void close_session(cort_session *session) {
    free_names(session, session->input_count, session->input_names);
    free_names(session, session->output_count, session->output_names);
    if (session->handle) RELEASE(session->runtime->api, RELEASE_SESSION, session->handle);
    free(session);
}

static char *open_session(const cort_runtime *runtime, const char *path, int threads, bool arena, cort_session **out) {
    *out = NULL;
    const void *const *api = runtime->api;
    void *options = NULL;
    char *failure = take(api, CALL(api, CREATE_SESSION_OPTIONS, void **)(&options));
    if (failure) return failure;

    cort_session *session = calloc(1, sizeof *session);
    if (!session) failure = out_of_memory;
    else session->runtime = runtime;
    if (!failure) failure = take(api, CALL(api, SET_INTRA_OP_NUM_THREADS, void *, int)(options, threads));
    if (!failure) failure = take(api, CALL(api, SET_INTER_OP_NUM_THREADS, void *, int)(options, 1));
    if (!failure)
        failure = take(api, CALL(api, SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, void *, int)(options, ENABLE_ALL_OPTIMISATIONS));
    // The weights do not go into the arena, which would keep those that are packed into another form when the model is loaded.
    if (!failure)
        failure = take(
            api, CALL(api, ADD_SESSION_CONFIG_ENTRY, void *, const char *, const char *)(
                options, "session.use_device_allocator_for_initializers", "1"));
    if (!failure && !arena) failure = take(api, CALL(api, DISABLE_CPU_MEM_ARENA, void *)(options));
    if (!failure)
        failure = take(
            api, CALL(api, CREATE_SESSION, void *, const char *, void *, void **)(runtime->env, path, options, &session->handle));
    RELEASE(api, RELEASE_SESSION_OPTIONS, options);
    if (!failure)
        failure = read_names(session, SESSION_GET_INPUT_COUNT, SESSION_GET_INPUT_NAME, &session->input_count, &session->input_names);
    if (!failure)
        failure = read_names(session, SESSION_GET_OUTPUT_COUNT, SESSION_GET_OUTPUT_NAME, &session->output_count, &session->output_names);
    if (failure) {
        if (session) close_session(session);
        return failure;
    }
    *out = session;
    return NULL;
}

char *cort_session_open(const cort_runtime *runtime, const char *path, int threads, bool arena, cort_session **out) {
    enter();
    return leave(SESSION, open_session(runtime, path, threads, arena, out));
}

void cort_session_close(cort_session *session) {
    if (!session) return;
    enter();
    close_session(session);
    leave(SESSION, NULL);
}

size_t cort_session_input_count(const cort_session *session) { return session->input_count; }
size_t cort_session_output_count(const cort_session *session) { return session->output_count; }
const char *cort_session_input_name(const cort_session *session, size_t index) { return session->input_names[index]; }
const char *cort_session_output_name(const cort_session *session, size_t index) { return session->output_names[index]; }

char *cort_session_run(
    const cort_session *session, const uint32_t *input_indices, const cort_value *const *inputs, size_t input_count,
    const uint32_t *output_indices, cort_value **outputs, size_t output_count) {
    if (input_count > session->input_count || output_count > session->output_count) return copy_message("more tensors than the model has");
    const char *input_names[input_count + 1], *output_names[output_count + 1];
    for (size_t index = 0; index < input_count; index++) {
        if (input_indices[index] >= session->input_count) return copy_message("the model has no such input");
        input_names[index] = session->input_names[input_indices[index]];
    }
    for (size_t index = 0; index < output_count; index++) {
        if (output_indices[index] >= session->output_count) return copy_message("the model has no such output");
        output_names[index] = session->output_names[output_indices[index]];
        outputs[index] = NULL;
    }
    const void *const *api = session->runtime->api;
    enter();
    return leave(RUN_OF_SESSION, take(
        api,
        CALL(api, RUN, void *, const void *, const char *const *, const cort_value *const *, size_t, const char *const *, size_t, cort_value **)(
            session->handle, NULL, input_names, inputs, input_count, output_names, output_count, outputs)));
}

char *cort_value_create(
    const cort_runtime *runtime, void *data, size_t byte_count, const int64_t *shape, size_t rank, int type, cort_value **out) {
    *out = NULL;
    enter();
    return leave(VALUE, take(
        runtime->api,
        CALL(runtime->api, CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE, void *, void *, size_t, const int64_t *, size_t, int, cort_value **)(
            runtime->memory, data, byte_count, shape, rank, type, out)));
}

void cort_value_release(const cort_runtime *runtime, cort_value *value) {
    if (!value) return;
    enter();
    RELEASE(runtime->api, RELEASE_VALUE, value);
    leave(VALUE, NULL);
}

static char *describe_value(const cort_runtime *runtime, cort_value *value, cort_tensor *out) {
    const void *const *api = runtime->api;
    memset(out, 0, sizeof *out);
    void *info = NULL;
    char *failure = take(api, CALL(api, GET_TENSOR_TYPE_AND_SHAPE, void *, void **)(value, &info));
    if (failure) return failure;
    failure = take(api, CALL(api, GET_TENSOR_ELEMENT_TYPE, void *, int *)(info, &out->type));
    if (!failure) failure = take(api, CALL(api, GET_DIMENSIONS_COUNT, void *, size_t *)(info, &out->rank));
    if (!failure && out->rank > CORT_MAX_RANK) failure = copy_message("the tensor's rank is above 8");
    if (!failure) failure = take(api, CALL(api, GET_DIMENSIONS, void *, int64_t *, size_t)(info, out->shape, out->rank));
    if (!failure) failure = take(api, CALL(api, GET_TENSOR_SHAPE_ELEMENT_COUNT, void *, size_t *)(info, &out->element_count));
    RELEASE(api, RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, info);
    if (!failure) failure = take(api, CALL(api, GET_TENSOR_MUTABLE_DATA, void *, void **)(value, &out->data));
    return failure;
}

char *cort_value_describe(const cort_runtime *runtime, cort_value *value, cort_tensor *out) {
    enter();
    return leave(VALUE, describe_value(runtime, value, out));
}

void cort_return_free_memory(void) { malloc_trim(0); }
