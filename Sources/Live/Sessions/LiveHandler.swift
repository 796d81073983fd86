package import Net

/// The handler that takes a client's messages from the moment its socket is open.
package protocol LiveHandler: WebSocketHandler {
    func start(_ connection: WebSocketConnection)
}
