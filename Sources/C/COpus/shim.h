#pragma once
#include <opus/opus.h>

// libopus's variadic function, one adapter per request.
static inline int harken_opus_set_bitrate(OpusEncoder *encoder, opus_int32 bits) { return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits)); }
static inline int harken_opus_set_complexity(OpusEncoder *encoder, opus_int32 complexity) {
    return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
}
static inline int harken_opus_set_speech(OpusEncoder *encoder) { return opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE)); }
