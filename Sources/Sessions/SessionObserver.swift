/// The owner of a session: takes what the session tells. Called on the session's loop.
package protocol SessionObserver: AnyObject {
    func observe(_ notice: SessionNotice)
}
