import Framing
package import Speech

/// A client of one of Speechmatics' live services until its `StartRecognition` comes.
package struct SpeechmaticsOpening: LiveHandshakeMachine {
    /// Maximum wait for `StartRecognition`.
    package static let limit: Duration = .seconds(60)

    private let service: SpeechmaticsService
    private let sessionID: String
    /// Language in the path; nil when the path names none.
    private let language: LanguageTag?
    private let engines: [EngineName]
    /// Names of models that the engines have.
    private let models: Set<String>
    private var isOver = false
    package private(set) var deadline: Instant?

    init(_ service: SpeechmaticsService = .realtime, sessionID: String, language: LanguageTag?, engines: [EngineName], models: Set<String>) {
        self.service = service
        self.sessionID = sessionID
        self.language = language
        self.engines = engines
        self.models = models
    }

    package mutating func opened(now: Instant, output: inout ServerOutput) { deadline = now + Self.limit }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        guard !isOver else { return nil }
        switch SpeechmaticsClientMessage(parsing: text, language: language, for: service) {
        case .startRecognition(let configuration):
            guard service.has(configuration.model.lowercased(), besides: models) else {
                rejected(.unknownModel(configuration.model), now: now, output: &output)
                return nil
            }
            deadline = nil
            return switch service {
            case .realtime: RequestedSession(machine: SpeechmaticsLiveServer(configuration, sessionID: sessionID, engines: engines))
            case .agent: RequestedSession(machine: SpeechmaticsAgentServer(configuration, sessionID: sessionID, engines: engines))
            }
        case .invalid(let error): end(error, &output)
        case .endOfStream, .channelAudio, .endOfChannel, .setRecognitionConfig, .forceEndOfUtterance, .getSpeakers:
            end(SpeechmaticsError(.protocolError, "The first message must be StartRecognition."), &output)
        }
        return nil
    }

    package mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        end(SpeechmaticsError(.protocolError, "Audio came before StartRecognition."), &output)
        return nil
    }

    package mutating func rejected(_ error: RequestError, now: Instant, output: inout ServerOutput) { end(SpeechmaticsError(error), &output) }

    package mutating func drain(now: Instant, output: inout ServerOutput) { end(.goingDown, &output) }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        guard let deadline, now >= deadline else { return }
        end(SpeechmaticsError(service == .agent ? .startRecognitionTimeout : .idleTimeout, "StartRecognition did not come."), &output)
    }

    private mutating func end(_ error: SpeechmaticsError, _ output: inout ServerOutput) {
        guard !isOver else { return }
        isOver = true
        deadline = nil
        output.send { SpeechmaticsServerMessage.error(type: error.kind.rawValue, reason: error.reason).write(to: &$0) }
        output.close(error.closeCode, error.kind.rawValue)
    }
}
