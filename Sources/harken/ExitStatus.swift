/// The exit status of a command.
enum ExitStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case wrongUsage = 2
    case gateNotPassed = 3
    case interrupted = 130

    static let explanation = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 evaluation not passed, 130 interrupted."
}
