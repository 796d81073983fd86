/// A time that passes when the test says so.
struct HeldTime {
    private let end: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (end, continuation) = AsyncStream.makeStream() }

    func pass() { continuation.finish() }

    var wait: @Sendable (Duration) async throws -> Void { { [end] _ in for await _ in end {} } }
}
