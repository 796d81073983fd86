package import Framing
package import Speech

/// The client side of a vendor's protocol for recordings: takes answers and returns requests.
///
/// One value for each recording. A value without I/O: the driver sends the requests, repeats the requests that may be repeated, and keeps the time.
package protocol PrerecordedClientMachine: Sendable {
    /// The model that the vendor is asked for; nil: the machine knows no name of it.
    var askedModel: String? { get }

    /// Returns the first step. Called once.
    mutating func start() -> PrerecordedStep

    /// Handles the answer to the last request, with any status. Called once for each request of a step.
    mutating func answered(_ answer: VendorAnswer) -> PrerecordedStep

    /// Handles a request that got no answer. The vendor may have acted on it, so it must not be repeated.
    ///
    /// - Returns: the step that finds out what happened; nil when there is none, and the recognition ends with this error.
    mutating func unanswered(_ error: EngineError) -> PrerecordedStep?

    /// Request that continues the vendor's unfinished work in a later attempt at the same recording; nil: there is no such work.
    var continuation: VendorRequest? { get }

    /// Requests that delete what the vendor still keeps, in order. Read once, when no later attempt will continue the work.
    var leftovers: [VendorRequest] { get }
}

extension PrerecordedClientMachine {
    package mutating func unanswered(_ error: EngineError) -> PrerecordedStep? { nil }
    package var continuation: VendorRequest? { nil }
    package var leftovers: [VendorRequest] { [] }
}

package enum PrerecordedStep: Sendable, Equatable {
    case request(VendorRequest)
    /// The vendor still works on the recording: send this request after the poll interval.
    case poll(VendorRequest)
    case done(Transcript)
    case failed(EngineError)
}

/// A request to a vendor's service.
package struct VendorRequest: Sendable, Equatable {
    package enum Body: Sendable, Equatable {
        case none
        case json([UInt8])
        /// The file, unchanged.
        case file
        /// The file, with a WAV header before it when the file does not describe its own format.
        case describedFile
        /// A form of text fields and, last, the file. The file is described like `describedFile`, and its name fits its type.
        case form([FormField], fileField: String)
    }

    package struct FormField: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The condition under which a request may be repeated.
    package enum Repetition: Sendable, Equatable {
        /// After any temporary failure: a second request does no more than the first.
        case always
        /// Only when the vendor certainly did not act on the request: it was never sent, or was rejected for now (429, 503).
        case ifNotActedOn
    }

    package var method: HTTPMethod
    /// Path and query, percent-encoded; appended to the service's address.
    package var target: String
    /// Headers, with the credential; never logged.
    package var headers: HTTPHeaders
    package var body: Body
    package var repetition: Repetition
    /// Maximum time until the vendor answers.
    package var patience: Duration
    /// Additional statuses that count as temporary failures.
    package var passing: Set<Int> = []
    /// True if the request orders work for which the vendor charges. Such a request is never sent twice unless the vendor certainly did not act on it.
    package var isOrder: Bool

    package init(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders, body: Body = .none, repetition: Repetition = .always,
        patience: Duration = .seconds(60), isOrder: Bool = false
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.repetition = repetition
        self.patience = patience
        self.isOrder = isOrder
    }
}

/// A vendor's answer, with any status.
package struct VendorAnswer: Sendable, Equatable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// True for a failure that may pass by itself and says nothing about the requested work.
    package var isPassing: Bool { status >= 500 || [408, 425, 429].contains(status) }
    /// True if the request was rejected before anything was done.
    package var isNotActedOn: Bool { [429, 503].contains(status) }

    package var isSuccess: Bool { (200..<300).contains(status) }

    /// The wait in `Retry-After`, at most an hour; nil for a date.
    package var retryAfter: Duration? { headers.retryAfter }
}
