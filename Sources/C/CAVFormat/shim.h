#pragma once
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/mem.h>

// Macros that Swift does not import.
static inline int harken_av_error(int posix_code) { return AVERROR(posix_code); }
static inline int harken_av_again(void) { return AVERROR(EAGAIN); }
static inline int harken_av_end(void) { return AVERROR_EOF; }
static inline int harken_av_invalid(void) { return AVERROR_INVALIDDATA; }
static inline int64_t harken_av_no_time(void) { return AV_NOPTS_VALUE; }
static inline int harken_av_is_default(int disposition) { return disposition & AV_DISPOSITION_DEFAULT; }
static inline int harken_av_is_picture(int disposition) { return disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_STILL_IMAGE); }
// Tracks that go along with another one: for people who do not see or hear well, or who want comments.
static inline int harken_av_is_extra(int disposition) {
    return disposition & (AV_DISPOSITION_COMMENT | AV_DISPOSITION_VISUAL_IMPAIRED | AV_DISPOSITION_HEARING_IMPAIRED | AV_DISPOSITION_DESCRIPTIONS);
}
