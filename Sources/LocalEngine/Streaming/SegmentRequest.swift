package import Speech

/// A request to recognise a stretch of a stream. Positions are in samples at 16 kHz.
package struct SegmentRequest: Sendable, Equatable {
    package enum Purpose: Sendable, Equatable {
        /// The result is shown for now: times in proportion are good enough.
        case interim
        /// The result becomes final, so it needs exact times.
        case final
    }

    /// Number of the request in its stream; ascending.
    package var id: Int
    package var purpose: Purpose
    /// True if an interim needs exact times too. Has no meaning for other purposes.
    package var timesInterim: Bool
    /// The audio of the segment.
    package var audio: SampleRange
    /// The part of the audio that is speech.
    package var speech: SampleRange
    /// Tokens at the beginning of the result.
    package var prefix: [Token]
    /// Tokens that probably follow the prefix. They save steps and decide nothing.
    package var draft: [Token]
    /// Words that were read together with the beginning of the audio; nil: there are none.
    package var context: Context?
    /// Knowledge of the language.
    package var language: LanguageHint

    /// Words before the segment, behind which a segment that seems to have none is heard again. They do not become part of the result.
    package struct Context: Sendable, Equatable {
        /// Start of the context's audio. The context ends where the segment's audio begins, or a little before.
        package var start: SampleIndex
        package var tokens: [Token]

        package init(start: SampleIndex, tokens: [Token]) {
            self.start = start
            self.tokens = tokens
        }
    }

    package init(
        id: Int, purpose: Purpose, timesInterim: Bool = false, audio: SampleRange, speech: SampleRange, prefix: [Token],
        draft: [Token] = [], context: Context?, language: LanguageHint = .ofStream
    ) {
        self.id = id
        self.purpose = purpose
        self.timesInterim = timesInterim
        self.audio = audio
        self.speech = speech
        self.prefix = prefix
        self.draft = draft
        self.context = context
        self.language = language
    }

    /// The audio of the context and the segment.
    package var heard: SampleRange { SampleRange(context?.start ?? audio.start, audio.end) }
}

/// The recognised words of a segment.
package struct SegmentResult: Sendable, Equatable {
    package struct Word: Sendable, Equatable {
        package var text: String
        package var confidence: Float
        package var tokens: [Token]
        package var range: SampleRange
        /// The language; nil where the client named it, or it was assumed.
        package var language: LanguageTag?
        /// As in `Word`.
        package var blankBefore: Bool?

        package init(
            text: String, confidence: Float, tokens: [Token], range: SampleRange, language: LanguageTag? = nil,
            blankBefore: Bool? = nil
        ) {
            self.language = language
            self.blankBefore = blankBefore
            self.text = text
            self.confidence = confidence
            self.tokens = tokens
            self.range = range
        }

        /// The word without capitals and punctuation.
        package var bare: String { Speech.Word(text, range, confidence: confidence).bare }

        /// True if the word is a written syllable of a script without blanks, not a whole word.
        var isSyllable: Bool { text.first.map(UnspacedScript.contains) ?? false }
    }

    package var words: [Word]
    /// True if the recogniser lost its way: the text repeated itself, or had more words than fit.
    package var isSuspect: Bool

    package init(words: [Word], isSuspect: Bool = false) {
        self.words = words
        self.isSuspect = isSuspect
    }
}
