import Conversations
import Foundation
import Speech
import Store

/// What the bench searches: sentences that were said in conversations of twenty segments, with what each means.
struct Corpus {
    static let perConversation = 20
    /// Sentences whose meaning is found by the model; the others are like one of these.
    static let mostReal = 20_000
    static let speakers = 40
    static let begin: Int64 = 1_700_000_000_000
    /// From one conversation to the next.
    static let step: Int64 = 1_200_000

    let user = ID<User>("bench")
    let count: Int
    /// One for each of the first sentences.
    let vectors: [[Float]]
    private let sentences: [String]

    init(count: Int, embedding: any TextEmbedding, manifest: String) async throws {
        self.count = count
        let real = Self.real(of: count)
        var sentences = Self.references(manifest), known = Set(sentences)
        var random = Random(seed: 1)
        while sentences.count < real {
            let sentence = Grammar.sentence(&random)
            if known.insert(sentence).inserted { sentences.append(sentence) }
        }
        self.sentences = Array(sentences.prefix(real))
        vectors = try await embedding.embed(self.sentences)
    }

    /// Of how many segments the model finds the meaning: of the others it follows.
    static func real(of count: Int) -> Int { min(count / 5, mostReal) }

    /// Texts of the recordings that are there for tests.
    private static func references(_ path: String) -> [String] {
        struct Line: Decodable { var text: String? }
        guard let file = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        let texts = file.split(separator: "\n").compactMap { try? JSONDecoder().decode(Line.self, from: Data($0.utf8)).text }
        return Array(Set(texts.filter { (3...60).contains($0.split(separator: " ").count) })).sorted()
    }

    /// A copy is its sentence with two words that are not of its topic.
    func text(_ index: Int) -> String {
        guard index >= sentences.count else { return sentences[index] }
        var random = Random(seed: UInt64(index))
        var words = sentences[index % sentences.count].split(separator: " ").map(String.init)
        for _ in 0..<2 { words.insert(Grammar.name(&random), at: random.below(words.count + 1)) }
        return words.joined(separator: " ")
    }

    /// A copy lies near its sentence: at a cosine of about 0.86.
    func vector(_ index: Int) -> [Float] {
        let base = vectors[index % vectors.count]
        guard index >= vectors.count else { return base }
        var random = Random(seed: UInt64(index) &* 31)
        let scale = 0.6 / Float(base.count).squareRoot()
        let moved = base.map { $0 + scale * random.normal() }
        let length = moved.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return moved.map { $0 / length }
    }

    func speaker(_ index: Int) -> Int { Int(UInt64(index) &* 0x9E37_79B9_7F4A_7C15 >> 40) % Self.speakers }

    static func voice(_ speaker: Int) -> ID<Voice> { ID("v\(speaker)") }
    static func person(_ speaker: Int) -> ID<Person> { ID("p\(speaker)") }

    var span: Range<Int64> { Self.begin..<Self.begin + Int64(count / Self.perConversation + 1) * Self.step }

    /// Puts everything into the store.
    func write(to store: any ConversationStores, model: String) async throws {
        for speaker in 0..<Self.speakers {
            let person = Person(id: Self.person(speaker), name: "Person \(speaker)", created: UnixTime(milliseconds: 0))
            _ = try await store.add(person, reusing: false, of: user)
            guard let voiceprint = Voiceprint((0..<192).map { $0 == speaker ? 1 : 0.01 }, model: "bench") else { continue }
            let voice = NewVoice(
                id: Self.voice(speaker), owner: .person(person.id), voiceprint: voiceprint, evidence: .seconds(9), created: person.created)
            _ = try await store.add(voice, of: user)
        }
        let conversations = (count + Self.perConversation - 1) / Self.perConversation
        // Some at a time, so that they share transactions as they do in a gateway.
        for first in stride(from: 0, to: conversations, by: 64) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in first..<min(first + 64, conversations) {
                    group.addTask { try await write(number, to: store, model: model) }
                }
                try await group.waitForAll()
            }
        }
    }

    private func write(_ number: Int, to store: any ConversationStores, model: String) async throws {
        let indices = number * Self.perConversation..<min((number + 1) * Self.perConversation, count)
        let started = UnixTime(milliseconds: Self.begin + Int64(number) * Self.step)
        let segments = indices.map { index in
            let start = Duration.seconds(5 * (index % Self.perConversation)), speaker = speaker(index)
            return Segment(
                id: ID("s\(index)"), text: text(index), start: start, end: start + .seconds(4), speaker: SpeakerNumber(speaker),
                identity: SpeakerIdentity(.voice(Self.voice(speaker)), by: .voiceprint, confidence: 0.9))
        }
        let conversation = Conversation(
            id: ID("c\(number)"), user: user, status: .completed, source: "omi", started: started, finished: started, segments: segments)
        _ = try await store.begin(conversation)
        let windows = zip(indices, segments).map { index, segment in
            TextWindow(start: segment.start, end: segment.end, segments: [segment.id], vector: vector(index))
        }
        _ = try await store.setWindows(windows, model: model, of: conversation.id, of: user)
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ count: Int) -> Int { Int(next() >> 33) % count }
    mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }

    /// About normal, of deviation 1: the sum of four numbers.
    mutating func normal() -> Float {
        let bits = next()
        let sum = Float(bits & 0xFFFF) + Float(bits >> 16 & 0xFFFF) + Float(bits >> 32 & 0xFFFF) + Float(bits >> 48)
        return (sum / 65_536 - 2) * 1.732_050_8
    }
}
