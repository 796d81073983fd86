/// An event in the life of a worker, for the log and the metrics.
package enum DecodeEvent: Sendable, Equatable {
    /// The cause for which a worker was lost in the middle of a recording.
    package enum Loss: String, Sendable, CaseIterable {
        /// It ended: by a signal, or a limit of the system.
        case crashed
        /// It said nothing for too long, and was killed.
        case stuck
        /// It said what no worker says, and was killed.
        case invalid
    }

    case started
    /// - Parameter end: `signal 11` or `status 1`.
    case lost(Loss, end: String)
    /// The system has no filter of system calls: workers keep their limits and their own processes, but could open files. Said once.
    case unconfined
}
