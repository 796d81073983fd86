import Admission
import Conversations
import HarkenTesting
@testable import Recordings
import Speech
import Store
import Synchronization
import Testing

@Suite(.hangLimit) struct `Speakers of a recording` {
    /// Gives each word a speaker of its own, or does what the test says.
    private final class Diarizer: RecordingDiarizing {
        enum Fault { case none, knowsNoVoice, fails }

        private let fault: Fault
        private let asked = Mutex(0)

        init(_ fault: Fault = .none) { self.fault = fault }

        var count: Int { asked.withLock { $0 } }

        func diarize(
            _ transcript: Transcript, in recording: Recording, options: RecognitionOptions
        ) async throws(EngineError) -> Transcript? {
            asked.withLock { $0 += 1 }
            switch fault {
            case .fails: throw .unavailable("no model")
            case .knowsNoVoice: return nil
            case .none: break
            }
            var transcript = transcript
            for index in transcript.channels[0].words.indices { transcript.channels[0].words[index].speaker = SpeakerLabel(index) }
            return transcript
        }
    }

    private static func engine(speaker: Int? = nil) -> ChunkEngine {
        ChunkEngine(.local) { (_, _) async throws(EngineError) in [.at(1, "Hello.", speaker: speaker), .at(4, "Hi.", speaker: speaker)] }
    }

    /// The speakers of the words that the engine hears, and what is noticed.
    private func told(
        by engine: ChunkEngine, _ diarizer: Diarizer?, wanted: Bool = true
    ) async throws -> (speakers: [Int?], notices: [RecordingNotice]) {
        let told = Mutex<Transcript?>(nil)
        try await TestRecordings.with([engine], diarizer: diarizer) { recordings in
            let services = recordings.services
            let grant = try await services.admission.admit(AuthenticatedCaller(.local), BYOKCredentials(), for: .recording)
            var options = RecognitionOptions(language: .english, diarize: wanted)
            let job = RecordingJob(
                services: services, id: "r", grant: grant, engines: try grant.engines(for: &options, named: []), options: options)
            let transcript = try await job.run(Recording(path: "a.wav"))
            told.withLock { $0 = transcript }
        }
        let transcript = try #require(told.withLock { $0 })
        return (transcript.channels[0].words.map { $0.speaker?.number }, transcript.notices)
    }

    @Test func `are told by their voices where the engine tells none`() async throws {
        let found = try await told(by: Self.engine(), Diarizer())
        #expect(found.speakers == [0, 1] && found.notices.isEmpty)
    }

    @Test func `are the engine's own where it tells some, and nobody's where nobody asks`() async throws {
        let diarizer = Diarizer()
        let own = try await told(by: Self.engine(speaker: 3), diarizer)
        #expect(own.speakers == [3, 3] && own.notices.isEmpty)
        let unasked = try await told(by: Self.engine(), diarizer, wanted: false)
        #expect(unasked.speakers == [nil, nil] && unasked.notices.isEmpty)
        #expect(diarizer.count == 0)
    }

    @Test func `are named as untold where nobody can tell them, and the words stay`() async throws {
        for diarizer in [nil, Diarizer(.knowsNoVoice), Diarizer(.fails)] {
            let found = try await told(by: Self.engine(), diarizer)
            #expect(found.speakers == [nil, nil] && found.notices == [.untoldSpeakers])
        }
        let silent = try await told(by: ChunkEngine(.local) { (_, _) async throws(EngineError) in [] }, nil)
        #expect(silent.speakers.isEmpty && silent.notices.isEmpty)
    }

    @Test func `are told in an import and in a chunk alike`() async throws {
        let diarizer = Diarizer()
        try await TestRecordings.with([Self.engine()], diarizer: diarizer) { recordings in
            let (job, order) = try await recordings.orderImport(of: [UInt8](repeating: 0, count: 64_000))
            #expect(try await recordings.report(of: job).errors == [nil])
            let conversation = try #require(try await recordings.store.conversation(order.conversation, of: .local))
            #expect(Set(conversation.segments.map(\.speaker)).count == 2)
            #expect(diarizer.count == 1)
            _ = try await recordings.send("a", at: 0, of: try await recordings.begin(), diarize: true)
            #expect(diarizer.count == 2)
        }
    }
}
