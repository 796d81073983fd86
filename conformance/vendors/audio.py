"""Bytes of audio as numbers: raw formats, and whatever libav reads."""

import io

import numpy

SIZES = {"u8": 1, "s8": 1, "s16": 2, "u16": 2, "s24": 3, "u24": 3, "s32": 4, "u32": 4, "f32": 4, "f64": 8, "mulaw": 1, "alaw": 1}


def mulaw_table():
    code = ~numpy.arange(256, dtype=numpy.uint8)
    sign, exponent, mantissa = code & 0x80, (code >> 4) & 7, code & 15
    value = (((mantissa.astype(numpy.int32) << 3) + 0x84) << exponent) - 0x84
    return (numpy.where(sign, -value, value) / 32768).astype(numpy.float32)


def alaw_table():
    code = numpy.arange(256, dtype=numpy.uint8) ^ 0x55
    sign, exponent, mantissa = code & 0x80, ((code >> 4) & 7).astype(numpy.int32), (code & 15).astype(numpy.int32)
    value = numpy.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << numpy.maximum(exponent - 1, 0))
    return (numpy.where(sign, value, -value) / 32768).astype(numpy.float32)


MULAW, ALAW = mulaw_table(), alaw_table()


class RawDecoder:
    """Raw bytes to float samples, one array for each channel. `leftover` is what no whole frame came of."""

    def __init__(self, encoding, channels=1, big_endian=False):
        self.encoding, self.channels, self.big_endian = encoding, channels, big_endian
        self.frame = SIZES[encoding] * channels
        self.leftover = b""

    def decode(self, data):
        data = self.leftover + data
        whole = len(data) // self.frame * self.frame
        self.leftover = data[whole:]
        return numpy.stack([self._numbers(data[:whole])[channel::self.channels] for channel in range(self.channels)])

    def _numbers(self, data):
        order = ">" if self.big_endian else "<"
        if self.encoding == "mulaw":
            return MULAW[numpy.frombuffer(data, numpy.uint8)]
        if self.encoding == "alaw":
            return ALAW[numpy.frombuffer(data, numpy.uint8)]
        kind, bits = self.encoding[0], int(self.encoding[1:])
        if bits == 24:
            parts = numpy.frombuffer(data, numpy.uint8).reshape(-1, 3).astype(numpy.int32)
            parts = parts if self.big_endian else parts[:, ::-1]
            value = (parts[:, 0] << 16) | (parts[:, 1] << 8) | parts[:, 2]
            value = value - (1 << 23) if kind == "u" else numpy.where(value >= 1 << 23, value - (1 << 24), value)
            return (value / float(1 << 23)).astype(numpy.float32)
        if kind == "f":
            return numpy.frombuffer(data, f"{order}f{bits // 8}").astype(numpy.float32)
        value = numpy.frombuffer(data, f"{order}{'i' if kind == 's' else 'u'}{bits // 8}").astype(numpy.float64)
        if kind == "u":
            value = value - (1 << (bits - 1))
        return (value / float(1 << (bits - 1))).astype(numpy.float32)


class Undecodable(Exception):
    pass


def decode_file(data):
    """(one float array for each channel, sample rate) of a whole file in any format."""
    import av

    try:
        with av.open(io.BytesIO(data)) as container:
            if not container.streams.audio:
                raise Undecodable("no audio in the file")
            stream = container.streams.audio[0]
            rate, channels = stream.rate, stream.channels
            resampler = av.AudioResampler(format="fltp", rate=rate)
            pieces = [out.to_ndarray() for frame in container.decode(stream) for out in resampler.resample(frame)]
    except Undecodable:
        raise
    except Exception as problem:  # libav has many classes for "this is no audio"
        raise Undecodable(str(problem)) from None
    if not pieces:
        raise Undecodable("no audio in the file")
    samples = numpy.concatenate(pieces, axis=1).astype(numpy.float32)
    return samples.reshape(channels, -1), rate
