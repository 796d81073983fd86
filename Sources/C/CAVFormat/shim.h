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
