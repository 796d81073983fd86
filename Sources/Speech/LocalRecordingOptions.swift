/// The options of a recording that the local engine heeds.
///
/// The engine takes them from a request's options and reads no others: an option without a place here has no effect with it.
package struct LocalRecordingOptions: Sendable, Equatable {
    /// The spoken language, by its usual code; nil: the client named none.
    package var language: LanguageTag?
    /// True if the recording is a gap of a live stream that named no language: its language is found as in such a stream.
    package var isOfStream: Bool
    /// Languages that the speech may be in, where the language is found; empty: all.
    package var languages: [LanguageTag]
    /// False if `languages` are those that are likely: speech may be in others too.
    package var keepsToLanguages: Bool
    /// True if each channel is recognized by itself; false: the channels are mixed to one.
    package var separateChannels: Bool
    package var diarize: Bool
    package var keyterms: [String]
    /// Voices whose names the speakers get, where speakers are told apart.
    package var references: [ReferenceVoice]

    package init(_ options: RecognitionOptions) {
        language = options.language
        isOfStream = options.language == nil && options.workload == .realtime
        languages = options.shared.languages
        keepsToLanguages = options.shared.keepsToLanguages
        separateChannels = options.separateChannels
        diarize = options.diarize
        keyterms = options.keyterms
        references = options.references
    }
}
