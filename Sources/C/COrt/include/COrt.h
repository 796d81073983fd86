#pragma once
// ONNX Runtime, opened while the program runs: nothing is linked and none of its headers are needed.
//
// Every function that can fail returns NULL when it succeeded, else a message that the caller frees with `cort_message_free`.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cort_runtime cort_runtime;
typedef struct cort_session cort_session;
typedef struct cort_value cort_value;

/// Element types that the models use; the numbers are ONNX Runtime's own.
enum { CORT_FLOAT = 1, CORT_INT32 = 6, CORT_INT64 = 7, CORT_BOOL = 9 };

/// Tensors of a higher rank are refused by `cort_value_describe`.
enum { CORT_MAX_RANK = 8 };

void cort_message_free(char *message);

/// Opens the shared library at `path` and makes the one environment that its sessions share. Never closed: the library keeps threads and
/// thread-local state, so unloading it is not safe.
char *cort_runtime_open(const char *path, cort_runtime **out);

/// Loads a model with full graph optimisation.
/// - `arena`: keep freed tensor memory for the next run (faster) instead of returning it (smaller).
char *cort_session_open(const cort_runtime *runtime, const char *path, int threads, bool arena, cort_session **out);
void cort_session_close(cort_session *session);

size_t cort_session_input_count(const cort_session *session);
size_t cort_session_output_count(const cort_session *session);
/// Owned by the session. `index` is below the count.
const char *cort_session_input_name(const cort_session *session, size_t index);
const char *cort_session_output_name(const cort_session *session, size_t index);

/// Runs the model; may be called from several threads at once. `inputs[i]` belongs to input number `input_indices[i]`, `outputs[i]`, which this
/// sets, to output number `output_indices[i]`.
char *cort_session_run(
    const cort_session *session, const uint32_t *input_indices, const cort_value *const *inputs, size_t input_count,
    const uint32_t *output_indices, cort_value **outputs, size_t output_count);

/// A tensor over memory of the caller's, which has to outlive it.
char *cort_value_create(
    const cort_runtime *runtime, void *data, size_t byte_count, const int64_t *shape, size_t rank, int type, cort_value **out);
void cort_value_release(const cort_runtime *runtime, cort_value *value);

typedef struct {
    int type;
    size_t rank;
    int64_t shape[CORT_MAX_RANK];
    size_t element_count;
    void *data;
} cort_tensor;

char *cort_value_describe(const cort_runtime *runtime, cort_value *value, cort_tensor *out);

/// Returns memory that was freed to the system. The allocator keeps it otherwise: after a model was loaded or closed, that is much.
void cort_return_free_memory(void);
