#include "CAligner.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* PocketSphinx 5: opaque types and the signatures of its public headers. */
typedef void ps_config;
typedef void ps_decoder;
typedef void ps_seg;

struct CAlignerLibrary {
    ps_config *(*config_init)(const void *definitions);
    int (*config_free)(ps_config *);
    const void *(*config_set_str)(ps_config *, const char *name, const char *value);
    const void *(*config_set_float)(ps_config *, const char *name, double value);
    const void *(*config_set_int)(ps_config *, const char *name, long value);
    ps_decoder *(*init)(ps_config *);
    int (*free)(ps_decoder *);
    char *(*lookup_word)(ps_decoder *, const char *word);
    int (*add_word)(ps_decoder *, const char *word, const char *phones, int update);
    int (*set_align_text)(ps_decoder *, const char *words);
    int (*start_stream)(ps_decoder *);
    int (*start_utt)(ps_decoder *);
    int (*process_raw)(ps_decoder *, const int16_t *samples, size_t count, int no_search, int full_utterance);
    int (*end_utt)(ps_decoder *);
    ps_seg *(*seg_iter)(ps_decoder *);
    ps_seg *(*seg_next)(ps_seg *);
    const char *(*seg_word)(ps_seg *);
    void (*seg_frames)(ps_seg *, int *start, int *end);
    int (*err_set_loglevel)(int level);
};

struct CAligner {
    const CAlignerLibrary *library;
    ps_decoder *decoder;
};

/* ERR_FATAL of its err.h. Its complaints go to stderr and quote the words that were spoken; what matters comes back as a result. */
static const int fatal_only = 4;

CAlignerLibrary *caligner_open(const char *path, char *error, size_t error_size) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        snprintf(error, error_size, "%s", dlerror());
        return NULL;
    }
    CAlignerLibrary *library = calloc(1, sizeof *library);
    if (library == NULL) {
        snprintf(error, error_size, "out of memory");
        dlclose(handle);
        return NULL;
    }
    const struct {
        void **slot;
        const char *name;
    } functions[] = {
        {(void **)&library->config_init, "ps_config_init"},
        {(void **)&library->config_free, "ps_config_free"},
        {(void **)&library->config_set_str, "ps_config_set_str"},
        {(void **)&library->config_set_float, "ps_config_set_float"},
        {(void **)&library->config_set_int, "ps_config_set_int"},
        {(void **)&library->init, "ps_init"},
        {(void **)&library->free, "ps_free"},
        {(void **)&library->lookup_word, "ps_lookup_word"},
        {(void **)&library->add_word, "ps_add_word"},
        {(void **)&library->set_align_text, "ps_set_align_text"},
        {(void **)&library->start_stream, "ps_start_stream"},
        {(void **)&library->start_utt, "ps_start_utt"},
        {(void **)&library->process_raw, "ps_process_raw"},
        {(void **)&library->end_utt, "ps_end_utt"},
        {(void **)&library->seg_iter, "ps_seg_iter"},
        {(void **)&library->seg_next, "ps_seg_next"},
        {(void **)&library->seg_word, "ps_seg_word"},
        {(void **)&library->seg_frames, "ps_seg_frames"},
        {(void **)&library->err_set_loglevel, "err_set_loglevel"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        *functions[i].slot = dlsym(handle, functions[i].name);
        if (*functions[i].slot == NULL) {
            snprintf(error, error_size, "%s lacks %s", path, functions[i].name);
            free(library);
            dlclose(handle);
            return NULL;
        }
    }
    library->err_set_loglevel(fatal_only);
    return library;
}

CAligner *caligner_create(
    CAlignerLibrary *library, const char *model, const char *dictionary, double beam, double word_beam, double phone_beam) {
    ps_config *config = library->config_init(NULL);
    if (config == NULL) return NULL;
    library->config_set_str(config, "hmm", model);
    library->config_set_str(config, "dict", dictionary);
    library->config_set_str(config, "loglevel", "FATAL");
    // Every frame is scored, with twice as many densities as usual: the same word then has the same time wherever the audio around it is cut, to a
    // frame. With half of the frames ("ds" 2) every eighth word moved by more than 20 ms, and the work was two thirds.
    library->config_set_int(config, "ds", 1);
    library->config_set_int(config, "topn", 8);
    library->config_set_float(config, "beam", beam);
    library->config_set_float(config, "wbeam", word_beam);
    library->config_set_float(config, "pbeam", phone_beam);
    ps_decoder *decoder = library->init(config);
    library->config_free(config);
    if (decoder == NULL) return NULL;
    CAligner *aligner = malloc(sizeof *aligner);
    if (aligner == NULL) {
        library->free(decoder);
        return NULL;
    }
    aligner->library = library;
    aligner->decoder = decoder;
    return aligner;
}

void caligner_free(CAligner *aligner) {
    aligner->library->free(aligner->decoder);
    free(aligner);
}

bool caligner_knows(CAligner *aligner, const char *word) {
    char *phones = aligner->library->lookup_word(aligner->decoder, word);
    if (phones == NULL) return false;
    free(phones);
    return true;
}

bool caligner_add(CAligner *aligner, const char *word, const char *phones) {
    return aligner->library->add_word(aligner->decoder, word, phones, 0) >= 0;
}

/* <s>, </s>, <sil> and the noises of the model's noisedict, as [NOISE] or ++UM++. */
static bool is_filler(const char *word) {
    return word[0] == '<' || word[0] == '[' || word[0] == '+';
}

int caligner_align(
    CAligner *aligner, const char *words, const int16_t *samples, size_t count, CAlignedWord *out, size_t capacity) {
    const CAlignerLibrary *ps = aligner->library;
    ps_decoder *decoder = aligner->decoder;
    if (ps->set_align_text(decoder, words) < 0) return -1;
    /* Forgets the noise estimate of the audio before, so that the same audio is always aligned alike. */
    if (ps->start_stream(decoder) < 0 || ps->start_utt(decoder) < 0) return -1;
    int processed = ps->process_raw(decoder, samples, count, 0, 1);
    if (ps->end_utt(decoder) < 0 || processed < 0) return -1;
    size_t found = 0;
    for (ps_seg *segment = ps->seg_iter(decoder); segment != NULL; segment = ps->seg_next(segment)) {
        const char *word = ps->seg_word(segment);
        if (word == NULL || is_filler(word)) continue;
        if (found < capacity) {
            int start = 0, last = 0;
            ps->seg_frames(segment, &start, &last);
            out[found].start = start;
            out[found].end = last + 1;
        }
        found++;
    }
    return found == 0 ? -1 : (int)found;
}
