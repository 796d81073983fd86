package import Net
import Protocols

/// The objects that the client streams of one loop share. Confined to the loop.
package final class VendorConnector {
    package let loop: Loop
    let client: WebSocketClient
    let configuration: WebSocketConfiguration
    /// One array for the actions of all machines, since only one machine acts at a time.
    var actions: [ClientAction] = []
    /// The header `User-Agent` of vendors' streams.
    let userAgent: String

    /// - Parameter integration: the part of Harken that connects, for `UserAgent`.
    package init(loop: Loop, client: WebSocketClient, configuration: WebSocketConfiguration, integration: String = "gateway") {
        userAgent = UserAgent.text(integration)
        self.loop = loop
        self.client = client
        self.configuration = configuration
    }
}
