import Speech

/// The place of a source's last final with words, if that final has no length. A source may go on with another final there.
struct PointFinal: Sendable {
    private var place: SampleIndex?

    /// Notes the range of a final with words.
    mutating func note(_ final: SampleRange) { place = final.isEmpty ? final.start : nil }

    /// Returns true if a final of zero length behind everything that its source has said says something new. Engines that cut a word may send such a
    /// final for the rest of the word. Engines that pad their audio with silence may send one for a word in that silence. A final that repeats the
    /// words of the last such final is not new.
    ///
    /// - Parameters:
    ///   - end: the end of everything that the source has said.
    ///   - tail: the last words that the source has said.
    func goesOn(with words: [Word], of final: SampleRange, behind end: SampleIndex, after tail: [Word]) -> Bool {
        guard final.isEmpty, final.start >= end else { return false }
        return final.start != place || tail.suffix(words.count).map(\.text) != words.map(\.text)
    }
}
