internal import Sessions
package import Speech

/// An engine that accepts all audio and returns no words. Used in sessions whose client sends its own transcript, so that their audio is handled like
/// all other audio.
package struct NullEngine: StreamingEngine {
    package static let entry: EngineEntry = {
        let engine = NullEngine()
        return EngineEntry(name: engine.name, capabilities: engine.capabilities, live: .inProcess(engine))
    }()

    package let name = EngineName.client
    package let capabilities = Capabilities(streaming: true, prerecorded: false, languages: .any, models: [], channelsPerStream: 8)

    package func open(_ options: StreamOptions, deliver: @escaping @Sendable (EngineEvent) -> Void) -> any EngineStream {
        deliver(.opened)
        return Stream(options, deliver)
    }

    private final class Stream: EngineStream {
        private let options: StreamOptions
        private let deliver: @Sendable (EngineEvent) -> Void
        private var heard = SampleIndex.zero
        private var told = SampleIndex.zero
        private var isOver = false

        init(_ options: StreamOptions, _ deliver: @escaping @Sendable (EngineEvent) -> Void) {
            self.options = options
            self.deliver = deliver
        }

        func send(_ audio: RawSpan) {
            heard += SampleCount(audio.byteCount / (2 * options.channels))
            if heard - told >= SampleCount(.seconds(1), at: options.rate) { tell(.pause) }
        }

        func send(_ command: EngineCommand) {
            guard !isOver else { return }
            switch command {
            case .update, .keepAlive: break
            case .finalize: tell(.flush)
            case .finish:
                isOver = true
                tell(.endOfAudio)
                deliver(.closed(nil))
            case .cancel:
                isOver = true
                deliver(.closed(.cancelled))
            }
        }

        private func tell(_ reason: FinalReason) {
            for channel in 0..<options.channels {
                deliver(.final(Hypothesis(channel: ChannelIndex(channel), range: SampleRange(told, heard), words: []), reason: reason))
            }
            told = heard
        }
    }
}
