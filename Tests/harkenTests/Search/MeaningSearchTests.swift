import Conversations
@testable import Engines
import Foundation
import Framing
import Gateway
import HarkenTesting
import LocalEngine
import Net
import Speech
import Store
import Testing

@testable import harken

private let models = ModelFolder(environment: ProcessInfo.processInfo.environment)

/// Search over the corpus of conversations, with the real store and the real model of sentences: what was said is found by other words.
@Suite(.needs(models.missing([.runtime, .sentenceEmbedder, .sentenceVocabulary]).isEmpty, "the models are not there: make setup"), .serialized)
struct `Search over conversations` {
    /// Of 20 questions, so many are to be found among the first five.
    private static let goal = 16

    /// The corpus as a gateway stores it when its conversations are over.
    private func fill(_ store: SQLConversationStore, _ embedder: SentenceEmbedder) async throws {
        for (number, sentences) in MemoryCorpus.conversations.enumerated() {
            let started = UnixTime(milliseconds: 1_750_000_000_000 + Int64(number) * 40_000_000)
            let segments = sentences.enumerated().map { place, text in
                Segment(
                    id: ID("c\(number)-\(place)"), text: text, start: .seconds(4 * place), end: .seconds(4 * place + 3),
                    speaker: SpeakerNumber(place % 2))
            }
            let conversation = Conversation(
                id: ID("c\(number)"), user: .local, status: .completed, source: "test", started: started, finished: started + .seconds(20),
                segments: segments)
            _ = try await store.begin(conversation)
            let windows = MeaningWindow.windows(of: segments)
            let vectors = try await embedder.embed(windows.map(\.text))
            let stored = zip(windows, vectors).map { window, vector in
                TextWindow(start: window.start, end: window.end, segments: window.segments, vector: vector)
            }
            _ = try await store.setWindows(stored, model: embedder.model, of: conversation.id, of: .local)
        }
    }

    private func found(in json: String, _ conversation: Int) throws -> Bool {
        let answer = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let hits = answer?["hits"] as? [[String: Any]] ?? []
        return hits.prefix(5).contains { $0["conversation_id"] as? String == "c\(conversation)" }
    }

    @Test func `finds at least 16 of 20 paraphrased questions among the first five, by the API and on the command line`() async throws {
        let embedder = try SentenceEmbedder(models, InferenceRuntime(path: models.path(of: .runtime)))
        let gateway = try await TestGateway(others: [Sentences(embedder).entry])
        let data = try DataDirectory(creating: gateway.folder.path)
        let store = SQLConversationStore(
            in: try SQLiteDatabase(in: data), audio: Blobs(in: data).audio, now: { UnixTime(milliseconds: 1_800_000_000_000) })
        try await fill(store, embedder)
        let client = try HTTPClient()
        defer { client.shutdown() }
        var missed: [String] = []
        for question in MemoryCorpus.questions {
            let text = try #require(question.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let answer = try await client.send(HTTPClientRequest(.get, gateway.url + "/api/v1/search?limit=5&q=" + text))
            #expect(answer.status.code == 200)
            if !(try found(in: String(decoding: answer.body, as: UTF8.self), question.conversation)) { missed.append(question.text) }
        }
        #expect(MemoryCorpus.conversations.count == 200 && MemoryCorpus.questions.count == 20)
        Attachment.record(missed.joined(separator: "\n"), named: "missed.txt")
        #expect(missed.count <= MemoryCorpus.questions.count - Self.goal, "by the API: \(missed)")

        // Nobody has said this word, and what is near in meaning is shown all the same.
        let unsaid = try await client.send(HTTPClientRequest(.get, gateway.url + "/api/v1/search?q=faucet"))
        let told = try JSONSerialization.jsonObject(with: Data(unsaid.body)) as? [String: Any]
        #expect(told?["words_found"] as? Bool == false && (told?["hits"] as? [Any])?.isEmpty == false)

        // By words alone hardly any of them is found.
        var said = 0
        for question in MemoryCorpus.questions {
            let page = try await store.search(SearchQuery(question.text, by: .words, limit: 5), embedding: nil, of: .local)
            if page.hits.contains(where: { $0.conversation == ID("c\(question.conversation)") }) { said += 1 }
        }
        #expect(said <= MemoryCorpus.questions.count / 2, "by words: \(said)")

        guard BuiltProgram.isThere else { return }
        let environment = ["HOME": gateway.folder.path, "HARKEN_DATA": gateway.folder.path, "HARKEN_MODELS": models.path]
        for question in MemoryCorpus.questions.prefix(5) {
            let outcome = try await BuiltProgram.run(["search", "--json", "--limit", "5", question.text], environment: environment)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(try found(in: outcome.output, question.conversation) == !missed.contains(question.text))
        }
    }

    /// What a gateway has of the local engine, sentences only.
    private final class Sentences: PrerecordedEngine, EmbeddingModels {
        let name = EngineName("sentences")
        let capabilities = Capabilities(streaming: false, prerecorded: true, languages: .any, models: [])
        let sentences: (any TextEmbedding)?
        var voiceprints: (any Voiceprinting)? { nil }

        init(_ embedder: SentenceEmbedder) { sentences = embedder }

        var entry: EngineEntry { EngineEntry(name: name, capabilities: capabilities, prerecorded: self) }

        func recognize(
            _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
        ) async throws(EngineError) -> Transcript { throw .unavailable("it embeds sentences only") }
    }
}
