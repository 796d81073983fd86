"""A part of the proof that this machine cannot do."""


class Skipped(Exception):
    """`is_usual` says that it is so on all machines of this kind: then nothing is wrong with leaving the part out."""

    def __init__(self, reason, is_usual=False):
        super().__init__(reason)
        self.is_usual = is_usual
