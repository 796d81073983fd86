internal import Admission
internal import Framing
internal import Net
internal import Observability
internal import Protocols
internal import RecordingAssembly
internal import Speech
internal import Store
internal import TextNormalization
internal import Usage
internal import Vendors

/// Recognises a recording with the engines of a routing plan, in their order. All background work uses engines through this type only.
struct WorkloadRecognition: Sendable {
    let services: RecordingServices
    /// The request's id in the log.
    let id: String
    let plan: RoutingPlan
    let grant: Grant
    let conversation: String?
    /// The part of somebody's speech that the recording has.
    let part: SpeechPart

    /// Makes the routing plan for a recording of a workload, and runs the recognition.
    ///
    /// - Parameters:
    ///   - file: reference that keeps the file for the shadow engine; nil: no shadow engine hears the recording.
    ///   - conversation: the recording's conversation.
    ///   - part: the part of the conversation's speech that the recording has.
    static func run(
        _ workload: Workload, _ recording: Recording, holding file: SpooledFile?, _ options: RecognitionOptions, by grant: Grant,
        of conversation: String?, part: SpeechPart, id: String, _ services: RecordingServices
    ) async throws(ChunkedRecordingError) -> (transcript: Transcript, run: UsageRecord) {
        var options = options
        do throws(RequestError) { try grant.limitLanguages(of: &options) } catch { throw ChunkedRecordingError(error) }
        let decision: RoutingDecision
        do throws(RoutingError) {
            decision = try services.settings.routing.decide(workload, of: grant.user, keys: grant.routingKeys)
        } catch {
            if let words = grant.freeOnly { throw ChunkedRecordingError(.limitReached(words)) }
            throw ChunkedRecordingError(error)
        }
        guard case .recorded(let plan) = decision else { throw ChunkedRecordingError(.internalError) }
        if let language = options.language, !language.isMulti, let first = grant.recognizer(for: plan.first),
            !first.capabilities.languages.contains(language)
        {
            var error = ChunkedRecordingError(
                .unprocessableContent, "unsupported_language", "The language \"\(language)\" is not available from \(plan.first.engine).")
            error.provider = plan.first.engine
            throw error
        }
        let recognition = WorkloadRecognition(services: services, id: id, plan: plan, grant: grant, conversation: conversation, part: part)
        var recording = recording
        recording.tracks = options.tracks
        if let file { recognition.shadow(file, recording.format, options) }
        return try await recognition.run(recording, options)
    }

