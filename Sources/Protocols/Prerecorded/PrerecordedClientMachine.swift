package import Framing
package import Speech

/// The client side of a vendor's protocol for recordings: answers in, requests out.
///
/// One value for each recording. A value without I/O: the driver sends what it asks for, repeats what may be repeated, and keeps the time.
package protocol PrerecordedClientMachine: Sendable {
    /// The first step. Called once.
    mutating func start() -> PrerecordedStep

    /// The last request was answered, with any status; comes once for each request that a step asked for.
    mutating func answered(_ answer: VendorAnswer) -> PrerecordedStep

    /// No answer came to the last request, which may have been acted on and may not be sent once more.
    ///
    /// - Returns: how to find out; nil: there is no way, and it is over with this error.
    mutating func unanswered(_ error: EngineError) -> PrerecordedStep?

    /// Asks for what the vendor has in hand, after a failure, in a later attempt at the same recording; nil: it has nothing.
    var continuation: VendorRequest? { get }

    /// Requests that take away what the vendor still keeps, in order. Asked for once, when nobody will go on with it.
    var leftovers: [VendorRequest] { get }
}

extension PrerecordedClientMachine {
    package mutating func unanswered(_ error: EngineError) -> PrerecordedStep? { nil }
    package var continuation: VendorRequest? { nil }
    package var leftovers: [VendorRequest] { [] }
}

package enum PrerecordedStep: Sendable, Equatable {
    case request(VendorRequest)
    /// The work goes on over there: send this after the poll interval.
    case poll(VendorRequest)
    case done(Transcript)
    case failed(EngineError)
}

/// A request to a vendor's service.
package struct VendorRequest: Sendable, Equatable {
    package enum Body: Sendable, Equatable {
        case none
        case json([UInt8])
        /// The file as it is.
        case file
        /// The file as it is, but behind a WAV header when it has none to describe it.
        case describedFile
        /// A form of text fields and, last, the file: described, and named after what it is.
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

    /// When a request may be sent once more.
    package enum Repetition: Sendable, Equatable {
        /// It changes nothing, or twice does no more than once: whenever it failed in passing.
        case always
        /// Only when it was not acted on for sure: never sent, or refused for now (429, 503).
        case ifNotActedOn
    }

    package var method: HTTPMethod
    /// Path and query, percent-encoded, to be appended to the service's address.
    package var target: String
    /// With the credential; never to be logged.
    package var headers: HTTPHeaders
    package var body: Body
    package var repetition: Repetition
    /// How long the vendor may be silent before it answers.
    package var patience: Duration
    /// Statuses besides the usual ones that pass by themselves.
    package var passing: Set<Int> = []
    /// It orders work that the vendor charges for.
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

/// A vendor's answer, whatever its status.
package struct VendorAnswer: Sendable, Equatable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A failure that may pass by itself: it says nothing of the work that is asked for.
    package var isPassing: Bool { status >= 500 || [408, 425, 429].contains(status) }
    /// Refused before anything was done.
    package var isNotActedOn: Bool { [429, 503].contains(status) }

    package var isSuccess: Bool { (200..<300).contains(status) }

    /// `Retry-After` in seconds, at most an hour; a date reads as nil.
    package var retryAfter: Duration? {
        headers["Retry-After"].flatMap { Int64($0) }.map { .seconds(min(max($0, 0), 3_600)) }
    }
}
