internal import Net
internal import Speech

/// A watch over a live session. May be ended from any thread; a session that is over has ended it already.
package struct SessionWatch: Sendable {
    let context: LoopBound<LiveContext>
    let session: ID<Session>
    let number: Int

    package func end() { context.enter { [session, number] in $0.endWatch(number, of: session) } }
}
