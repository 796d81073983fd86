package import Speech

/// An engine for recordings as an engine for live audio. A voice detector of this machine cuts the audio into segments, and the engine recognises
/// each segment as a recording: again and again for interims while speech goes on, and once for the final.
///
/// Streams have the words of the engine, the times that it gives, and the rules of the local engine for segments, pauses and turns.
package struct SegmentedEngine: StreamingEngine, ModelChoosing {
    package struct Configuration: Sendable, Equatable {
        /// Time between two interims of speech that goes on. An engine that is slower than this is asked less often.
        package var interimPeriod: Duration
        /// Maximum length of a segment. A session sends an engine at most 30 s of audio beyond the engine's last words, and silence of up to 11 s may
        /// come before a segment.
        package var longest = Duration.seconds(18)
        /// Time that the engine may take for a segment, in addition to the segment's own length. A stream whose final takes longer is closed.
        package var patience = Duration.seconds(15)
        /// Time that the end-of-turn model may take. Without its answer, silence alone ends the turn. The answer is due within 300 ms; a busy machine
        /// may need more.
        package var judgmentPatience = Duration.seconds(5)

        package init(interimPeriod: Duration = .seconds(1)) { self.interimPeriod = interimPeriod }
    }

    package let name: EngineName
    package let capabilities: Capabilities
    private let engine: any PrerecordedEngine
    private let detecting: any VoiceDetecting
    private let turns: (any TurnJudging)?
    private let configuration: Configuration
    private let clock: @Sendable () -> Instant
    private let timeout: Timeout
    private let order: @Sendable (StreamOptions) -> RecognitionOptions
    private let listening = ListeningThread()

    /// - Parameters:
    ///   - engine: the engine that recognises the segments. It must accept raw 16-bit PCM.
    ///   - detecting: the voice detector that finds speech.
    ///   - model: the engine's name of the model that recognises the segments of streams that name none; nil: the engine's default.
    ///   - turns: the model that tells whether a turn is complete; nil: silence alone ends turns.
    ///   - clock: the time by which it is measured how long the engine takes.
    ///   - wait: waits for a duration, and throws when the task is cancelled; ends the wait for an engine that takes too long.
    ///   - order: returns the options of a segment for those of its stream.
    package init(
        _ engine: any PrerecordedEngine, model: String? = nil, detecting: any VoiceDetecting, turns: (any TurnJudging)?,
        _ configuration: Configuration = Configuration(), clock: @escaping @Sendable () -> Instant = { .now },
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        order: @escaping @Sendable (StreamOptions) -> RecognitionOptions
    ) {
        self.engine = engine
        self.detecting = detecting
        self.turns = turns
        self.configuration = configuration
        self.clock = clock
        timeout = Timeout(wait: wait)
        self.order = order
        name = engine.name
        var capabilities = Self.capabilities(engine.capabilities)
        if let model { capabilities.models = [model] + capabilities.models.filter { $0 != model } }
        self.capabilities = capabilities
    }

    /// Returns the capabilities for live audio of an engine with these capabilities for recordings.
    package static func capabilities(_ recorded: Capabilities) -> Capabilities {
        var capabilities = Capabilities(
            streaming: true, prerecorded: recorded.prerecorded, languages: recorded.languages, models: recorded.models,
            wordTimes: recorded.wordTimes, channelsPerStream: 8,
            liveChanges: [.endpointing, .turn, .keyterms, .formatted])
        capabilities.findsPauses = true
        return capabilities
    }

    package func model(for options: StreamOptions) -> String? { capabilities.model(for: order(options).model) }

    package func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
        let stream = SegmentStream(options, on: listening, deliver: deliver)
        guard (1...capabilities.channelsPerStream).contains(options.channels) else {
            stream.post(.unavailable(.badRequest("\(name) accepts up to \(capabilities.channelsPerStream) channels in a stream")))
            return stream
        }
        Task { [engine, detecting, turns, configuration, clock, timeout, order] in
            do throws(EngineError) {
                // Waits for the detector's model, and keeps the model until the stream is over.
                guard let keeper = try await detecting.loadedDetector() else {
                    return stream.post(.unavailable(.unavailable("the voice detector's model is not loaded")))
                }
                stream.post(
                    .ready(
                        RecordingSegmentService(engine, detecting, keeper: keeper, turns, configuration, options, clock: clock, timeout, order)))
            } catch {
                stream.post(.unavailable(error))
            }
        }
        return stream
    }
}
