#pragma once
#include <stddef.h>

/// One file of `scripts/setup.d`, as it was when the program was compiled.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t count;
} harken_setup_file;

/// Returns a file of those that fetch the models; NULL behind the last one.
const harken_setup_file *harken_setup_file_at(size_t index);
