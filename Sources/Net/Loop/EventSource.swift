internal import CSystem

/// Which conditions of a descriptor epoll reports.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has no more to say, after what it said.
    static let inputEnded = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Reported once when it begins, and again after each change of what is asked for. It spares epoll a look at the socket after each report.
    static let onlyChanges = Readiness(rawValue: EPOLLET.rawValue)
    /// Reported whether asked for or not.
    static let failed = Readiness(rawValue: EPOLLERR.rawValue)
    /// Both directions are shut. Reported whether asked for or not.
    static let hungUp = Readiness(rawValue: EPOLLHUP.rawValue)
}

/// Something with a descriptor that a loop watches.
protocol EventSource: AnyObject {
    func ready(_ readiness: Readiness)
}

/// A descriptor watched by a loop. The generation tells it from an earlier descriptor of the same number whose events are still in the batch.
struct Registration {
    let descriptor: Int32
    let generation: UInt32
}
