internal import Continuity
internal import Dispatch
package import Journal
internal import Net
package import Speech

/// The audio of a session that is over, for as long as its transcript is not whole.
package protocol RecoverableAudio: Sendable {
    /// The parts of `range` that there are, in order.
    func held(of range: SampleRange) async -> [SampleRange]

    /// 16-bit PCM of one channel.
    ///
    /// - Parameter range: all of it is there; a few seconds at most.
    func read(_ range: SampleRange, _ channel: ChannelIndex) async throws(JournalError) -> [UInt8]

    /// The transcript is as whole as it can be: nobody needs the audio any more.
    func release() async
}

/// Audio of a session of an earlier run, in the segments of that run.
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
