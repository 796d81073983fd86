package import Speech

/// A commit as the journal keeps it.
///
/// Little-endian: turn (4) · channel (2) · reason (1) · count of words (4) · range end (8) · engine (2 + bytes) · then for each word its start (8),
/// end (8), confidence (4), speaker (4; −1: none) and text (2 + bytes) · then, for each word that has a language, the word's index (4) and the
/// language (2 + bytes) · then, for each word of a key term that was put in, the word's index with the highest bit set (4) and the words that were heard
/// (2 + bytes) · then, for each word whose blank its engine's own text decides, the word's index with the second highest bit set (4) and a blank or
/// nothing (2 + bytes). The range's start is the block's position.
package enum CommitRecord {
    package static func encode(_ commit: Commit, turn: Int) -> [UInt8] {
        var record = RecordWriter(capacity: 64 + commit.words.count * 36)
        record.put(UInt32(truncatingIfNeeded: turn))
        record.put(UInt16(truncatingIfNeeded: commit.channel.number))
        record.put(code(commit.reason))
        record.put(UInt32(truncatingIfNeeded: commit.words.count))
        record.put(commit.range.end.samples)
        record.put(text: commit.engine.rawValue)
        for word in commit.words {
            record.put(word.range.start.samples)
            record.put(word.range.end.samples)
            record.put(word.confidence.bitPattern)
            record.put(Int32(truncatingIfNeeded: word.speaker?.number ?? -1))
            record.put(text: word.text)
        }
        for (index, word) in commit.words.enumerated() {
            guard let language = word.language else { continue }
            record.put(UInt32(truncatingIfNeeded: index))
            record.put(text: language.rawValue)
        }
        for (index, word) in commit.words.enumerated() {
            guard let heard = word.heard else { continue }
            record.put(UInt32(truncatingIfNeeded: index) | heardMark)
            record.put(text: heard)
        }
        for (index, word) in commit.words.enumerated() {
            guard let blank = word.blankBefore else { continue }
            record.put(UInt32(truncatingIfNeeded: index) | blankMark)
            record.put(text: blank ? " " : "")
        }
        return record.bytes
    }

    /// The bit that tells a word's heard text from a word's language.
    private static let heardMark: UInt32 = 1 << 31
    /// The bit that tells the blank before a word from a word's language.
    private static let blankMark: UInt32 = 1 << 30

    /// Returns the commit and its turn; nil when the bytes are not what `encode` writes.
    package static func decode(_ bytes: ArraySlice<UInt8>, start: SampleIndex) -> (commit: Commit, turn: Int)? {
        var record = RecordReader(bytes)
        guard let turn: UInt32 = record.take(), let channel: UInt16 = record.take(), let code: UInt8 = record.take(), let reason = reason(code),
            let count: UInt32 = record.take(), let end: Int64 = record.take(), let engine = record.takeText()
        else { return nil }
        var words: [Word] = []
        for _ in 0..<count {
            guard let from: Int64 = record.take(), let to: Int64 = record.take(), let confidence: UInt32 = record.take(),
                let speaker: Int32 = record.take(), let text = record.takeText()
            else { return nil }
            words.append(
                Word(
                    text, SampleRange(SampleIndex(from), SampleIndex(to)), confidence: Float(bitPattern: confidence),
                    speaker: speaker < 0 ? nil : SpeakerLabel(Int(speaker))))
        }
        while !record.isAtEnd {
            guard let mark: UInt32 = record.take(), let text = record.takeText() else { return nil }
            let index = Int(mark & ~(heardMark | blankMark))
            guard words.indices.contains(index) else { return nil }
            switch mark & (heardMark | blankMark) {
            case 0: words[index].language = LanguageTag(text)
            case blankMark: words[index].blankBefore = !text.isEmpty
            case _: words[index].heard = text
            }
        }
        let commit = Commit(
            channel: ChannelIndex(Int(channel)), range: SampleRange(start, SampleIndex(end)), words: words, reason: reason, engine: EngineName(engine)
        )
        return (commit, Int(turn))
    }

    private static let reasons: [(FinalReason, UInt8)] = [(.endOfTurn, 1), (.pause, 2), (.length, 3), (.flush, 4), (.endOfAudio, 5)]
    package static func code(_ reason: FinalReason) -> UInt8 { reasons.first { $0.0 == reason }?.1 ?? 0 }
    package static func reason(_ code: UInt8) -> FinalReason? { reasons.first { $0.1 == code }?.0 }
}
