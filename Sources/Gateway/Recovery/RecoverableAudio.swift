internal import Continuity
internal import Dispatch
internal import Net
internal import Speech

/// The audio of a session that is over, for as long as its transcript is not whole.
protocol RecoverableAudio: Sendable {
    /// The parts of `range` that there are, in order.
    func held(of range: SampleRange) async -> [SampleRange]

    /// 16-bit PCM of one channel.
    ///
    /// - Parameter range: all of it is there; a few seconds at most.
    func read(_ range: SampleRange, _ channel: ChannelIndex) async throws(JournalError) -> [UInt8]

    /// The transcript is as whole as it can be: nobody needs the audio any more.
    func release() async
}

/// Of an earlier run: in its segments.
struct EarlierAudio: RecoverableAudio {
    let audio: JournaledAudio
    let queue: DispatchQueue

    func held(of range: SampleRange) async -> [SampleRange] { audio.held(of: range) }

    func read(_ range: SampleRange, _ channel: ChannelIndex) async throws(JournalError) -> [UInt8] {
        let result = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(JournalError) in try audio.read(range, channel: channel) }) }
        }
        return try result.get()
    }

    // Its segments go when no session needs them.
    func release() async {}
}

/// Of this run: in the log of its loop.
struct LoggedAudio: RecoverableAudio {
    let context: LoopBound<LiveContext>
    let cursor: JournalCursor
    let end: SampleIndex

    func held(of range: SampleRange) async -> [SampleRange] { range.intersection(SampleRange(.zero, end)).map { [$0] } ?? [] }

    func read(_ range: SampleRange, _ channel: ChannelIndex) async throws(JournalError) -> [UInt8] {
        let result = await context.loop.run { [context, cursor] in
            Result { () throws(JournalError) in
                var samples: [UInt8] = []
                let read = context.withValue { context in
                    Result { () throws(JournalError) in
                        try context.journal.read(range, cursor: cursor) { bytes in
                            samples.append(channel.number..<channel.number + 1, ofInterleaved: bytes.bytes, channels: cursor.channels)
                        }
                    }
                }
                try read?.get()
                return samples
            }
        }
        return try result.get()
    }

    func release() async {
        context.enter { $0.release(self) }
    }
}
