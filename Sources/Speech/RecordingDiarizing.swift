/// Tells the speakers of a recording apart whose words another engine has recognised.
package protocol RecordingDiarizing: Sendable {
    /// Returns `transcript` with the speakers of its words, and with segments of one speaker each.
    ///
    /// - Parameter options: those of the words' recognition: the channels, and the voices whose names the speakers get.
    /// - Returns: nil when the speakers cannot be told: a model is missing, no voice is heard, or the places of the words are not known.
    func diarize(_ transcript: Transcript, in recording: Recording, options: RecognitionOptions) async throws(EngineError) -> Transcript?
}

extension Transcript {
    /// True if there are words, and nobody has told who said any of them.
    package var lacksSpeakers: Bool {
        let words = channels.lazy.flatMap(\.words)
        return !words.isEmpty && words.allSatisfy { $0.speaker == nil }
    }

    /// Notes that nobody has told the speakers, if they were asked for. Channels that were heard apart have a speaker each.
    package mutating func noteUntoldSpeakers(of options: RecognitionOptions) {
        if options.diarize, channels.count == 1, lacksSpeakers { notices.append(.untoldSpeakers) }
    }
}
