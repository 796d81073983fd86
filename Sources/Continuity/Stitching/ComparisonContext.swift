package import Speech

/// The facts about an engine whose words are compared with the words of the engine that spoke last.
package struct ComparisonContext: Sendable {
    package var rate: SampleRate
    /// Start of the engine's audio; nil: not known.
    package var origin: SampleIndex?
    /// The engine's earlier words. Those of them that count are in the transcript.
    package var earlier: [RememberedWord]
    /// True if the engine says where its words lie; `others` is true if the other engines do. If false, only the order of the words and their
    /// approximate places are known.
    package var hasTimes: Bool
    package var others: Bool
    /// The engine whose words are compared; nil: not known.
    package var engine: EngineName?
    /// The furthest place that words of other engines without word times may reach; nil: the end of the committed audio.
    package var othersThrough: SampleIndex?
    /// True if the engine began in the silence behind all compared words.
    package var isBehind = false
    /// True if the engine's audio begins where the audio of the engines before it ended, within speech: both may have heard the word there.
    package var isCutOff = false
    /// True if the engine's audio begins within speech. A word that is cut there may be heard as another word.
    package var beginsInSpeech = false
    /// A gap behind which the compared words were committed or in which they were heard; nil: there is none.
    package var gap: SampleRange?
    /// Other gaps between the compared words.
    package var otherGaps: [SampleRange] = []
    /// The beginning of the final whose words are compared; nil: there are several finals, or none.
    package var finalStart: SampleIndex?
    /// End of that final. Words behind the end are not in the final.
    package var finalEnd: SampleIndex?

    package init(rate: SampleRate, origin: SampleIndex? = nil, earlier: [RememberedWord] = [], hasTimes: Bool = true, others: Bool = true) {
        self.rate = rate
        self.origin = origin
        self.earlier = earlier
        self.hasTimes = hasTimes
        self.others = others
    }
}
