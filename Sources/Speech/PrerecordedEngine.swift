/// An engine that recognises whole recordings.
package protocol PrerecordedEngine: Sendable {
    var name: EngineName { get }
    var capabilities: Capabilities { get }

    /// Recognises `recording`. Honours task cancellation between windows.
    ///
    /// - Parameter progress: called as work goes on, in order, from any thread.
    func recognize(
        _ recording: Recording, options: RecognitionOptions, progress: @escaping @Sendable (RecognitionProgress) -> Void
    ) async throws(EngineError) -> Transcript
}

/// Recorded audio on disk.
package struct Recording: Sendable, Equatable {
    /// The file's path.
    package var path: String
    /// `.raw` when the file has no container to describe it.
    package var format: AudioFormat

    package init(path: String, format: AudioFormat = .container) {
        self.path = path
        self.format = format
    }
}

package struct RecognitionOptions: Sendable, Equatable {
    package var language: LanguageTag?
    package var model: String?
    /// Recognise each channel by itself; otherwise they are mixed to one.
    package var separateChannels: Bool
    package var diarize: Bool
    package var keyterms: [String]
    package var workload: Workload

    package init(
        language: LanguageTag? = nil, model: String? = nil, separateChannels: Bool = false, diarize: Bool = false, keyterms: [String] = [],
        workload: Workload = .sync
    ) {
        self.language = language
        self.model = model
        self.separateChannels = separateChannels
        self.diarize = diarize
        self.keyterms = keyterms
        self.workload = workload
    }
}

package enum RecognitionProgress: Sendable, Equatable {
    /// Everything before `through` is done; `of` is the recording's length where it is known in advance. Both at `rate`.
    case reached(through: SampleIndex, of: SampleCount?, rate: SampleRate)
    /// The next stretch of speech, final, in order within its channel.
    case segment(ChannelIndex, words: [Word], rate: SampleRate)
}
