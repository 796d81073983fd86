#pragma once
// libopusenc's own header includes <opus.h>, which Debian keeps in a folder that no compiler looks into by itself: what is used of it is declared here.
#include <opus/opus_defines.h>

typedef struct OggOpusEnc OggOpusEnc;
typedef struct OggOpusComments OggOpusComments;

OggOpusComments *ope_comments_create(void);
void ope_comments_destroy(OggOpusComments *comments);
OggOpusEnc *ope_encoder_create_file(const char *path, OggOpusComments *comments, opus_int32 rate, int channels, int family, int *error);
int ope_encoder_write(OggOpusEnc *encoder, const opus_int16 *pcm, int samples_per_channel);
int ope_encoder_drain(OggOpusEnc *encoder);
void ope_encoder_destroy(OggOpusEnc *encoder);
int ope_encoder_ctl(OggOpusEnc *encoder, int request, ...);

static inline int harken_ope_set_bitrate(OggOpusEnc *encoder, opus_int32 bits) { return ope_encoder_ctl(encoder, OPUS_SET_BITRATE(bits)); }
static inline int harken_ope_set_complexity(OggOpusEnc *encoder, opus_int32 complexity) {
    return ope_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
}
static inline int harken_ope_set_speech(OggOpusEnc *encoder) { return ope_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE)); }
