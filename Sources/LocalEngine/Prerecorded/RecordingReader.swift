package import Audio
package import Speech
import Synchronization

/// Reads a recording step by step and finds the windows of speech. Keeps only the audio of the current windows.
package final class RecordingReader: Sendable {
    /// A window of speech to recognise.
    package struct Item: Sendable {
        package var channel: ChannelIndex
        package var window: SpeechWindow
        /// The window's audio.
        package var samples: [Float]
        /// Mean probability of speech in the window's speech, as the voice detector hears it, 0…1; nil: not known.
        package var speechProbability: Float?
    }

    /// A stretch that the segmentation model hears.
    package struct Stretch: Sendable {
        package var channel: ChannelIndex
        package var start: SampleIndex
        package var samples: [Float]
    }

    package struct Batch: Sendable {
        package var items: [Item]
        package var stretches: [Stretch]
        /// End of the audio whose windows have all been returned.
        package var through: SampleIndex
        package var isEnd: Bool
    }

    /// Length of the audio that is read before more urgent work may run.
    private static let block = SampleCount(16_000)
    /// Maximum number of blocks in a batch; a batch ends earlier at the first window.
    private static let maxBlocks = 60

    private struct Channel {
        var probabilities: SpeechProbabilities
        var planner: WindowPlanner
        var store = SampleStore()
        var level = RecordingLevel()
        var shares = SpeechShares()
        /// The planner of stretches; nil: nobody hears stretches.
        var stretches: StretchPlanner?
        /// Blocks whose loudness was measured, and whose speech was not detected yet.
        var ahead: [[Float]] = []
    }

    private struct State {
        let file: any DecodedMedia
        var channels: [Channel]
    }

    private let state: Mutex<State>
    /// Length at 16 kHz; nil when the container does not tell it.
    package let length: SampleCount?
    package let channelCount: Int

    /// Opens the recording. Called when the recording's turn has come. Blocks.
    ///
    /// - Parameter hasStretches: true: batches have the stretches that a segmentation model hears.
    package init(
        _ turn: any MediaTurn, separateChannels: Bool, _ voiceActivity: VoiceActivity, _ configuration: WindowPlanner.Configuration = .init(),
        hasStretches: Bool = false
    ) throws(EngineError) {
        do throws(MediaError) {
            let file = try turn.open(rate: .speech, channels: separateChannels ? .separate : .mixed)
            length = file.length
            channelCount = file.channelCount
            let channel = Channel(
                probabilities: SpeechProbabilities(voiceActivity), planner: WindowPlanner(configuration),
                stretches: hasStretches ? StretchPlanner() : nil)
            state = Mutex(State(file: file, channels: Array(repeating: channel, count: file.channelCount)))
        } catch {
            throw EngineError(error)
        }
    }

    /// Length of the audio that was read so far.
    package var decodedLength: SampleCount {
        state.withLock { state in (state.channels.map(\.store.end).max() ?? .zero) - .zero }
    }

    /// Facts about the recording that readers have to know; complete after the end.
    package var notices: [RecordingNotice] { state.withLock { $0.file.notices } }

    /// Reads on to the next windows. Blocks.
    ///
    /// - Parameters:
    ///   - limit: maximum speech in a window.
    ///   - mayContinue: called before each second of audio; false stops the reading.
    package func next(limit: SampleCount, mayContinue: @Sendable () -> Bool) throws(EngineError) -> Batch {
        let result = state.withLock { state in
            Result { () throws(EngineError) in try Self.next(&state, limit: limit, mayContinue: mayContinue) }
        }
        return try result.get()
    }

    private static func next(
        _ state: inout State, limit: SampleCount, mayContinue: @Sendable () -> Bool
    ) throws(EngineError) -> Batch {
        var items: [Item] = []
        var stretches: [Stretch] = []
        var isEnd = false
        for _ in 0..<maxBlocks where items.isEmpty && stretches.isEmpty && !isEnd {
            guard mayContinue() else { throw .cancelled }
            let block = try read(state.file)
            isEnd = block == nil
            for number in state.channels.indices {
                state.channels[number].planner.limit = limit
                let windows =
                    if let block, number < block.channels.count {
                        try hear(block.channels[number], &state.channels[number])
                    } else {
                        try finish(&state.channels[number])
                    }
                stretches += takeStretches(&state.channels[number], ChannelIndex(number), isLast: isEnd)
                items += take(windows, &state.channels[number], ChannelIndex(number))
            }
        }
        return Batch(items: items, stretches: stretches, through: state.channels.map(\.planner.neededFrom).min() ?? .zero, isEnd: isEnd)
    }

    private static func read(_ file: any DecodedMedia) throws(EngineError) -> AudioBlock? {
        do throws(MediaError) { return try file.next(block) } catch { throw EngineError(error) }
    }

    private static func hear(_ samples: [Float], _ channel: inout Channel) throws(EngineError) -> [SpeechWindow] {
        channel.level.add(samples)
        channel.ahead.append(samples)
        return channel.ahead.count > RecordingLevel.reach ? try hearNext(&channel) : []
    }

    private static func hearNext(_ channel: inout Channel) throws(EngineError) -> [SpeechWindow] {
        let factor = channel.level.factor(ofBlock: channel.level.count - channel.ahead.count)
        var samples = channel.ahead.removeFirst()
        if factor > 1 { samples = samples.map { max(-1, min(1, $0 * factor)) } }
        channel.store.append(samples)
        return try plan(samples, &channel)
    }

    private static func finish(_ channel: inout Channel) throws(EngineError) -> [SpeechWindow] {
        var windows: [SpeechWindow] = []
        while !channel.ahead.isEmpty { windows += try hearNext(&channel) }
        // Silence fills the last window of voice activity, because speech may reach to the very end.
        let beyond = (channel.store.end - channel.planner.position).samples
        let silence = [Float](repeating: 0, count: beyond == 0 ? 0 : Int(VoiceActivity.window.samples - beyond))
        windows += try plan(silence, &channel)
        return windows + channel.planner.finish()
    }

    private static func plan(_ samples: [Float], _ channel: inout Channel) throws(EngineError) -> [SpeechWindow] {
        var heard: [Float] = []
        do throws(InferenceError) {
            try channel.probabilities.append(samples.span) { probability, _ in heard.append(probability) }
        } catch {
            throw .unavailable(error.description)
        }
        var windows: [SpeechWindow] = []
        for probability in heard {
            let power = channel.store.power(of: SampleRange(channel.planner.position, count: VoiceActivity.window))
            channel.stretches?.add(probability: probability, until: channel.planner.position + VoiceActivity.window)
            channel.shares.add(probability)
            windows += channel.planner.add(probability: probability, power: power)
        }
        return windows
    }

    private static func take(_ windows: [SpeechWindow], _ channel: inout Channel, _ number: ChannelIndex) -> [Item] {
        let items = windows.map { window in
            var window = window
            window.audio.end = min(window.audio.end, channel.store.end)
            return Item(
                channel: number, window: window, samples: channel.store[window.audio], speechProbability: channel.shares.mean(over: window.speech))
        }
        channel.shares.discard(before: channel.planner.neededFrom)
        channel.store.discard(before: min(channel.planner.neededFrom, channel.stretches?.next ?? channel.store.end))
        return items
    }

    /// Returns the next stretches. The last ones of a recording end with it.
    private static func takeStretches(_ channel: inout Channel, _ number: ChannelIndex, isLast: Bool) -> [Stretch] {
        let end = channel.store.end
        return (channel.stretches?.stretches(until: end, isLast: isLast) ?? []).map { range in
            Stretch(channel: number, start: range.start, samples: channel.store[SampleRange(range.start, min(range.end, end))])
        }
    }
}
