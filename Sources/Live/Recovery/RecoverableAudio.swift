internal import Continuity
internal import Dispatch
package import Journal
internal import Net
package import Speech

/// The audio of a session that is over, until its transcript is complete.
package protocol RecoverableAudio: Sendable {
    /// Returns the parts of `range` whose audio exists, in order.
    func held(of range: SampleRange) async -> [SampleRange]

    /// Returns 16-bit PCM of one channel.
    ///
    /// - Parameter range: range whose audio exists completely; a few seconds at most.
    func read(_ range: SampleRange, _ channel: ChannelIndex) async throws(JournalError) -> [UInt8]

    /// Releases the audio: the transcript cannot be improved any more.
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

    // The recovery removes the segments when no session needs them.
    func release() async {}
}
