/// An event in the life of a worker, for the log and the metrics.
package enum DecodeEvent: Sendable, Equatable {
    /// The cause of the loss of a worker in the middle of a recording.
    package enum Loss: String, Sendable, CaseIterable {
        /// The worker ended by a signal, or by a limit of the system.
        case crashed
        /// The worker sent nothing for too long, and was killed.
        case stuck
        /// The worker sent an invalid message, and was killed.
        case invalid
        /// The worker wanted a system call that decoding does not need, and was killed.
        case forbidden
    }

    case started
    /// A worker was lost.
    ///
    /// - Parameter end: the way in which the worker ended: `signal 11`, `status 1`, or `signal 31 at the system call socket`.
    case lost(Loss, end: String)
    /// The system has no filter of system calls. Workers keep their limits and their own processes, but they could open files. Reported once.
    case unconfined
}
