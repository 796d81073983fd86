package import Speech

/// A stretch of a stream that is to be recognised. Positions are in samples at 16 kHz.
package struct SegmentRequest: Sendable, Equatable {
    package enum Purpose: Sendable, Equatable {
        /// To be shown for now: times in proportion are good enough.
        case interim
        /// To be final: with exact times.
        case final
        /// Part of it is to be final: with exact times and the places between words where it may be cut.
        case cut
    }

    /// Tells requests of one stream apart; ascending.
    package var id: Int
    package var purpose: Purpose
    /// Of an interim: whether it has exact times all the same.
    package var timesInterim: Bool
    /// What the recogniser hears.
    package var audio: SampleRange
    /// The part that is speech.
    package var speech: SampleRange
    /// Tokens that stand at the beginning of the result.
    package var prefix: [Token]
    /// What was said shortly before; nil when it is long ago or too much to hear again.
    package var context: Context?

    /// Final words that the recogniser hears again, so that it knows what the segment goes on from. They are no part of the result.
    package struct Context: Sendable, Equatable {
        /// Where they begin; they end where the segment's audio begins, or a little before.
        package var start: SampleIndex
        package var tokens: [Token]

        package init(start: SampleIndex, tokens: [Token]) {
            self.start = start
            self.tokens = tokens
        }
    }

    package init(
        id: Int, purpose: Purpose, timesInterim: Bool = false, audio: SampleRange, speech: SampleRange, prefix: [Token], context: Context?
    ) {
        self.id = id
        self.purpose = purpose
        self.timesInterim = timesInterim
        self.audio = audio
        self.speech = speech
        self.prefix = prefix
        self.context = context
    }

    /// The context and the segment.
    package var heard: SampleRange { SampleRange(context?.start ?? audio.start, audio.end) }
}

/// What was recognised in a segment.
package struct SegmentResult: Sendable, Equatable {
    package struct Word: Sendable, Equatable {
        package var text: String
        package var confidence: Float
        package var tokens: [Token]
        package var range: SampleRange

        package init(text: String, confidence: Float, tokens: [Token], range: SampleRange) {
            self.text = text
            self.confidence = confidence
            self.tokens = tokens
            self.range = range
        }

        /// Without capitals and punctuation.
        package var bare: String { Speech.Word(text, range, confidence: confidence).bare }
    }

    /// A place behind a word where a segment may be cut.
    package struct Seam: Sendable, Equatable {
        /// How many words lie before it.
        package var words: Int
        package var at: SampleIndex
        /// Mean power of the sound there; the lower, the better.
        package var power: Float

        package init(words: Int, at: SampleIndex, power: Float) {
            self.words = words
            self.at = at
            self.power = power
        }
    }

    package var words: [Word]
    /// The recogniser lost its way: it repeated itself or said more than fits.
    package var isSuspect: Bool
    /// Only for `.cut`.
    package var seams: [Seam]

    package init(words: [Word], isSuspect: Bool = false, seams: [Seam] = []) {
        self.words = words
        self.isSuspect = isSuspect
        self.seams = seams
    }
}
