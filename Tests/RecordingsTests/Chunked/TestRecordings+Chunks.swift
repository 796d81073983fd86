import Admission
import Conversations
import Protocols
import RecordingAssembly
@testable import Recordings
import Speech
import Store

extension TestRecordings {
    /// Begins a recording of the user on this machine.
    ///
    /// - Parameter started: the time of the first sample, as the client says; nil: it says nothing.
    func begin(started: UnixTime? = nil) async throws -> ChunkedRecordings.Place {
        let place = ChunkedRecordings.Place(user: .local, conversation: services.newID())
        try await services.chunked.begin(place, language: .english, source: "desktop", started: started, services)
        return place
    }

    /// Sends a chunk of silence, which is recognized by the engine of the plan.
    ///
    /// - Parameters:
    ///   - milliseconds: the chunk's place in the recording.
    ///   - fill: the value of every byte: chunks of other bytes are other chunks.
    func send(
        _ id: String, at milliseconds: Int, of place: ChunkedRecordings.Place, seconds: Int = 15, fill: UInt8 = 0, keyterms: [String] = [],
        diarize: Bool = false
    ) async throws -> ChunkedRecordings.Taken {
        let services = services
        let file = try await spooled([UInt8](repeating: fill, count: seconds * 32_000))
        let grant = try await services.admission.admit(AuthenticatedCaller(.local), BYOKCredentials(), for: .recording)
        let recording = file.recording(.linear16(.speech))
        let chunk = StoredChunk(
            id: id, hash: "\(file.digest):\(milliseconds)", start: .milliseconds(milliseconds), duration: .seconds(seconds))
        return try await services.chunked.take(
            chunk, in: .init(recording, file: file), at: place, by: grant, patience: ChunkedRecordings.patience, services
        ) { (language: LanguageTag?) async throws(ChunkedRecordingError) in
            try await WorkloadRecognition.run(
                .background, recording, holding: file,
                RecognitionOptions(language: language, diarize: diarize, keyterms: keyterms, workload: .background),
                by: grant, of: place.conversation, part: milliseconds > 0 ? .later : .beginning, id: id, services)
        }
    }

    func finish(_ place: ChunkedRecordings.Place) async throws -> Conversation? { try await services.chunked.finish(place, services) }

    func status(of place: ChunkedRecordings.Place) async throws -> Conversation.Status? {
        try await store.conversation(ID(place.conversation), of: place.user)?.status
    }
}

extension Conversation {
    var texts: [String] { segments.map(\.text) }
}
