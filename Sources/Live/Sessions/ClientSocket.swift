internal import Net

/// The socket to a live session's client. The socket may live on another loop than the session.
package struct ClientSocket: Sendable {
    let connection: WebSocketConnection

    init(_ connection: WebSocketConnection) { self.connection = connection }

    func send(text: RawSpan) {
        guard !connection.loop.isCurrent else { return connection.send(text: text) }
        let bytes = text.withUnsafeBytes { [UInt8]($0) }
        connection.loop.execute { [connection] in connection.send(text: bytes) }
    }

    func close(code: UInt16, reason: String) { enter { $0.close(code: code, reason: reason) } }

    func pauseReading() { enter { $0.pauseReading() } }

    func resumeReading() { enter { $0.resumeReading() } }

    private func enter(_ body: @escaping @Sendable (WebSocketConnection) -> Void) {
        if connection.loop.isCurrent { body(connection) } else { connection.loop.execute { [connection] in body(connection) } }
    }
}
