package import Speech

/// A request to recognise a stretch of a stream. Positions are in samples at 16 kHz.
package struct SegmentRequest: Sendable, Equatable {
    package enum Purpose: Sendable, Equatable {
        /// The result is shown for now: times in proportion are good enough.
        case interim
        /// The result becomes final, so it needs exact times.
        case final
        /// A part of the result becomes final: it needs exact times, and the places between words where the segment may be cut.
        case cut
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
    /// Words that were spoken shortly before; nil when they are too long ago, or too much to hear again.
    package var context: Context?

    /// Final words that the recogniser hears again to know how the segment continues them. They do not become part of the result.
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
        /// The mark of a word that the second look put in; nil for a word as it was heard.
        package var mark: TermMark?
        /// As in `Word`.
        package var blankBefore: Bool?

        package init(
            text: String, confidence: Float, tokens: [Token], range: SampleRange, language: LanguageTag? = nil, mark: TermMark? = nil,
            blankBefore: Bool? = nil
        ) {
            self.language = language
            self.mark = mark
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

    /// A place behind a word where a segment may be cut.
    package struct Seam: Sendable, Equatable {
        /// Number of words before the seam.
        package var words: Int
        package var at: SampleIndex
        /// Mean power of the sound at the seam; the lower, the better.
        package var power: Float

        package init(words: Int, at: SampleIndex, power: Float) {
            self.words = words
            self.at = at
            self.power = power
        }
    }

    package var words: [Word]
    /// True if the second look put terms in.
    var hasTerms: Bool { words.contains { $0.mark != nil } }
    /// True if the recogniser lost its way: the text repeated itself, or had more words than fit.
    package var isSuspect: Bool
    /// The mark that the recogniser sets between the context and the first word; nil when no context was heard.
    package var opening: LateMarks.Mark?
    /// Places for a cut; empty except for the purpose `.cut`.
    package var seams: [Seam]
    /// The language that was found out with this segment; nil otherwise.
    package var found: LanguageTag?

    package init(words: [Word], isSuspect: Bool = false, opening: LateMarks.Mark? = nil, seams: [Seam] = []) {
        self.words = words
        self.opening = opening
        self.isSuspect = isSuspect
        self.seams = seams
    }
}
