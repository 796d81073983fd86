/// A connection that a server can end.
protocol ServedConnection: AnyObject {
    /// What it holds as a connection of an unauthenticated client; nil: its client is known.
    var share: UnauthenticatedShare? { get }
    func drain()
    func stop()
}
