package import Admission
internal import Conversations
internal import Framing
import Live
package import Net
internal import Protocols
internal import RecordingAssembly
package import Speech
internal import Store
internal import Usage

/// The handling of one chunk request. Checks run in a fixed order, and the first failed check gives the answer.
package struct BackgroundChunk: Sendable {
    package let caller: AuthenticatedCaller
    package let grant: Grant
    /// The request's id in answers and in the log.
    package let id: String
    package let services: RecordingServices

    package init(caller: AuthenticatedCaller, grant: Grant, id: String, services: RecordingServices) {
        self.caller = caller
        self.grant = grant
        self.id = id
        self.services = services
    }

    /// - Returns: the answer's body, what was noticed about the chunk's file, and the names of parameters that have no effect.
    package func run(
        _ exchange: HTTPExchange
    ) async throws(ChunkedRecordingError) -> (body: [UInt8], notices: [RecordingNotice], ignored: [String]) {
        guard services.batch.enter() else {
            throw ChunkedRecordingError(.tooManyRequests, "restricted", "Transcription temporarily restricted", retryAfter: .seconds(5))
        }
        defer { services.batch.leave() }
        let query = exchange.request.query
        let file = try await ChunkedRecordingError.heard { () throws(RequestError) in
            try await exchange.spoolBody(to: services.spool, id: id, limit: ChunkRequest.limit(query), by: caller.caller)
        }
        guard file.byteCount > 0 else { throw ChunkedRecordingError(.badRequest, "no_audio", "No audio data provided") }
        let request = try ChunkRequest(query, now: services.now())
        let duration = try request.duration(of: file.byteCount)
        let work = { @Sendable (language: LanguageTag?) async throws(ChunkedRecordingError) -> (transcript: Transcript, run: UsageRecord) in
            try await recognize(request, file, language)
        }
        guard request.isKept, let conversation = request.conversation else {
            let (transcript, run) = try await work(nil)
            await services.usage.note(run)
            grant.charge(transcript.length.duration(at: transcript.rate))
            let chunk = RecognizedChunk(transcript, id: "", start: request.start, duration: duration, engine: run.engine)
            let taken = ChunkedRecordings.Taken(chunk: chunk, language: transcript.language, run: run.id, isDuplicate: false)
            let segments = Reconstruction.segments(of: [chunk], speakers: Reconciliation([chunk])) { ID(DerivedUUID(id, index: $0.word).description) }
            return (BackgroundAnswer.transcribed(taken, segments), chunk.notices, request.ignoredNames(with: run.engine))
        }
        let place = ChunkedRecordings.Place(user: grant.user, conversation: conversation)
        let chunk = StoredChunk(
            id: request.chunk ?? "",
            hash: "\(file.digest):\(request.rate):\(request.encoding):\(request.start / .milliseconds(1))"
                + (request.tracks.text.map { ":\($0)" } ?? ""),
            start: request.start, duration: duration ?? .zero)
        var recording = Recording(path: file.path, format: request.format)
        recording.tracks = request.tracks
        let taken = try await services.chunked.take(
            chunk, in: .init(recording, file: file), at: place, by: grant,
            patience: ChunkedRecordings.patience, started: request.started, services, work)
        let store = services.conversations.store
        let all = try await ChunkedRecordingError.stored { () throws(StoreError) in
            try await store.conversation(ID(conversation), of: place.user)?.segments ?? []
        }
        let segments = all.compactMap { $0.part(from: taken.chunk.start, to: taken.chunk.end) }
        return (BackgroundAnswer.transcribed(taken, segments), taken.chunk.notices, request.ignoredNames(with: taken.chunk.engine))
    }

    /// Recognizes the chunk's audio.
    ///
    /// - Parameter standard: the recording's language, for a chunk that names none.
    private func recognize(
        _ request: ChunkRequest, _ file: SpooledFile, _ standard: LanguageTag?
    ) async throws(ChunkedRecordingError) -> (transcript: Transcript, run: UsageRecord) {
        var options = RecognitionOptions(
            language: request.language ?? standard, diarize: true, keyterms: request.keywords, workload: .background)
        options.tracks = request.tracks
        let part: SpeechPart = request.start > .zero ? .later : request.isKept && request.conversation != nil ? .beginning : .whole
        return try await WorkloadRecognition.run(
            .background, file.recording(request.format), holding: file, options, by: grant,
            of: request.conversation, part: part, id: id, services)
    }

    /// Checks before each further recording that no limit has been reached meanwhile.
    static func mayGoOn(_ grant: Grant, _ services: RecordingServices) async throws(ChunkedRecordingError) {
        guard let words = await services.admission.usedUp(grant) else { return }
        throw ChunkedRecordingError(.limitReached(words))
    }
}

extension Segment {
    /// Returns the part of the segment in a stretch of time; nil when the part has no words. A part that begins later than its segment has its own
    /// ID.
    fileprivate func part(from start: Duration, to end: Duration) -> Segment? {
        guard !words.isEmpty else { return self.start >= start && self.start < end ? self : nil }
        func isSpoken(_ word: SegmentWord) -> Bool { word.start >= start && word.start < end }
        let spoken = words.filter(isSpoken)
        guard let first = spoken.first, let last = spoken.last else { return nil }
        guard spoken.count < words.count else { return self }
        var part = self
        if first != words.first { part.id = ID(DerivedUUID(id.rawValue, index: words.firstIndex(of: first) ?? 0).description) }
        part.words = spoken
        part.text = text(ofWordsWhere: isSpoken)
        (part.start, part.end) = (first.start, last.end)
        return part
    }
}
