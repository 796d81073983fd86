import Speech

/// The reason for which a transcription failed: the vendor's stable name of the error, and a text.
///
/// Source: Soniox "Errors" API reference, async transcription failures.
package struct SonioxJobError: Sendable, Equatable {
    package var type: String
    package var message: String

    private static let internalError = "internal_error"
    private static let download = "file_download_error"
    private static let audio = "invalid_audio_file"
    private static let balance = "organization_balance_exhausted"
    private static let budget = "project_monthly_budget_exhausted"
    private static let busy = "limit_exceeded"
    private static let request = "invalid_request"
    private static let service = "service_unavailable"
    /// All names that a stored job may have.
    private static let types: Set<String> = [internalError, download, audio, balance, budget, busy, request, service]

    init(_ type: String, _ message: String) {
        self.type = type
        self.message = message
    }

    /// - Parameter error: the error that ended the job.
    package init(_ error: RequestError) {
        switch error {
        case .remoteContent(let why): self.init(Self.download, why)
        case .engine(let error, let engine, let payer):
            let failure = ProviderError(error, by: engine, payer: payer)
            self.init(Self.type(of: failure.error), ProviderTag(failure).following(failure.error.told))
        case .outOfCredit: self.init(Self.balance, "The balance is exhausted.")
        case .limitReached(let words): self.init(Self.budget, words)
        case .tooLarge(let limit, _): self.init(Self.download, "The file is larger than the \(limit) bytes that are accepted.")
        case .badRequest(let why), .invalidField(let why, _), .unsupportedLanguage(_, let why),
            .languageNotAllowed(let why), .forbidden(let why), .otherKey(let why),
            .notFound(let why):
            self.init(Self.request, why)
        case .unknownModel(let name): self.init(Self.request, "There is no model \"\(name.prefix(bytes: 80))\".")
        case .unavailable(let why): self.init(Self.service, why)
        case .tooManyRequests: self.init(Self.busy, "Too many transcriptions are under way.")
        case .unauthenticated, .methodNotAllowed, .incompleteBody, .internalError: self.init(Self.internalError, "Internal error.")
        }
    }

    /// Reads the text of a stored job. A text without a known name, such as that of a job that was given up, is an internal error.
    package init(stored text: String) {
        let type = String(text.prefix { $0 != ":" })
        if Self.types.contains(type), text.count > type.count + 2 {
            self.init(type, String(text.dropFirst(type.count + 2)))
        } else {
            self.init(Self.internalError, text)
        }
    }

    /// The text that a job is stored with.
    package var stored: String { "\(type): \(message)" }

    static func type(of error: EngineError) -> String {
        switch error {
        case .undecodable: audio
        case .badRequest, .unsupportedLanguage: request
        case .rateLimited: busy
        case .unauthorized, .quotaExhausted, .unavailable, .timedOut, .protocolViolation, .cancelled: service
        }
    }
}
