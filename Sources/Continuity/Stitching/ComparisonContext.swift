package import Speech

/// What is known of an engine whose words are compared with the words of the engine that spoke last.
package struct ComparisonContext: Sendable {
    package var rate: SampleRate
    /// The place where the engine's audio begins; nil: nobody knows.
    package var origin: SampleIndex?
    /// The words that the engine said before. All of them that count are in the transcript.
    package var earlier: [Word]
    /// True if the engine says where its words lie; `others` is true if the other engines do. Otherwise the order of the words is known, and
    /// about where they lie.
    package var hasTimes: Bool
    package var others: Bool
    /// The engine that hears; nil: nobody knows.
    package var engine: EngineName?
    /// For each compared word, which engine said the word and how its time is known; none when unknown.
    var sources: [Seam.Source?] = []
    /// The furthest place that the other engines' words may reach, where those engines do not say where words lie; nil: the end of what is
    /// committed.
    package var othersThrough: SampleIndex?
    /// True if the engine began in the silence behind all that is compared.
    package var isBehind = false
    /// True if the engine's audio begins where the audio of the engines before it ended, within speech: both may have heard the word there.
    package var isCutOff = false
    /// True if the engine's audio begins within speech. If this cuts a word, the engine may hear another word in its place.
    package var beginsInSpeech = false
    /// A gap, when what is compared was committed behind it, or was heard in it.
    package var gap: SampleRange?
    /// Other gaps between words that are compared.
    package var otherGaps: [SampleRange] = []
    /// The beginning of the final whose words are compared; nil: there are several finals, or none.
    package var finalStart: SampleIndex?
    /// The end of that final: what was said behind this place is not in the final.
    package var finalEnd: SampleIndex?

    package init(rate: SampleRate, origin: SampleIndex? = nil, earlier: [Word] = [], hasTimes: Bool = true, others: Bool = true) {
        self.rate = rate
        self.origin = origin
        self.earlier = earlier
        self.hasTimes = hasTimes
        self.others = others
    }
}
