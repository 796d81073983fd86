import Conversations
import Speech
import Store

/// What a text means by the words in it: each is a direction of its own, and those that mean the same share one.
struct WordBag: TextEmbedding {
    var model = "words"
    let dimensions = 384
    static let same = ["automobile": "car", "physician": "doctor", "purchase": "buy", "bought": "buy"]

    func embed(_ texts: [String]) async throws -> [[Float]] {
        texts.map { text in
            var vector = [Float](repeating: 0.001, count: dimensions)
            for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
                let name = Self.same[String(word)] ?? String(word)
                // FNV-1a: the same on every machine.
                var seed = name.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
                for index in vector.indices {
                    seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    vector[index] += Float(Int64(bitPattern: seed) >> 40) / Float(1 << 23)
                }
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / length }
        }
    }

    /// One window for each segment.
    func windows(of conversation: Conversation) async throws -> [TextWindow] {
        let vectors = try await embed(conversation.segments.map(\.text))
        return zip(conversation.segments, vectors).map { segment, vector in
            TextWindow(start: segment.start, end: segment.end, segments: [segment.id], vector: vector)
        }
    }
}

extension ConversationStore {
    /// Keeps a conversation, and what finds it by its meaning.
    func keep(_ conversation: Conversation) async throws {
        _ = try await begin(conversation)
        let windows = try await WordBag().windows(of: conversation)
        _ = try await setWindows(windows, model: WordBag().model, of: conversation.id, of: conversation.user)
    }
}
