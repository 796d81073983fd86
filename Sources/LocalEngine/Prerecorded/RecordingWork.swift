package import Audio
import Speakers
package import Speech

/// Recognises one recording: reads the audio, finds windows of speech, and recognises several windows at once, in bounded memory.
package struct RecordingWork: Sendable {
    private let media: any MediaSource
    private let pool: DecodePool
    private let voiceActivity: VoiceActivity
    private let recognizer: RecordingRecognizer
    /// The listener that tells speakers apart; nil: speakers are not told apart.
    private let speakers: SpeakerListener?
    private let configuration: WindowPlanner.Configuration

    package init(
        media: any MediaSource, pool: DecodePool, voiceActivity: VoiceActivity, recognizer: RecordingRecognizer, speakers: SpeakerListener? = nil,
        configuration: WindowPlanner.Configuration = .init()
    ) {
        self.speakers = speakers
        self.media = media
        self.pool = pool
        self.voiceActivity = voiceActivity
        self.recognizer = recognizer
        self.configuration = configuration
    }

    /// A window that was recognised.
    private struct FinishedWindow: Sendable {
        var index: Int
        var channel: ChannelIndex
        var heard: Result<HeardWindow, EngineError>
    }

    private enum Finished: Sendable {
        case window(FinishedWindow)
        case stretch(ChannelIndex, Result<LocalSpeakers?, EngineError>)
    }

    private struct HeardWindow: Sendable {
        var text: HeardText
        var passages: [SpeakerListener.Passage] = []
    }

    private enum HeardText: Sendable {
        case window(RecognizedWindow)
        /// The windows before have a part in its language.
        case utterance(HeardUtterance)
    }

    package func run(
        _ recording: Recording, _ options: LocalRecordingOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> SpokenTranscript {
        let reader = try await open(recording, separateChannels: options.separateChannels)
        let state = try await hear(reader, progress)
        var spoken = state.transcript(length: reader.decodedLength)
        spoken.transcript.notices = reader.notices + state.notices
        return spoken
    }

    /// Returns the speakers of each channel.
    func diarize(_ recording: Recording, separateChannels: Bool) async throws(EngineError) -> [Diarization.Result] {
        try await hear(try await open(recording, separateChannels: separateChannels)) { _ in }.speakerResults
    }

    private func hear(
        _ reader: RecordingReader, _ progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> RecordingProgress {
        let result = await withTaskGroup(of: Finished.self) { group in
            let result = await recognize(reader, &group, progress)
            group.cancelAll()
            return result
        }
        return try result.get()
    }

    private func recognize(
        _ reader: RecordingReader, _ group: inout TaskGroup<Finished>, _ progress: @Sendable (RecognitionProgress) -> Void
    ) async -> Result<RecordingProgress, EngineError> {
        var state = RecordingProgress(channels: reader.channelCount, length: reader.length)
        var order = ResultOrder<FinishedWindow>()
        // This number keeps every thread busy while the next windows are looked for.
        let maxRunning = 2 * pool.threadCount + 1
        var runningCount = 0
        if case .known(let known) = recognizer { state.recognizer = known }
        while true {
            while !state.isRead, runningCount < maxRunning {
                let batch: RecordingReader.Batch
                do throws(EngineError) { batch = try await next(reader) } catch { return .failure(error) }
                for item in batch.items {
                    let index = state.began(item)
                    runningCount += 1
                    group.addTask { .window(await recognize(item, index)) }
                }
                for stretch in batch.stretches {
                    runningCount += 1
                    group.addTask { .stretch(stretch.channel, await listen(to: stretch)) }
                }
                state.read(through: batch.through, isEnd: batch.isEnd)
                if batch.items.isEmpty { state.report(progress) }
            }
            guard let finished = await group.next() else { break }
            runningCount -= 1
            switch finished {
            case .stretch(_, .failure(let error)): return .failure(error)
            case .stretch(let channel, .success(let speakers)): if let speakers { state.heard(speakers, channel) }
            case .window(let window):
                for finished in order.add(window, at: window.index) {
                    do throws(EngineError) {
                        let heard = try finished.heard.get(), window = try await settle(heard.text, after: state.language(of: finished.channel))
                        state.finished(finished.index, finished.channel, window, heard.passages, progress)
                    } catch {
                        return .failure(error)
                    }
                }
            }
        }
        if Task.isCancelled { return .failure(.cancelled) }
        return state.isForeign ? .failure(.unsupportedLanguage(.undetermined)) : .success(state)
    }

    private func open(_ recording: Recording, separateChannels: Bool) async throws(EngineError) -> RecordingReader {
        // The wait does not block a thread of the pool: the recordings whose turn it is need these threads.
        let turn: any MediaTurn
        do throws(MediaError) { turn = try await media.turn(for: recording) } catch { throw EngineError(error) }
        let opened = await pool.run(.prerecorded) { _ in
            Result { () throws(EngineError) in
                try RecordingReader(
                    turn, separateChannels: separateChannels, voiceActivity, configuration, hasStretches: speakers?.hearsStretches ?? false)
            }
        }
        guard let opened else { throw .cancelled }
        return try opened.get()
    }

    private func next(_ reader: RecordingReader) async throws(EngineError) -> RecordingReader.Batch {
        let limit = WindowPlanner.limit(recognizer.longestWindow, threads: pool.threadCount)
        let batch = await pool.run(.prerecorded) { permit in
            Result { () throws(EngineError) in
                try reader.next(limit: limit, mayContinue: { permit.mayContinue() })
            }
        }
        guard let batch else { throw .cancelled }
        return try batch.get()
    }

    private func listen(to stretch: RecordingReader.Stretch) async -> Result<LocalSpeakers?, EngineError> {
        let heard = await pool.run(.prerecorded) { _ in
            Result { () throws(InferenceError) in try speakers?.listen(to: stretch) }
        }
        return heard?.mapError { .unavailable($0.description) } ?? .failure(.cancelled)
    }

    private func recognize(_ item: RecordingReader.Item, _ index: Int) async -> FinishedWindow {
        let heard: Result<HeardWindow, EngineError>
        do throws(EngineError) {
            let text = try await text(of: item)
            heard = .success(HeardWindow(text: text, passages: try await passages(of: item)))
        } catch {
            heard = .failure(error)
        }
        return FinishedWindow(index: index, channel: item.channel, heard: heard)
    }

    private func text(of item: RecordingReader.Item) async throws(EngineError) -> HeardText {
        switch recognizer {
        case .heard(let hearing): return .utterance(try await hearing.hear(item))
        case .known(let known):
            return .window(
                try await pool.prerecorded(isLong: known.recognizer.isLong(item)) { (permit) throws(InferenceError) in
                    try known.recognizer.recognize(item, mayContinue: permit.mayContinue)
                })
        case .voicesOnly: return .window(RecognizedWindow(words: []))
        }
    }

    private func passages(of item: RecordingReader.Item) async throws(EngineError) -> [SpeakerListener.Passage] {
        guard let speakers else { return [] }
        return try await pool.prerecorded { (permit) throws(InferenceError) in try speakers.listen(to: item, mayContinue: permit.mayContinue) }
    }

    /// Returns the window of a text, in the language that it has behind the windows before.
    private func settle(_ text: HeardText, after former: LanguageTag?) async throws(EngineError) -> RecognizedWindow {
        switch (text, recognizer) {
        case (.window(let window), _): return window
        case (.utterance(let utterance), .heard(let hearing)): return try await hearing.settle(utterance, after: former?.primary)
        case (.utterance(let utterance), .known), (.utterance(let utterance), .voicesOnly): return utterance.window
        }
    }
}
