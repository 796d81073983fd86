internal import Admission
internal import Net
internal import Protocols

/// The rule for who may read the state of the gateway: without keys, this machine alone, as everywhere; with keys, anyone, or those who show one,
/// where the operator asks for one.
struct MonitoringAccess: Sendable {
    let admission: Admission
    /// True if a key is needed once there is a key.
    let needsKey: Bool

    func admit(_ exchange: HTTPExchange) throws(RefusalCause) {
        let head = exchange.request
        guard needsKey else { return try admission.admitUnknown(head, peer: exchange.peer) }
        let caller = try admission.authenticate(head, credential: HarkenCredential.find(in: head), peer: exchange.peer, for: [.read]).caller
        // Users of an identity provider are not the operator.
        if case .user = caller { throw .forbidden("A key of this gateway is needed: a user's token is not enough.") }
    }
}
