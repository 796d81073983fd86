import Framing
package import Net
package import Protocols
package import Speech

/// A vendor's service for recordings as an engine: sends the requests of the vendor's machine.
///
/// Memory does not grow with the recording, which is read while it is sent. Requests that may be repeated are repeated with growing waits. Work that
/// the vendor has accepted is polled until the time limit, and continued when the same recording comes again: it is not ordered twice. The vendor's
/// copies are deleted at the end, also after a failure or a cancellation; if the work may be continued, they are deleted when the work is forgotten.
package struct VendorRecognizer: PrerecordedEngine {
    /// Time limit for deleting the vendor's copies.
    private static let cleaningLimit: Duration = .seconds(30)
    /// Maximum size of a kept raw answer, in bytes; an answer for a day of speech is smaller.
    private static let maxRaw = 64 << 20

    package let name: EngineName
    package var capabilities: Capabilities { service.capabilities }
    private let service: PrerecordedService
    private let settings: VendorSettings
    private let client: HTTPClient
    private let clock: RecognizerClock
    private let unfinished: UnfinishedRecordings
    private let userAgent: String
    /// Rule while somebody waits for the words: another engine can be asked sooner than this engine recovers.
    private static let urgentRetry = RetryRule(attempts: 2, firstWait: .milliseconds(250), maxAsked: .seconds(1))
    private static let urgentPollInterval: Duration = .milliseconds(400)

    /// - Parameters:
    ///   - integration: the part of Harken that asks, for `UserAgent`.
    ///   - unfinished: shared by recognizers that are made anew for each recording.
    package init(
        _ service: PrerecordedService, settings: VendorSettings, client: HTTPClient, clock: RecognizerClock,
        integration: String = "gateway", unfinished: UnfinishedRecordings = UnfinishedRecordings()
    ) {
        userAgent = UserAgent.text(integration)
        self.unfinished = unfinished
        name = settings.name
        self.service = service
        self.settings = settings
        self.client = client
        self.clock = clock
    }

    /// Returns the model that an order to the vendor names; nil: no name of it is known.
    fileprivate func orderedModel(for options: RecognitionOptions) -> String? {
        service.recognize(PrerecordedOrder(options, credential: settings.credential, model: settings.model)).askedModel
    }

    package func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        let body = try RecordingBody(recording)
        let work = UnfinishedRecordings.Work(recording, body.version, options, at: settings)
        var machine =
            unfinished.take(work)
            ?? service.recognize(
                PrerecordedOrder(
                    options, format: recording.format, credential: settings.credential, model: settings.model,
                    reference: "harken-\(String(clock.random(), radix: 36))"))
        let limit = settings.timeLimit ?? service.timeLimit
        let result: Result<Transcript, EngineError>
        do throws(EngineError) {
            result = .success(try await run(&machine, body, options, until: clock.now() + limit, limit, progress))
        } catch {
            if await isKept(&machine, after: error, recording, work, body) { throw error.without(settings.credential) }
            result = .failure(error.without(settings.credential))
        }
        await take(away: machine.leftovers, body)
        let transcript = try result.get()
        progress(.reached(through: .zero + transcript.length, of: transcript.length, rate: transcript.rate))
        return transcript
    }

    /// Keeps unfinished work at the vendor for a later attempt, if there is such work and a later attempt is possible. Returns true if the work was
    /// kept.
    private func isKept(
        _ machine: inout any PrerecordedClientMachine, after error: EngineError, _ recording: Recording, _ work: UnfinishedRecordings.Work,
        _ body: RecordingBody
    ) async -> Bool {
        if error == .cancelled {
            // A client that was disconnected may send the recording again as another file, which only the digest recognizes. An order that was being
            // sent may have arrived.
            guard recording.digest != nil else { return false }
            _ = machine.unanswered(.unavailable("The order to \(name) was interrupted."))
        }
        guard machine.continuation != nil else { return false }
        let (number, dropped) = unfinished.keep(machine, of: work)
        if let dropped { await take(away: dropped.leftovers, body) }
        if !machine.leftovers.isEmpty {
            Task {
                try? await Task.sleep(for: unfinished.keepTime)
                if let machine = unfinished.take(number) { await take(away: machine.leftovers, body) }
            }
        }
        return true
    }

    private func run(
        _ machine: inout any PrerecordedClientMachine, _ body: RecordingBody, _ options: RecognitionOptions, until deadline: Instant,
        _ limit: Duration, _ progress: @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript {
        /// The last answer, which is the one with the transcript.
        var last: [UInt8]?
        func answered(_ answer: VendorAnswer) -> PrerecordedStep {
            if options.keepsRaw, answer.body.count <= Self.maxRaw { last = answer.body }
            return machine.answered(answer)
        }
        let retry = options.isUrgent ? Self.urgentRetry : RetryRule()
        // The vendor has the work, so nothing is gained by giving up before the time limit.
        let patient = options.isUrgent ? retry : RetryRule(attempts: .max, maxWait: .seconds(10), maxAsked: limit)
        let late = EngineError.timedOut("\(name) did not finish within \(limit.components.seconds) s.")
        var step = machine.continuation.map { .request($0) } ?? machine.start()
        while true {
            switch step {
            case .done(var transcript):
                transcript.raw = last
                return transcript
            case .failed(let error): throw error
            case .request(let request):
                let isQuestion = request.method == .get && machine.continuation != nil
                do throws(NoAnswer) {
                    step = answered(
                        try await answer(to: request, body, isQuestion ? patient : retry, until: deadline, late) { progress(.askedAgain) })
                } catch {
                    guard error.mayBeActedOn else { throw error.error }
                    if let next = machine.unanswered(error.error) {
                        step = next
                    } else if request.isOrder {
                        progress(.answerLost)
                        throw .timedOut("\(name) may have accepted the recording, but its answer was lost.")
                    } else {
                        throw error.error
                    }
                }
            case .poll(let request):
                let usual = settings.pollInterval ?? service.pollInterval
                let interval = options.isUrgent ? min(usual, Self.urgentPollInterval) : usual
                guard clock.now() + interval < deadline else { throw late }
                do throws(NoAnswer) {
                    try await sleep(interval)
                    step = answered(try await answer(to: request, body, patient, until: deadline, late))
                } catch {
                    throw error.error
                }
            }
        }
    }

    private struct NoAnswer: Error {
        var error: EngineError
        /// True if the vendor may have received the request and acted on it.
        var mayBeActedOn = false
    }

    /// Sends a request, repeats it where this is allowed, and returns the last answer, with any status.
    ///
    /// - Parameter again: called before each repetition.
    private func answer(
        to request: VendorRequest, _ body: RecordingBody, _ retry: RetryRule, until deadline: Instant, _ late: EngineError,
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
                let mayBeActedOn = error.mayBeActedOn && error != Self.undescribed
                outcome = .failure(NoAnswer(error: explain(error, late: clock.now() >= deadline ? late : nil), mayBeActedOn: mayBeActedOn))
                wait = retry.wait(after: error, to: request, attempt: attempt, chance: chance)
            }
            guard let wait, clock.now() + wait < deadline else { return try outcome.get() }
            try await sleep(wait)
        }
    }

    private func send(_ request: VendorRequest, _ body: RecordingBody, within left: Duration) async throws(HTTPClientError) -> VendorAnswer {
        let boundary = "harken-\(String(clock.random(), radix: 36))\(String(clock.random(), radix: 36))"
        guard let (parts, contentType) = body.parts(for: request.body, boundary: boundary) else { throw Self.undescribed }
        var headers = request.headers
        headers.set("User-Agent", userAgent)
        if let contentType { headers.set("Content-Type", contentType) }
        var message = HTTPClientRequest(request.method, (settings.address ?? service.address) + request.target, headers: headers)
        message.body = parts
        message.timeout = left
        message.stallTimeout = request.patience
        message.isSentOnce = request.isOrder
        let response = try await client.send(message)
        return VendorAnswer(status: response.status.code, headers: response.headers, body: response.body)
    }

    /// Error of a request that fails before anything is sent.
    private static let undescribed = HTTPClientError.failed("raw audio of this encoding")

    private func explain(_ error: HTTPClientError, late: EngineError?) -> EngineError {
        switch error {
        case .cancelled: .cancelled
        case .timedOut: late ?? .timedOut("\(name) does not answer.")
        case .unresolved: .unavailable("\(name) cannot be reached: its host has no address.")
        case .unreachable: .unavailable("\(name) cannot be reached.")
        case .untrusted(let reason), .tls(let reason): .unavailable("\(name) has no valid certificate: \(reason)")
        case .malformedURL: .unavailable("The address of \(name) cannot be used.")
        case .unsendable(let field): .unavailable("The request to \(name) cannot be sent: \(field).")
        case .file: .undecodable("The recording cannot be read.")
        case .tooLarge(let limit): .protocolViolation("\(name) answers with more than \(limit) bytes.")
        case Self.undescribed: .undecodable("\(name) does not accept raw audio of this encoding without a container.")
        case .addressRejected, .redirectionRejected, .failed: .unavailable("The connection to \(name) broke.")
        }
    }

    private func sleep(_ duration: Duration) async throws(NoAnswer) {
        do { try await clock.sleep(duration) } catch { throw NoAnswer(error: .cancelled) }
    }

    /// Deletes the vendor's copies in a task of its own: uploads must be deleted even when the present task is cancelled.
    private func take(away leftovers: [VendorRequest], _ body: RecordingBody) async {
        guard !leftovers.isEmpty else { return }
        await Task {
            let deadline = clock.now() + Self.cleaningLimit
            for request in leftovers { _ = try? await answer(to: request, body, RetryRule(), until: deadline, .cancelled) }
        }.value
    }
}

extension HTTPClientError {
    /// True if the request may have reached the vendor.
    fileprivate var mayBeActedOn: Bool {
        switch self {
        case .timedOut, .failed, .tooLarge: true
        case .malformedURL, .unsendable, .unresolved, .addressRejected, .unreachable, .untrusted, .tls, .redirectionRejected, .file, .cancelled: false
        }
    }
}

extension PrerecordedEngine {
    /// Returns the model that the engine is asked for; nil when its name is not known. The usage has it from the start on, so that a failed or
    /// interrupted attempt is booked as what was ordered.
    package func askedModel(for options: RecognitionOptions) -> String? {
        guard let vendor = self as? VendorRecognizer else { return capabilities.model(for: options.model) }
        return vendor.orderedModel(for: options)
    }
}
