package import Net
import Protocols

/// The objects that the client streams of one loop share. Confined to the loop.
package final class VendorConnector {
    package let loop: Loop
    let client: WebSocketClient
    let configuration: WebSocketConfiguration
    /// One array for the actions of all machines, since only one machine acts at a time.
    var actions: [ClientAction] = []

    package init(loop: Loop, client: WebSocketClient, configuration: WebSocketConfiguration) {
        self.loop = loop
        self.client = client
        self.configuration = configuration
    }
}
