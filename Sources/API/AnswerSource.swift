/// The body of an answer that is made while it is sent, piece by piece, so that it needs little memory however long it is.
package protocol AnswerSource: Sendable {
    /// Returns the next bytes; nil at the end. Called again once these are on their way to the client.
    ///
    /// - Throws: when the body cannot go on. The client then sees that it is cut off.
    func next() async throws(APIError) -> [UInt8]?
}
