internal import Admission
internal import Net
internal import Protocols

/// The rule for access to the gateway's state. Without keys, only callers on this machine may read it. With keys, anyone may, or only callers with a
/// key if the operator requires one.
struct MonitoringAccess: Sendable {
    let admission: Admission
    /// True if a key is needed once there is a key.
    let needsKey: Bool

    func admit(_ exchange: HTTPExchange, _ call: Call) throws(RequestError) {
        let head = exchange.request
        guard needsKey else { return try admission.admitUnknown(head, peer: exchange.peer) }
        let caller = try admission.authenticate(head, credential: call.shown, peer: exchange.peer, for: [.read]).caller
        // Users of the identity provider have no right to the operator's data.
        if case .user = caller { throw .forbidden("A key of this gateway is needed: a user's token is not enough.") }
    }
}
