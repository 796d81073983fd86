/// One unauthenticated connection's part of its server's pool, until it is authenticated or closed. Confined to the connection's loop.
final class UnauthenticatedShare {
    /// Memory that OpenSSL takes for one session until the handshake is complete, and after it, in bytes: measured with a thousand connections.
    private static let handshakeByteCount = 40 * 1024
    private static let sessionByteCount = 16 * 1024

    let pool: UnauthenticatedPool
    private let block: AddressBlock
    private var tls = 0
    private var input = 0
    private var output = 0
    private var isReleased = false
    /// Called when more is held than before; it may close connections, this one too.
    private let grew: (UnauthenticatedShare) -> Void
    /// The connection stands in the queue of those that hold memory. The queue's owner keeps this.
    var isQueued = false

    /// Takes a place of the address.
    init(_ pool: UnauthenticatedPool, _ address: IPAddress, grew: @escaping (UnauthenticatedShare) -> Void) {
        self.pool = pool
        self.grew = grew
        block = AddressBlock(address)
        pool.enter(block)
    }

    deinit { release() }

    /// Bytes held now.
    var memoryByteCount: Int { isReleased ? 0 : tls + input + output }

    /// Tells how much of what came is kept, in bytes.
    func hold(input count: Int) {
        let growth = count - input
        input = count
        add(growth)
    }

    /// Tells how much waits to be sent, in bytes.
    func hold(output count: Int) {
        let growth = count - output
        output = count
        add(growth)
    }

    /// Tells how far TLS is.
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

    /// Gives everything back. Nothing is counted from then on.
    func release() {
        guard !isReleased else { return }
        pool.add(-memoryByteCount)
        pool.leave(block)
        isReleased = true
    }
}
