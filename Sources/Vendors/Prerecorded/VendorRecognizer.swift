import Framing
package import Net
package import Protocols
package import Speech

/// A vendor's recognition of recordings as an engine: sends what the vendor's machine asks for.
///
/// Memory does not grow with the recording: it is read while it is sent. What may be repeated is, with growing waits; what the vendor keeps is
/// deleted at the end, also after a failure and when the task is cancelled.
package struct VendorRecognizer: PrerecordedEngine {
    /// For what is left at the vendor.
    private static let cleaningLimit: Duration = .seconds(30)
    /// Bytes of an answer that is kept for who wants it; a day of speech is less.
    private static let mostRaw = 64 << 20

    package let name: EngineName
    package var capabilities: Capabilities { service.capabilities }
    private let service: PrerecordedService
    private let settings: VendorSettings
    private let client: HTTPClient
    private let clock: RecognizerClock
    private let unfinished = UnfinishedRecordings()
    /// While somebody waits for what is said: another engine can be asked sooner than this one comes to itself.
    private static let urgentRetry = RetryRule(attempts: 2, firstWait: .milliseconds(250), longestAsked: .seconds(1))
    private static let urgentPollInterval: Duration = .milliseconds(400)

    package init(_ service: PrerecordedService, settings: VendorSettings, client: HTTPClient, clock: RecognizerClock) {
        name = settings.name
        self.service = service
        self.settings = settings
        self.client = client
        self.clock = clock
    }

    package func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        let body = try RecordingBody(recording)
        var machine =
            unfinished.take(recording, body.version, options)
            ?? service.recognize(
                PrerecordedOrder(options, format: recording.format, credential: settings.credential, model: settings.model))
        let limit = settings.timeLimit ?? service.timeLimit
        let result: Result<Transcript, EngineError>
        do throws(EngineError) {
            result = .success(try await run(&machine, body, options, until: clock.now() + limit, limit, progress))
        } catch {
            if error != .cancelled, machine.continuation != nil { unfinished.keep(machine, of: recording, body.version, options) }
            result = .failure(error.without(settings.credential))
        }
        await take(away: machine.leftovers, body)
        let transcript = try result.get()
        progress(.reached(through: .zero + transcript.length, of: transcript.length, rate: transcript.rate))
        return transcript
    }

    private func run(
        _ machine: inout any PrerecordedClientMachine, _ body: RecordingBody, _ options: RecognitionOptions, until deadline: ContinuousClock.Instant,
        _ limit: Duration, _ progress: @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        /// The one that brings the transcript is the last.
        var last: [UInt8]?
        func answered(_ answer: VendorAnswer) -> PrerecordedStep {
            if options.keepsRaw, answer.body.count <= Self.mostRaw { last = answer.body }
            return machine.answered(answer)
        }
        let retry = options.isUrgent ? Self.urgentRetry : RetryRule()
        let late = EngineError.timedOut("\(name) was not done within \(limit.components.seconds) s.")
        var step = machine.continuation.map { .request($0) } ?? machine.start()
        while true {
            switch step {
            case .done(var transcript):
                transcript.raw = last
                return transcript
            case .failed(let error): throw error
            case .request(let request):
                do throws(NoAnswer) {
                    step = answered(try await answer(to: request, body, retry, until: deadline, late) { progress(.askedAgain) })
                } catch {
                    guard error.mayBeActedOn, let next = machine.unanswered(error.error) else { throw error.error }
                    step = next
                }
            case .poll(let request):
                let usual = settings.pollInterval ?? service.pollInterval
                let interval = options.isUrgent ? min(usual, Self.urgentPollInterval) : usual
                guard clock.now() + interval < deadline else { throw late }
                do throws(NoAnswer) {
                    try await sleep(interval)
                    step = answered(try await answer(to: request, body, retry, until: deadline, late))
                } catch {
                    throw error.error
                }
            }
        }
    }

    private struct NoAnswer: Error {
        var error: EngineError
        /// Whether the vendor may have got the request, and done what it says.
        var mayBeActedOn = false
    }

    /// Sends a request, again and again if it may be, and returns the last answer, whatever its status.
    ///
    /// - Parameter again: called each time that it is sent once more.
    private func answer(
        to request: VendorRequest, _ body: RecordingBody, _ retry: RetryRule, until deadline: ContinuousClock.Instant, _ late: EngineError,
        again: () -> Void = {}
    ) async throws(NoAnswer) -> VendorAnswer {
        var attempt = 0
        while true {
            attempt += 1
            if attempt > 1 { again() }
            let left = deadline - clock.now()
            guard left > .zero else { throw NoAnswer(error: late) }
            let chance = Double(clock.random() >> 11) / Double(1 << 53 as UInt64)
            let wait: Duration?
            let outcome: Result<VendorAnswer, NoAnswer>
            do throws(HTTPClientError) {
                let answer = try await send(request, body, within: left)
                outcome = .success(answer)
                wait = answer.isSuccess ? nil : retry.wait(after: answer, to: request, attempt: attempt, chance: chance)
            } catch {
                outcome = .failure(NoAnswer(error: explain(error, late: clock.now() >= deadline ? late : nil), mayBeActedOn: error.mayBeActedOn))
                wait = retry.wait(after: error, to: request, attempt: attempt, chance: chance)
            }
            guard let wait, clock.now() + wait < deadline else { return try outcome.get() }
            try await sleep(wait)
        }
    }

    private func send(_ request: VendorRequest, _ body: RecordingBody, within left: Duration) async throws(HTTPClientError) -> VendorAnswer {
        let boundary = "harken-\(String(clock.random(), radix: 36))\(String(clock.random(), radix: 36))"
        guard let (parts, contentType) = body.parts(for: request.body, boundary: boundary) else { throw .failed(Self.undescribed) }
        var headers = request.headers
        if let contentType { headers.set("Content-Type", contentType) }
        var message = HTTPClientRequest(request.method, (settings.address ?? service.address) + request.target, headers: headers)
        message.body = parts
        message.timeout = left
        message.stallTimeout = request.patience
        let response = try await client.send(message)
        return VendorAnswer(status: response.status.code, headers: response.headers, body: response.body)
    }

    private static let undescribed = "raw audio of this encoding"

    private func explain(_ error: HTTPClientError, late: EngineError?) -> EngineError {
        switch error {
        case .cancelled: .cancelled
        case .timedOut: late ?? .timedOut("\(name) does not answer.")
        case .unresolved: .unavailable("\(name) cannot be reached: its host has no address.")
        case .unreachable: .unavailable("\(name) cannot be reached.")
        case .tls(let reason): .unavailable("\(name) has no valid certificate: \(reason)")
        case .malformedURL: .badRequest("The address of \(name) is not usable.")
        case .file: .undecodable("The recording cannot be read.")
        case .tooLarge(let limit): .protocolViolation("\(name) answers with more than \(limit) bytes.")
        case .failed(Self.undescribed): .undecodable("\(name) does not take \(Self.undescribed) without a container.")
        case .addressRefused, .redirectionRefused, .failed: .unavailable("The connection to \(name) broke.")
        }
    }

    private func sleep(_ duration: Duration) async throws(NoAnswer) {
        do { try await clock.sleep(duration) } catch { throw NoAnswer(error: .cancelled) }
    }

    /// In a task of its own: this one may be cancelled, and what was uploaded shall go all the same.
    private func take(away leftovers: [VendorRequest], _ body: RecordingBody) async {
        guard !leftovers.isEmpty else { return }
        await Task {
            let deadline = clock.now() + Self.cleaningLimit
            for request in leftovers { _ = try? await answer(to: request, body, RetryRule(), until: deadline, .cancelled) }
        }.value
    }
}

extension HTTPClientError {
    /// Whether the request may have reached whom it was for.
    fileprivate var mayBeActedOn: Bool {
        switch self {
        case .timedOut, .failed, .tooLarge: true
        case .malformedURL, .unresolved, .addressRefused, .unreachable, .tls, .redirectionRefused, .file, .cancelled: false
        }
    }
}
