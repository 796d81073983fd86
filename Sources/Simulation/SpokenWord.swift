import Speech

/// What was truly said: the smallest piece that an engine may write as a word of its own.
package struct SpokenWord: Sendable, Equatable {
    /// Counted from 1 within its channel.
    package var number: Int
    package var text: String
    /// As digits: `7`.
    package var numeral: String?
    /// Together with the word behind it: `cannot`, `25`.
    package var joined: String?
    var range: SampleRange
}

/// Which spoken words a recognised word stands for. It travels in the low bits of the word's confidence.
///
/// A check by text alone could not tell the second "no" of "no no no" from the first. The confidence is the one field of a word that the session
/// hands on and must not decide by, so what is hidden there cannot help it; texts and times stay what an engine would say.
package struct WordIdentity: Sendable, Equatable {
    /// The first spoken word's number; 0: nothing was said here.
    package var first: Int
    /// How many spoken words in a row it stands for.
    package var count: Int
    /// The engine that heard it.
    package var engine: Int

    static let maxWords = 2_047

    /// A confidence of 0.5..<1 that carries the identity in its last 16 bits of fraction; `certainty` is 0..<1.
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
