import av
import numpy

RATE = 16_000


def load(path):
    """The samples of a recording: 16 bits, 16 kHz, one channel."""
    with av.open(path) as file:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        return numpy.concatenate([part.to_ndarray().reshape(-1) for frame in file.decode(audio=0) for part in resampler.resample(frame)])