    /// - Returns: the words, and the usage record of the successful run. The caller stores both together.
    private func run(_ recording: Recording, _ options: RecognitionOptions) async throws(ChunkedRecordingError) -> (
        transcript: Transcript, run: UsageRecord
    ) {
        var failure = EngineError.unavailable("no engine could be asked")
        var failed: RoutingAttempt?
        var vendorRecording: VendorRecording?
        for attempt in plan.attempts {
            guard let engine = grant.recognizer(for: attempt) else {
                failure = .unavailable("\(attempt.engine) is not available")
                continue
            }
            let from = failed
            let asked = order(options, attempt)
            let reason: UsageRecord.FallbackReason = if case .timedOut = failure { .timeout } else { .failure }
            var usage = await services.usage.begin(
                by: grant.owner, attempt.engine, model: engine.askedModel(for: asked), workload: options.workload, payer: attempt.payer
            ) { run in
                run.conversation = conversation.map { ID($0) }
                run.features = billedFeatures(options, asked, attempt)
                if let from { run.fallback = UsageRecord.Fallback(from: from.engine, reason) }
            }
            let isVendor = engine is VendorRecognizer
            if isVendor, vendorRecording == nil {
                let owner = DiskOwner(user: grant.user, key: grant.owner.key, isSent: false)
                vendorRecording = try await ChunkedRecordingError.heard { () throws(RequestError) in
                    try await services.vendorRecording(recording, separate: false, for: owner)
                }
            }
            let heard = isVendor ? vendorRecording?.recording ?? recording : recording
            let again = Counter()
            let isLost = AtomicFlag()
            let start = Instant.now
            for number in 0..<RoutingAttempt.tries {
                let result: Result<Transcript, EngineError>
                do throws(EngineError) {
                    result = .success(
                        try await engine.recognize(heard, options: asked) { step in
                            if step == .askedAgain { again.add() }
                            if step == .answerLost { isLost.set() }
                        })
                } catch {
                    result = .failure(error)
                }
                usage.retries = number + again.count
                switch result {
                case .success(var transcript):
                    if isVendor, let notices = vendorRecording?.notices { transcript.notices = notices }
                    let end = Instant.now
                    transcript = await services.completed(transcript, of: recording, by: engine, asked, request: id)
                        .redacted(asked.redaction, part: part)
                    let run = RecognitionAttempt(of: .success(transcript), by: attempt.engine, from: start, to: end)
                    services.metrics.ran(run)
                    return (transcript, services.usage.ended(usage, run, transcript))
                case .failure(let error):
                    failure = error
                    services.log.info("background audio not recognized", [.request: id, .engine: attempt.engine.rawValue, .error: "\(error)"])
                }
                // The engine may have done the work although its answer is lost. A second order might be charged twice, so the caller decides.
                guard failure.isEnginesOwn, !isLost.isSet else { break }
            }
            let run = RecognitionAttempt(of: .failure(failure), by: attempt.engine, from: start, to: .now)
            services.metrics.ran(run)
            await services.usage.end(usage, run, nil)
            failed = attempt
            guard failure.isEnginesOwn else { break }
        }
        throw recordingError(failure, of: failed)
    }

    private func recordingError(_ error: EngineError, of attempt: RoutingAttempt?) -> ChunkedRecordingError {
        ChunkedRecordingError(ProviderError(error, by: attempt?.engine, payer: attempt?.payer ?? .operator), request: id)
    }

    /// Returns the options for the engine of an attempt. For the language `multi` no language is named: the engine detects the language.
    private func order(_ options: RecognitionOptions, _ attempt: RoutingAttempt) -> RecognitionOptions {
        var asked = options
        asked.model = attempt.model
        asked.language = options.language?.isMulti == true ? nil : options.language
        asked.redaction = RedactionRule.joined(options.redaction, services.settings.redaction?.rule(for: grant.user))
        return asked
    }

    /// Returns the features that the vendor bills apart. Speech of several languages is one of them, although no language is named.
    private func billedFeatures(_ options: RecognitionOptions, _ asked: RecognitionOptions, _ attempt: RoutingAttempt) -> Set<BilledFeature> {
        let sent = Catalogue.billedFeatures(of: asked, by: attempt.engine)
        return options.language?.isMulti == true ? sent.union([.multilingual]) : sent
    }

    /// Sends the recording to the shadow engine too, if the plan has one. Its words are dropped, and its usage is counted.
    private func shadow(_ file: SpooledFile, _ format: AudioFormat, _ options: RecognitionOptions) {
        guard let attempt = plan.shadow, let engine = grant.recognizer(for: attempt) else { return }
        Task {
            let asked = order(options, attempt)
            let usage = await services.usage.begin(
                by: grant.owner, attempt.engine, model: engine.askedModel(for: asked), workload: options.workload, payer: attempt.payer
            ) { run in
                run.kind = .shadow
                run.features = billedFeatures(options, asked, attempt)
            }
            let start = Instant.now
            let result: Result<Transcript, EngineError>
            do throws(EngineError) {
                result = .success(try await engine.recognize(Recording(path: file.path, format: format), options: asked) { _ in })
            } catch {
                result = .failure(error)
            }
            await services.usage.end(usage, RecognitionAttempt(.shadow, of: result, by: attempt.engine, from: start, to: .now), try? result.get())
            withExtendedLifetime(file) {}
        }
    }
}
