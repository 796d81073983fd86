internal import Sessions

extension EngineEntry {
    /// True if live audio goes to a server, over a connection for each stream.
    package var isReachedOverConnections: Bool {
        switch live {
        case .vendor, .resumable: true
        case .inProcess: asksServer
        case nil: false
        }
    }
}
