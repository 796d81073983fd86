package import Audio
package import Speech
import Synchronization

/// Reads a recording and finds the windows of speech in it, a little at a time: holds the audio of the windows at hand and not more.
package final class RecordingReader: Sendable {
    /// Speech to recognise.
    package struct Item: Sendable {
        package var channel: ChannelIndex
        package var window: SpeechWindow
        /// The window's audio.
        package var samples: [Float]
    }

    package struct Batch: Sendable {
        package var items: [Item]
        /// Every window with audio before this has been given.
        package var through: SampleIndex
        package var isEnd: Bool
    }

    /// Audio that is looked at before more urgent work gets a chance.
    private static let block = SampleCount(16_000)
    /// A batch ends at the first window, or after this many blocks without any.
    private static let maxBlocks = 60

    private struct Channel {
        var probabilities: SpeechProbabilities
        var planner: WindowPlanner
        var store = SampleStore()
        var level = RecordingLevel()
        /// Blocks whose loudness is known and that were not listened to yet.
        var ahead: [[Float]] = []
    }

    private struct State {
        let file: any DecodedMedia
        var channels: [Channel]
    }

    private let state: Mutex<State>
    /// At 16 kHz, where the container tells it.
    package let length: SampleCount?
    package let channelCount: Int

    /// Opens the recording when its turn has come. Blocks.
    package init(
        _ turn: any MediaTurn, separateChannels: Bool, _ voiceActivity: VoiceActivity, _ configuration: WindowPlanner.Configuration = .init()
    ) throws(EngineError) {
        do throws(MediaError) {
            let file = try turn.open(rate: .speech, channels: separateChannels ? .separate : .mixed)
            length = file.length
            channelCount = file.channelCount
            let channel = Channel(probabilities: SpeechProbabilities(voiceActivity), planner: WindowPlanner(configuration))
            state = Mutex(State(file: file, channels: Array(repeating: channel, count: file.channelCount)))
        } catch {
            throw EngineError(error)
        }
    }

    /// All audio that was read so far.
    package var decodedLength: SampleCount {
        state.withLock { state in (state.channels.map(\.store.end).max() ?? .zero) - .zero }
    }

    /// Goes on to the next windows. Blocks.
    ///
    /// - Parameters:
    ///   - limit: most speech in a window; asked again for each second of audio.
    ///   - mayContinue: asked before each second of audio.
    package func next(limit: @Sendable () -> SampleCount, mayContinue: @Sendable () -> Bool) throws(EngineError) -> Batch {
        let result = state.withLock { state in
            Result { () throws(EngineError) in try Self.next(&state, limit: limit, mayContinue: mayContinue) }
        }
        return try result.get()
    }

    private static func next(
        _ state: inout State, limit: @Sendable () -> SampleCount, mayContinue: @Sendable () -> Bool
    ) throws(EngineError) -> Batch {
        var items: [Item] = []
        var isEnd = false
        for _ in 0..<maxBlocks where items.isEmpty && !isEnd {
            guard mayContinue() else { throw .cancelled }
            let block = try read(state.file)
            isEnd = block == nil
            let limit = limit()
            for number in state.channels.indices {
                state.channels[number].planner.limit = limit
                let windows =
                    if let block, number < block.channels.count {
                        try hear(block.channels[number], &state.channels[number])
                    } else {
                        try finish(&state.channels[number])
                    }
                items += take(windows, &state.channels[number], ChannelIndex(number))
            }
        }
        return Batch(items: items, through: state.channels.map(\.planner.neededFrom).min() ?? .zero, isEnd: isEnd)
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
        // Fills up the last window of voice activity: speech may reach to the very end.
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
            windows += channel.planner.add(probability: probability, power: power)
        }
        return windows
    }

    private static func take(_ windows: [SpeechWindow], _ channel: inout Channel, _ number: ChannelIndex) -> [Item] {
        let items = windows.map { window in
            var window = window
            window.audio.end = min(window.audio.end, channel.store.end)
            return Item(channel: number, window: window, samples: channel.store[window.audio])
        }
        channel.store.discard(before: channel.planner.neededFrom)
        return items
    }
}
