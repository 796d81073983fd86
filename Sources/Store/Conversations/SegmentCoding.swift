import Conversations
import Framing
import Speech

/// The encoding of a segment's words in the database: JSON. A word is `[text, start, length, confidence in thousandths]`; times are in nanoseconds.
enum SegmentCoding {
    /// Returns the words as JSON; nil when there are none.
    static func encode(_ words: [SegmentWord]) -> String? {
        guard !words.isEmpty else { return nil }
        var json = JSONWriter(capacity: words.count * 40)
        json.beginArray()
        for word in words {
            json.beginArray()
            json.value(word.text)
            json.value(Int(word.start.wholeNanoseconds))
            json.value(Int((word.end - word.start).wholeNanoseconds))
            json.value(word.confidence.isFinite ? Int((max(0, min(1, word.confidence)) * 1_000).rounded()) : 0)
            json.endArray()
        }
        json.endArray()
        return json.text
    }

    /// Decodes words. Leaves out words that cannot be read.
    static func words(_ text: String) -> [SegmentWord] {
        guard let document = try? JSONDocument(parsing: Array(text.utf8), sizeLimit: 1 << 28) else { return [] }
        let list = document.root
        return (0..<list.count).compactMap { index in
            let word = list[index]
            guard let text = word[0].string, let start = word[1].int, let length = word[2].int else { return nil }
            return SegmentWord(
                text, start: .nanoseconds(start), end: .nanoseconds(start) + .nanoseconds(length), confidence: Float(word[3].int ?? 0) / 1_000)
        }
    }

    /// Returns the names as one JSON list, for statements that take many names in one parameter.
    static func list(_ names: some Sequence<String>) -> String {
        var json = JSONWriter()
        json.beginArray()
        for name in names { json.value(name) }
        json.endArray()
        return json.text
    }

    static func names(_ text: String) -> [String] {
        guard let document = try? JSONDocument(parsing: Array(text.utf8), sizeLimit: 1 << 28) else { return [] }
        return (0..<document.root.count).compactMap { document.root[$0].string }
    }
}

/// The encoding of a voiceprint's direction: 32-bit floats, the lowest byte first.
enum DirectionCoding {
    static func encode(_ direction: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(direction.count * 4)
        for value in direction { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { buffer in
            (0..<buffer.count / 4).map { Float(bitPattern: UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))) }
        }
    }
}
