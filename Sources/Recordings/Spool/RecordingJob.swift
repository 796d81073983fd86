package import Admission
internal import Audio
package import Conversations
package import Engines
internal import Net
internal import Observability
package import Protocols
package import Speech
internal import Store
internal import TextNormalization
package import Tracing
internal import Usage
internal import Vendors

/// The recognition of one recording by the first engine that succeeds.
package struct RecordingJob: Sendable {
    package let services: RecordingServices
    package let id: String
    /// The grant under which the recording is recognized. The grant also determines the payer.
    package let grant: Grant
    /// Engines from the grant, in the order in which the engines are asked.
    package let engines: [EngineEntry]
    package let options: RecognitionOptions
    /// The requested route and the caller's span; nil for work that nobody waits for.
    package var request: (route: String, caller: TraceParent?)?
    /// The conversation that the recording becomes; nil when its words are only answered.
    package let conversation: ID<Conversation>?

    package init(
        services: RecordingServices, id: String, grant: Grant, engines: [EngineEntry], options: RecognitionOptions,
        request: (route: String, caller: TraceParent?)? = nil, conversation: ID<Conversation>? = nil
    ) {
        self.services = services
        self.id = id
        self.grant = grant
        self.engines = engines
        var options = options
        if options.tracks == .all { options.separateChannels = true }
        let demanded = services.settings.redaction?.rule(for: grant.user)
        options.redaction = RedactionRule.joined(options.redaction, demanded)
        // The client's own redaction is the vendor's too, which hides content in all of its answer.
        if demanded != nil { options.vendorOptions?.allowsAnswers = false }
        if options.redaction != nil { options.keepsRaw = false }
        self.options = options
        self.request = request
        self.conversation = conversation
    }

    package func run(
        _ recording: Recording, progress: @escaping @Sendable (RecognitionProgress) -> Void = { _ in }
    ) async throws(RequestError) -> Transcript {
        let (transcript, run) = try await recognized(recording, progress: progress)
        grant.charge(transcript.length.duration(at: transcript.rate))
        await services.usage.note(run)
        return transcript
    }

    /// Returns the model that an engine is asked for; nil when its name is not known.
    package func askedModel(of engine: EngineEntry) -> String? { engine.prerecorded?.askedModel(for: options) }

    /// Recognizes the recording for a caller that charges for it, and that stores its words and the record of its usage together.
    func recognized(
        _ recording: Recording, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(RequestError) -> (transcript: Transcript, run: UsageRecord) {
        guard services.batch.enter() else { throw .tooManyRequests(retryAfter: .seconds(5)) }
        var recording = recording
        recording.tracks = options.tracks
        defer { services.batch.leave() }
        var trace = services.tracer?.begin(under: request?.caller, at: .now).map {
            RecordingTrace(route: request?.route, workload: options.workload, model: options.model, root: $0)
        }
        let said = AtomicFlag()
        var vendorRecording: VendorRecording?
        for (index, engine) in engines.enumerated() {
            guard let recognizer = engine.prerecorded else { continue }
            let isVendor = recognizer is VendorRecognizer
            if isVendor, vendorRecording == nil {
                let owner = DiskOwner(user: grant.user, key: grant.owner.key, isSent: false)
                vendorRecording = try await services.vendorRecording(recording, separate: options.separateChannels, for: owner)
            }
            let heard = isVendor ? vendorRecording?.recording ?? recording : recording
            let asked = recognizer.askedModel(for: options)
            var attempt = await services.usage.begin(
                by: grant.owner, engine.name, model: asked, workload: options.workload, payer: grant.payer
            ) {
                $0.features = Catalogue.billedFeatures(of: options, by: engine.name)
                $0.conversation = conversation
            }
            let again = Counter()
            let start = Instant.now
            do {
                let redaction = options.redaction.map { SegmentRedaction($0) }
                var options = options
                options.language = recognizer.capabilities.language(for: options.language)
                var transcript = try await recognizer.recognize(heard, options: options) { step in
                    switch step {
                    case .segment(let channel, let words, let rate):
                        said.set()
                        guard let redaction else { break }
                        return progress(.segment(channel, words: redaction.redact(words, of: channel), rate: rate))
                    case .askedAgain: again.add()
                    case .reached, .answerLost: break
                    }
                    progress(step)
                }
                if isVendor, let notices = vendorRecording?.notices { transcript.notices = notices }
                let end = Instant.now
                transcript = await services.completed(transcript, of: recording, by: recognizer, options, request: id)
                // A conversation shows by itself whether it has speakers.
                if conversation == nil { transcript.noteUntoldSpeakers(of: options) }
                transcript = transcript.redacted(options.redaction)
                transcript.ignoredOptions = Catalogue.ignored(
                    options.vendorOptions, keyterms: options.keyterms, model: asked, with: engine.name, .recorded)
                attempt.retries = again.count
                services.log.info(
                    "recording recognized",
                    [
                        .request: id, .engine: engine.name.rawValue, .model: transcript.model,
                        .audio: transcript.length.duration(at: transcript.rate).logged,
                        .duration: (end - start).logged, .key: grant.owner.key?.rawValue ?? "-",
                    ])
                return (transcript, reported(.success(transcript), of: engine.name, from: start, to: end, attempt, isLast: true, &trace))
            } catch {
                if error != .cancelled {
                    services.log.info("recording could not be recognized", [.request: id, .engine: engine.name.rawValue, .error: "\(error)"])
                }
                attempt.retries = again.count
                // Results that the client already has cannot come again from another engine.
                let mayTryNext = error.isEnginesOwn && index + 1 < engines.count && !said.isSet
                await services.usage.note(reported(.failure(error), of: engine.name, from: start, to: .now, attempt, isLast: !mayTryNext, &trace))
                guard mayTryNext else { throw .engine(error, by: engine.name, payer: grant.payer) }
            }
        }
        throw .internalError
    }

    /// Reports the end of an attempt.
    ///
    /// - Returns: the record for the ledger.
    private func reported(
        _ result: Result<Transcript, EngineError>, of engine: EngineName, from start: Instant, to end: Instant, _ attempt: UsageRecord,
        isLast: Bool, _ trace: inout RecordingTrace?
    ) -> UsageRecord {
        let run = RecognitionAttempt(of: result, by: engine, from: start, to: end)
        services.metrics.ran(run)
        let ended = services.usage.ended(attempt, run, try? result.get())
        guard trace != nil else { return ended }
        var spans: [Span] = []
        if let span = trace?.ran(run) { spans.append(span) }
        if isLast, let whole = trace?.ended(run.error, now: run.end) { spans.append(whole) }
        services.tracer?.take(spans)
        return ended
    }
}
