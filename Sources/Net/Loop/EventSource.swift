internal import CSystem

/// The conditions of a descriptor that epoll reports.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer sends nothing more after the bytes that it sent.
    static let inputEnded = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Conditions are reported once when they begin, and again after each change of the requested conditions. epoll then need not check the socket
    /// after each report.
    static let onlyChanges = Readiness(rawValue: EPOLLET.rawValue)
    /// The descriptor has an error. Always reported.
    static let failed = Readiness(rawValue: EPOLLERR.rawValue)
    /// Both directions are shut. Always reported.
    static let hungUp = Readiness(rawValue: EPOLLHUP.rawValue)
}

/// An object with a descriptor that a loop watches.
protocol EventSource: AnyObject {
    func ready(_ readiness: Readiness)
}

/// A descriptor that a loop watches. The generation distinguishes it from an earlier descriptor with the same number whose events are still in the
/// batch.
struct Registration {
    let descriptor: Int32
    let generation: UInt32
}
