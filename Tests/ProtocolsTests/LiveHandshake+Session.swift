import Protocols

extension LiveHandshake {
    /// The session's machine; nil when an opening comes first.
    var session: (any LiveServerMachine)? { if case .session(let machine) = start { machine } else { nil } }
}
