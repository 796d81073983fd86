import Speech

/// A word that was truly spoken: the smallest piece that an engine may write as a word.
package struct SpokenWord: Sendable, Equatable {
    /// Number of the word within its channel, counted from 1.
    package var number: Int
    package var text: String
    /// The word in digits: `7`; nil: none.
    package var numeral: String?
    /// The word written together with the next word: `cannot`, `25`; nil: never written together.
    package var joined: String?
    var range: SampleRange
}

/// The spoken words for which a recognised word stands. The identity travels in the low bits of the word's confidence.
///
/// A check by text could not tell the second "no" of "no no no" from the first. The confidence is the only field of a word that the session passes on
/// and must not use for decisions, so the hidden identity cannot help the session. Texts and times stay as an engine would give them.
package struct WordIdentity: Sendable, Equatable {
    /// Number of the first spoken word; 0: nothing was spoken here.
    package var first: Int
    /// Number of consecutive spoken words that the word stands for.
    package var count: Int
    /// The engine that heard it.
    package var engine: Int

    static let maxWords = 2_047

    /// Returns a confidence of 0.5..<1 with the identity in its last 16 bits of fraction; `certainty` is 0..<1.
    func confidence(_ certainty: Double) -> Float {
        let high = UInt32(certainty * 128) & 0x7F
        let low = UInt32(first & 0x7FF) << 5 | UInt32(count & 3) << 3 | UInt32(engine & 7)
        return Float(bitPattern: 126 << 23 | high << 16 | low)
    }

    init(first: Int, count: Int, engine: Int) {
        self.first = first
        self.count = count
        self.engine = engine
    }

    package init(confidence: Float) {
        let bits = confidence.bitPattern
        first = Int(bits >> 5 & 0x7FF)
        count = Int(bits >> 3 & 3)
        engine = Int(bits & 7)
    }
}
