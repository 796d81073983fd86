/// The part of a server's pool that one unauthenticated connection holds until it is authenticated or closed. Confined to the connection's loop.
final class UnauthenticatedShare {
    /// Memory of OpenSSL for one session until the handshake is complete, in bytes; `sessionByteCount` is the memory afterwards. Both were measured
    /// with a thousand connections.
    private static let handshakeByteCount = 40 * 1024
    private static let sessionByteCount = 16 * 1024

    let pool: UnauthenticatedPool
    private let block: AddressBlock
    private var tls = 0
    private var input = 0
    private var output = 0
    private var isReleased = false
    /// Called when the connection holds more memory than before. May close connections, including this one.
    private let grew: (UnauthenticatedShare) -> Void
    /// True if the connection is in the queue of connections that hold memory. The queue's owner maintains this value.
    var isQueued = false

    /// Takes one of the address's places.
    init(_ pool: UnauthenticatedPool, _ address: IPAddress, grew: @escaping (UnauthenticatedShare) -> Void) {
        self.pool = pool
        self.grew = grew
        block = AddressBlock(address)
        pool.enter(block)
    }

    deinit { release() }

    /// Memory that is held now, in bytes.
    var memoryByteCount: Int { isReleased ? 0 : tls + input + output }

    /// Sets how much received input is kept, in bytes.
    func hold(input count: Int) {
        let growth = count - input
        input = count
        add(growth)
    }

    /// Sets how much output waits to be sent, in bytes.
    func hold(output count: Int) {
        let growth = count - output
        output = count
        add(growth)
    }

    /// Sets the memory of TLS, during the handshake or after it.
    func holdTLS(isSecuring: Bool) {
        let growth = (isSecuring ? Self.handshakeByteCount : Self.sessionByteCount) - tls
        tls += growth
        add(growth)
    }

    private func add(_ growth: Int) {
        guard !isReleased, growth != 0 else { return }
        pool.add(growth)
        if growth > 0 { grew(self) }
    }

    /// Gives back the memory and the place. Nothing is counted from then on.
    func release() {
        guard !isReleased else { return }
        pool.add(-memoryByteCount)
        pool.leave(block)
        isReleased = true
    }
}
