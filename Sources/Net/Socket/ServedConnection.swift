/// A connection that a server can end.
protocol ServedConnection: AnyObject {
    /// The memory and the place that the connection holds while its client is unauthenticated; nil: the client is authenticated.
    var share: UnauthenticatedShare? { get }
    func drain()
    func stop()
}
