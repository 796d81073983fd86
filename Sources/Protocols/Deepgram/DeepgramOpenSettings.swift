import Speech

/// The settings of a live stream at Deepgram. They change by one `Configure` at a time: the vendor refuses a second one before its answer to the
/// first, so newer options wait for the answer.
///
/// Source: Deepgram "Configure" (`/v1/listen` and Flux), read 2026-11-29.
struct DeepgramOpenSettings: Sendable {
    /// Limit for the vendor's answer. Services in the state of September 2026 and before give none on `/v1/listen`.
    static let answerLimit: Duration = .seconds(5)

    /// The options that the vendor has, or was last asked for.
    private(set) var options: StreamOptions
    /// The time by which the vendor must answer; nil: no answer is awaited.
    private(set) var deadline: Instant?
    private let service: DeepgramStreamService
    /// The newest options that the vendor must still be asked for; nil: there are none.
    private var next: StreamOptions?
    /// The features that the vendor bills for the stream: those of its opening, and of the changes that the vendor has taken.
    private var billed: Set<BilledFeature>
    /// The features of the change whose answer is awaited.
    private var asked: Set<BilledFeature> = []
    /// The features of all options that the stream was to have.
    private var wanted: Set<BilledFeature>

    /// - Parameter options: the options with which the stream was opened.
    init(_ options: StreamOptions, of service: DeepgramStreamService) {
        self.options = options
        self.service = service
        billed = service.billed(options)
        wanted = billed
    }

    /// Keeps options until the stream is open, or the vendor has answered.
    mutating func hold(_ new: StreamOptions) {
        next = new
        wanted.formUnion(service.billed(new))
    }

    /// Asks the vendor for the options that were kept until the stream is open.
    ///
    /// - Returns: true if the vendor is sent a message.
    @discardableResult
    mutating func opened(now: Instant, _ actions: inout [ClientAction]) -> Bool { askForNext(now, &actions) }

    /// Asks the vendor for the options that the stream is to have from here on, at once or after its answer to an earlier change.
    ///
    /// - Returns: true if the vendor is sent a message.
    @discardableResult
    mutating func update(_ new: StreamOptions, now: Instant, _ actions: inout [ClientAction]) -> Bool {
        guard deadline == nil else {
            hold(new)
            return false
        }
        let before = options, features = service.billed(new)
        options = new
        wanted.formUnion(features)
        switch service.change(from: before, to: new) {
        case .impossible:
            refuse("Configure cannot make this change.", &actions)
            return false
        case .message(let text):
            asked = features
            deadline = now + Self.answerLimit
            actions.append(.send(text: text))
            return true
        case .nothing: return false
        }
    }

    /// Takes the vendor's answer to `Configure`, and asks for the options that waited for it. After a refusal they wait for a new stream.
    ///
    /// - Parameter refusal: the reason for which nothing changed; nil: the settings are in force.
    /// - Returns: true if the vendor is sent a message.
    @discardableResult
    mutating func answered(_ refusal: String?, now: Instant, _ actions: inout [ClientAction]) -> Bool {
        guard deadline != nil else { return false }
        deadline = nil
        guard let refusal else {
            billed.formUnion(asked)
            return askForNext(now, &actions)
        }
        next = nil
        refuse(refusal, &actions)
        return false
    }

    /// Asks for nothing more, because the stream ends. The answer that is awaited counts for the bill.
    mutating func end() { next = nil }

    private mutating func askForNext(_ now: Instant, _ actions: inout [ClientAction]) -> Bool {
        guard let new = next else { return false }
        next = nil
        return update(new, now: now, &actions)
    }

    private func refuse(_ reason: String, _ actions: inout [ClientAction]) {
        actions.append(.event(.notice(.changeRefused(reason, unbilled: UnbilledFeatures(wanted.subtracting(billed))))))
    }
}
