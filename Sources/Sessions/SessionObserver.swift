/// The owner of a session, which takes the session's notices. Called on the session's loop.
package protocol SessionObserver: AnyObject {
    func observe(_ notice: SessionNotice)
}
