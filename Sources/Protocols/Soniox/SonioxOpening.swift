import Framing
package import Speech

/// A client of Soniox's live protocol until its configuration comes: the first message, a text.
package struct SonioxOpening: LiveHandshakeMachine {
    /// Maximum wait for the configuration.
    package static let limit: Duration = .seconds(10)

    private let credential: Credential?
    private let engines: [EngineName]
    /// Names of models that the engines have.
    private let models: Set<String>
    private var hasKey: Bool
    private var isOver = false
    package private(set) var deadline: Instant?

    init(credential: Credential?, engines: [EngineName], models: Set<String>) {
        self.credential = credential
        self.engines = engines
        self.models = models
        hasKey = credential != nil
    }

    package mutating func opened(now: Instant, output: inout ServerOutput) { deadline = now + Self.limit }

    package mutating func receivedText(_ text: RawSpan, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        guard !isOver else { return nil }
        do throws(SonioxError) {
            let configuration = try SonioxConfiguration(parsing: text)
            // The vendor, too, accepts only one key.
            guard credential == nil || configuration.credential == nil else { throw .malformedStart }
            guard configuration.namesVendorModel || models.contains(configuration.model.lowercased()) else { throw .invalidModel }
            let shown = credential ?? configuration.credential
            hasKey = shown != nil
            deadline = nil
            return RequestedSession(machine: SonioxLiveServer(configuration, engines: engines), credential: shown)
        } catch {
            end(error, &output)
            return nil
        }
    }

    package mutating func receivedBinary(byteCount: Int, now: Instant, output: inout ServerOutput) -> RequestedSession? {
        end(.startIsNotText, &output)
        return nil
    }

    package mutating func rejected(_ error: RequestError, now: Instant, output: inout ServerOutput) {
        end(SonioxError(error, hasKey: hasKey), &output)
    }

    package mutating func drain(now: Instant, output: inout ServerOutput) { end(.restart, &output) }

    package mutating func timePassed(now: Instant, output: inout ServerOutput) {
        if let deadline, now >= deadline { end(.startTimeout, &output) }
    }

    private mutating func end(_ error: SonioxError, _ output: inout ServerOutput) {
        guard !isOver else { return }
        isOver = true
        deadline = nil
        output.send { SonioxMessage.error(error).write(to: &$0) }
        output.close(error.closeCode)
    }
}
