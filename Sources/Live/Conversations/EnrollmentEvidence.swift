internal import Conversations
internal import Speech
internal import Store

/// A number for all that a person's voice is to be learned from and judged by: FNV-1a, the same in every run. An enrollment that was rejected is repeated
/// only when the number has changed.
struct EnrollmentEvidence: Sendable, Equatable {
    /// Number of the rule by which enrollments are rejected. A changed rule has another number.
    private static let rule: Int64 = 1

    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    /// The number as a database keeps it.
    var number: Int64 { Int64(bitPattern: hash) }

    init(_ conversation: Conversation, _ audio: [StoredAudio], of person: ID<Person>, heardBy engine: EngineName) {
        add(Self.rule)
        add(engine.rawValue)
        add(conversation.language?.rawValue ?? "")
        for segment in conversation.segments {
            add(segment.id.rawValue)
            add(segment.start.wholeNanoseconds)
            add(segment.end.wholeNanoseconds)
            add(Int64(segment.identity.person == person ? (segment.identity.isFixed ? 2 : 1) : 0))
            add(segment.text)
        }
        for part in audio {
            add(part.file)
            add(part.start.wholeNanoseconds)
            add(part.duration.wholeNanoseconds)
        }
    }

    private mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        // No byte of UTF-8, so that one text's end is not another one's beginning.
        add(UInt8.max)
    }

    private mutating func add(_ number: Int64) { for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) } }

    private mutating func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
}
