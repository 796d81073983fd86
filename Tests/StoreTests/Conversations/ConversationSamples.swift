import Conversations
import Speech
import Store

extension UnixTime {
    /// So many seconds after a fixed morning.
    static func at(_ seconds: Double) -> UnixTime { UnixTime(milliseconds: 1_790_000_000_000 + Int64(seconds * 1_000)) }
}

extension ID<User> {
    static var ann: ID<User> { ID<User>("ann") }
    static var bob: ID<User> { ID<User>("bob") }
}

extension Segment {
    /// - Parameters:
    ///   - start: seconds since the conversation's start.
    ///   - who: whose the store is told it is, by voiceprint.
    static func said(
        _ id: String, _ text: String, at start: Double = 0, for length: Double = 1, speaker: Int? = nil, _ who: SpeakerIdentity.Who = .unknown
    ) -> Segment {
        Segment(
            id: ID(id), text: text, start: .seconds(start), end: .seconds(start + length),
            words: text.split(separator: " ").enumerated().map { index, word in
                SegmentWord(String(word), start: .seconds(start + Double(index) / 16), end: .seconds(start + Double(index + 1) / 16), confidence: 0.5)
            }, speaker: speaker.map { SpeakerNumber($0) },
            identity: who == .unknown ? .unknown : SpeakerIdentity(who, by: .voiceprint, confidence: 0.75), engine: .local, model: "m")
    }
}

extension Conversation {
    static func of(
        _ user: ID<User>, _ id: String, at seconds: Double = 0, status: Status = .completed, device: String? = nil, _ segments: Segment...
    ) -> Conversation {
        Conversation(
            id: ID(id), user: user, status: status, source: "omi", device: device, language: .english, started: .at(seconds),
            finished: .at(seconds + 60), segments: segments)
    }
}

extension Voiceprint {
    /// One that differs from those of other seeds.
    static func of(_ seed: Int) throws(StoreError) -> Voiceprint {
        guard let made = Voiceprint((0..<8).map { $0 == seed % 8 ? 1 : 0.01 * Float(seed) }, model: "test") else { throw .constraint("no direction") }
        return made
    }
}
