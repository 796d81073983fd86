internal import Continuity
internal import Dispatch
package import Journal
internal import Net
package import Speech

/// The audio of a session of this run, in the journal of its loop.
package struct LoggedAudio: RecoverableAudio {
    let context: LoopBound<LiveContext>
    let cursor: JournalCursor
    let end: SampleIndex
    /// The session, if words of it were hidden: its audio is erased as soon as it is released. nil: it goes with its segment of the journal.
    var hidden: ID<Session>?

    package func held(of range: SampleRange) async -> [SampleRange] { range.intersection(SampleRange(.zero, end)).map { [$0] } ?? [] }

    package func read(_ range: SampleRange, _ channel: ChannelIndex) async throws(JournalError) -> [UInt8] {
        let result = await context.run { [cursor] context in
            Result { () throws(JournalError) in
                var samples: [UInt8] = []
                try context.journal.read(range, cursor: cursor) { bytes in
                    samples.append(channel.number..<channel.number + 1, ofInterleaved: bytes.bytes, channels: cursor.channels)
                }
                return samples
            }
        }
        guard let result else { throw .stopped }
        return try result.get()
    }

    package func release() async {
        context.enter { $0.release(self) }
    }
}
