#pragma once
#include <stddef.h>

/// One file of `Sources/Console/Page`, as it was when the program was compiled.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t count;
} harken_page_file;

/// Returns a file, in the order of the names; NULL behind the last one.
const harken_page_file *harken_page_file_at(size_t index);
