#ifndef CALIGNER_H
#define CALIGNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* PocketSphinx, opened at run time. Nothing is linked and no header of it is needed: the few functions that forced alignment takes are
   declared here by hand. */

/* The opened library. Never closed: decoders point into it. */
typedef struct CAlignerLibrary CAlignerLibrary;

/* One decoder: acoustic model, dictionary and search. For one thread at a time. */
typedef struct CAligner CAligner;

/* Where a word lies, in frames of 10 ms since the first sample; `end` is the first frame behind it. */
typedef struct {
    int32_t start;
    int32_t end;
} CAlignedWord;

/* Opens the shared library at `path`. NULL when it or one of its functions is missing; `error` then says why (`error_size` bytes). */
CAlignerLibrary *_Nullable caligner_open(const char *_Nonnull path, char *_Nonnull error, size_t error_size);

/* Makes a decoder from the folder of an acoustic model and a dictionary. NULL when they cannot be read. Each beam is a ratio below 1. */
CAligner *_Nullable caligner_create(
    CAlignerLibrary *_Nonnull library, const char *_Nonnull model, const char *_Nonnull dictionary, double beam, double word_beam,
    double phone_beam);

void caligner_free(CAligner *_Nonnull aligner);

/* Whether the dictionary has `word`. */
bool caligner_knows(CAligner *_Nonnull aligner, const char *_Nonnull word);

/* Adds a word with its phones, separated by spaces. */
bool caligner_add(CAligner *_Nonnull aligner, const char *_Nonnull word, const char *_Nonnull phones);

/* Aligns words (in the dictionary, separated by spaces) with mono samples at 16 kHz. Writes at most `capacity` words and returns how many there
   were; silence and noise are left out. -1 when nothing could be aligned. */
int caligner_align(
    CAligner *_Nonnull aligner, const char *_Nonnull words, const int16_t *_Nonnull samples, size_t count, CAlignedWord *_Nonnull out,
    size_t capacity);

#endif
