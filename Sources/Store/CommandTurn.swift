import Glibc

/// The turn of a command to change files of a data directory that a gateway changes too. While it lives, no gateway claims the directory, and no
/// other command has a turn. It ends with the process, even when the process crashes.
package final class CommandTurn: Sendable {
    /// The answer to a command that asks for its turn.
    package enum Answer: Sendable {
        case granted(CommandTurn)
        /// A gateway has the directory.
        case gatewayRuns
        /// Another command has its turn.
        case commandRuns
    }

    /// The locked files.
    private let descriptors: [Int32]

    /// - Parameter descriptors: the locked files, whose ownership is taken.
    init(descriptors: [Int32]) { self.descriptors = descriptors }

    deinit { for descriptor in descriptors { Self.close(descriptor) } }

    /// A child process that was forked meanwhile may have the file open too: closing alone would leave it the lock.
    static func close(_ descriptor: Int32) {
        unlock(descriptor)
        Glibc.close(descriptor)
    }

    static func unlock(_ descriptor: Int32) { flock(descriptor, LOCK_UN) }
}
