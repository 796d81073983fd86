/// The agreement of two peers about compression (RFC 7692 section 7.1).
package struct PermessageDeflate: Sendable, Equatable {
    /// True if the server starts anew with each message; `clientForgets` says the same for the client.
    package var serverForgets: Bool
    package var clientForgets: Bool
    /// The base-2 logarithm of the window of the server's compression, 9…15; `clientWindowBits` is the client's.
    package var serverWindowBits: Int
    package var clientWindowBits: Int

    package init(serverForgets: Bool = false, clientForgets: Bool = false, serverWindowBits: Int = 15, clientWindowBits: Int = 15) {
        self.serverForgets = serverForgets
        self.clientForgets = clientForgets
        self.serverWindowBits = serverWindowBits
        self.clientWindowBits = clientWindowBits
    }
}
