internal import Net
internal import Protocols
internal import Speech

/// One recording on its way to a transcript: by the first engine that can.
struct RecordingJob: Sendable {
    let gateway: GatewayService
    let id: String
    let engines: [EngineEntry]
    let options: RecognitionOptions
    /// Whose key is charged; nil on a gateway without keys.
    let payer: KeyUse?

    func run(
        _ recording: Recording, progress: @escaping @Sendable (RecognitionProgress) -> Void = { _ in }
    ) async throws(RefusalCause) -> Transcript {
        guard gateway.batch.enter() else { throw .tooManyRequests(retryAfter: .seconds(5)) }
        defer { gateway.batch.leave() }
        let said = Flag()
        for (index, engine) in engines.enumerated() {
            guard let recogniser = engine.prerecorded else { continue }
            do {
                var options = options
                options.language = recogniser.capabilities.language(for: options.language)
                let transcript = try await recogniser.recognize(recording, options: options) { step in
                    if case .segment = step { said.set() }
                    progress(step)
                }
                if let payer, payer.account.isCounted {
                    _ = payer.account.spend(transcript.length.duration(at: transcript.rate).wholeMicroseconds)
                }
                gateway.metrics.recognised(engine: engine.name, seconds: transcript.length.seconds(at: transcript.rate))
                return transcript
            } catch {
                if error != .cancelled {
                    gateway.log.info("recording not recognised", [.request: id, .engine: engine.name.rawValue, .error: "\(error)"])
                }
                // What was told to the client cannot be told again by another engine.
                guard error.isEnginesOwn, index + 1 < engines.count, !said.isSet else { throw .engine(error) }
            }
        }
        throw .internalFault
    }
}

extension EngineError {
    /// Whether another engine may do better with the same audio.
    var isEnginesOwn: Bool {
        switch self {
        case .unauthorised, .quotaExhausted, .rateLimited, .unavailable, .timedOut, .protocolViolation, .unsupportedLanguage: true
        case .badRequest, .undecodable, .cancelled: false
        }
    }
}
