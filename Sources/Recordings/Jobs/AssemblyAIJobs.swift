internal import Framing
package import Protocols
package import Speech
package import Store

/// AssemblyAI's jobs: `POST /v2/transcript` orders them, and a webhook reports their end.
package struct AssemblyAIJobs: JobProtocol {
    package static let dialect = "assemblyai"
    let keepsResults = true
    private static let shortest: Duration = .milliseconds(160)

    package static func request(of job: TranscriptionJob) -> AssemblyAIPrerecordedRequest? {
        try? AssemblyAIPrerecordedRequest(Array(job.request.utf8), isNative: true)
    }

    package func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder? {
        Self.request(of: job).map { JobOrder(options: $0.options, format: .container) }
    }

    package func error(in transcript: Transcript, of job: TranscriptionJob) -> String? {
        guard let request = Self.request(of: job) else { return nil }
        if transcript.length.duration(at: transcript.rate) < Self.shortest { return "Audio duration is too short." }
        if let threshold = request.languageThreshold, request.detectsLanguage, let confidence = transcript.languageConfidence,
            Double(confidence) < threshold
        {
            return "The language was detected with a confidence of \(confidence), below language_confidence_threshold."
        }
        if let threshold = request.speechThreshold {
            let speech = transcript.channels.map { $0.segments.reduce(SampleCount.zero) { $0 + $1.range.count } }.max() ?? .zero
            let share = Double(speech.samples) / Double(max(1, transcript.length.samples))
            if share < threshold { return "The audio has less speech (\(share)) than speech_threshold asks for." }
        }
        return nil
    }

    package func reason(_ error: RequestError, of job: TranscriptionJob) -> String {
        switch error {
        case .remoteContent(let why):
            "Download error, unable to download \(Self.request(of: job)?.audioURL ?? "").  Please make sure the file exists and is accessible from the internet. \(why)"
        case .engine(let error, let engine, let payer): reason(ProviderError(error, by: engine, payer: payer))
        case .badRequest(let why), .invalidField(let why, _), .unsupportedLanguage(_, let why),
            .languageNotAllowed(let why), .unavailable(let why), .forbidden(let why),
            .otherKey(let why),
            .notFound(let why):
            why
        case .tooLarge(let limit, _): "The file is larger than the \(limit) bytes that are accepted."
        case .unknownModel(let name): "There is no model \"\(name.prefix(bytes: 80))\"."
        case .outOfCredit: "Your current account balance is too low."
        case .limitReached(let words): "Your current account balance is too low. \(words)"
        case .unauthenticated, .tooManyRequests, .methodNotAllowed, .incompleteBody, .internalError:
            "Server error, developers have been alerted."
        }
    }

    /// Returns the reason with the engine's name and the code at its end, because AssemblyAI's own client shows nothing but this text.
    private func reason(_ failure: ProviderError) -> String {
        let words = if case .undecodable(let why) = failure.error { "File does not appear to contain audio. \(why)" } else { failure.error.told }
        return ProviderTag(failure).following(words)
    }

    package func notice(of job: TranscriptionJob, _ outcome: JobOutcome, _ context: HandshakeContext) -> Callback? {
        guard let webhook = Self.request(of: job)?.webhook else { return nil }
        var json = JSONWriter()
        json.beginObject()
        json.member("transcript_id", job.id.rawValue)
        switch outcome {
        case .completed: json.member("status", literal: "completed")
        case .failed: json.member("status", literal: "error")
        }
        json.endObject()
        var headers = HTTPHeaders()
        if let header = webhook.sentHeader { headers.add(header.name, header.value) }
        return Callback(address: webhook.address, headers: headers, body: json.bytes, promise: .assemblyAI)
    }
}
