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
    /// The newest options that the vendor must still be asked for; nil: there are none.
    private var next: StreamOptions?

    /// - Parameter options: the options with which the stream was opened.
    init(_ options: StreamOptions) { self.options = options }

    /// Takes the options that the stream is to have from here on.
    ///
    /// - Returns: the options until now; nil: an answer is awaited, and the new options wait for it.
    mutating func change(to new: StreamOptions) -> StreamOptions? {
        guard deadline == nil else {
            next = new
            return nil
        }
        let before = options
        options = new
        return before
    }

    /// Keeps options until the stream is open.
    mutating func hold(_ new: StreamOptions) { next = new }

    /// Notes that the vendor was asked to change its settings.
    mutating func asked(now: Instant) { deadline = now + Self.answerLimit }

    /// Notes that the vendor has answered, or that the stream is open.
    ///
    /// - Returns: the options that waited for it; nil: none did.
    mutating func answered() -> StreamOptions? {
        let waiting = next
        deadline = nil
        next = nil
        return waiting
    }
}
