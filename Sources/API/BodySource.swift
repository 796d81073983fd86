/// The body of a request that is taken piece by piece, so that it needs little memory however long it is.
package protocol BodySource: Sendable {
    /// Returns the next bytes; nil at the end. One caller at a time. The sender waits while nobody calls.
    ///
    /// - Throws: when the body cannot be received to its end.
    func next() async throws(APIError) -> [UInt8]?
}
