/// A connection that a server can end.
protocol ServedConnection: AnyObject {
    /// The memory and the place that the connection holds while its client is unauthenticated; nil: the client is authenticated.
    var share: UnauthenticatedShare? { get }
    /// Ends the connection if no request is under way.
    ///
    /// - Parameter sparesNew: true if a connection that has not had a request yet waits for its first one.
    func drain(sparesNew: Bool)
    func stop()
}
