import Synchronization

/// The message that words cannot be kept on the way to a result. A run says it once, at the first failure: the disk may be full for long.
final class FailureNotice: Sendable {
    private let context: CommandContext
    private let isTold = Mutex(false)

    init(in context: CommandContext) { self.context = context }

    /// Tells of the first error.
    ///
    /// - Parameters:
    ///   - error: nil: nothing has failed.
    ///   - progress: the line on the terminal that makes way for the message.
    func take(_ error: OutputFileError?, clearing progress: ProgressLine? = nil) {
        guard let error else { return }
        let isFirst = isTold.withLock { isTold in
            defer { isTold = true }
            return !isTold
        }
        guard isFirst else { return }
        progress?.clear()
        context.note("harken transcribe: \(error); the work goes on, but what comes now is lost if the command ends before there is room")
    }
}
