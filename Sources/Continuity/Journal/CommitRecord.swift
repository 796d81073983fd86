package import Speech

/// A commit as the journal keeps it.
///
/// Little-endian: turn (4) · channel (2) · reason (1) · count of words (4) · range end (8) · engine (2 + bytes) · then for each word its start (8),
/// end (8), confidence (4), speaker (4; −1: none) and text (2 + bytes). The range's start is the block's position.
package enum CommitRecord {
    package static func encode(_ commit: Commit, turn: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + commit.words.count * 36)
        put(UInt32(truncatingIfNeeded: turn), &bytes)
        put(UInt16(truncatingIfNeeded: commit.channel.number), &bytes)
        put(code(commit.reason), &bytes)
        put(UInt32(truncatingIfNeeded: commit.words.count), &bytes)
        put(commit.range.end.samples, &bytes)
        put(text: commit.engine.rawValue, &bytes)
        for word in commit.words {
            put(word.range.start.samples, &bytes)
            put(word.range.end.samples, &bytes)
            put(word.confidence.bitPattern, &bytes)
            put(Int32(truncatingIfNeeded: word.speaker?.number ?? -1), &bytes)
            put(text: word.text, &bytes)
        }
        return bytes
    }

    /// Nil when the bytes are not what `encode` writes.
    package static func decode(_ bytes: [UInt8], start: SampleIndex) -> (commit: Commit, turn: Int)? {
        var rest = bytes[...]
        guard let turn: UInt32 = take(&rest), let channel: UInt16 = take(&rest), let code: UInt8 = take(&rest), let reason = reason(code),
            let count: UInt32 = take(&rest), let end: Int64 = take(&rest), let engine = takeText(&rest)
        else { return nil }
        var words: [Word] = []
        for _ in 0..<count {
            guard let from: Int64 = take(&rest), let to: Int64 = take(&rest), let confidence: UInt32 = take(&rest), let speaker: Int32 = take(&rest),
                let text = takeText(&rest)
            else { return nil }
            words.append(
                Word(
                    text, SampleRange(SampleIndex(from), SampleIndex(to)), confidence: Float(bitPattern: confidence),
                    speaker: speaker < 0 ? nil : SpeakerLabel(Int(speaker))))
        }
        guard rest.isEmpty else { return nil }
        let commit = Commit(
            channel: ChannelIndex(Int(channel)), range: SampleRange(start, SampleIndex(end)), words: words, reason: reason, engine: EngineName(engine)
        )
        return (commit, Int(turn))
    }

    private static let reasons: [(FinalReason, UInt8)] = [(.endOfTurn, 1), (.pause, 2), (.length, 3), (.flush, 4), (.endOfAudio, 5)]
    private static func code(_ reason: FinalReason) -> UInt8 { reasons.first { $0.0 == reason }?.1 ?? 0 }
    private static func reason(_ code: UInt8) -> FinalReason? { reasons.first { $0.1 == code }?.0 }

    private static func put(_ value: some FixedWidthInteger, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    private static func put(text: String, _ bytes: inout [UInt8]) {
        let utf8 = text.utf8.prefix(Int(UInt16.max))
        put(UInt16(utf8.count), &bytes)
        bytes.append(contentsOf: utf8)
    }

    private static func take<Value: FixedWidthInteger>(_ rest: inout ArraySlice<UInt8>) -> Value? {
        let size = MemoryLayout<Value>.size
        guard rest.count >= size else { return nil }
        var value = Value.zero
        for (index, byte) in rest.prefix(size).enumerated() { value |= Value(truncatingIfNeeded: UInt64(byte) << (8 * UInt64(index))) }
        rest.removeFirst(size)
        return value
    }

    private static func takeText(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let length: UInt16 = take(&rest), rest.count >= Int(length) else { return nil }
        defer { rest.removeFirst(Int(length)) }
        return String(validating: rest.prefix(Int(length)), as: UTF8.self)
    }
}
