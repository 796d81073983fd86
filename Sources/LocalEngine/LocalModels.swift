/// All models that local recognition uses, loaded. One instance per process.
package struct LocalModels: Sendable {
    package let runtime: InferenceRuntime
    package let recognizer: Recognizer
    package let voiceActivity: VoiceActivity
    /// The end-of-turn model; nil when it could not be loaded: live turns then end by silence alone.
    package let endOfTurn: EndOfTurn?
    /// The word aligner; nil when it could not be opened: words then get times in proportion to their letters.
    package let aligner: WordAligner?
    /// The voice model; nil when it could not be loaded: speakers are then not told apart.
    package let speakerEmbedder: SpeakerEmbedder?
    /// The sentence model; nil when it could not be loaded: search by meaning then finds nothing.
    package let sentenceEmbedder: SentenceEmbedder?

    /// Loads the models. Takes some seconds.
    ///
    /// - Parameter threads: maximum number of alignments that run at the same time.
    package init(_ folder: ModelFolder, threads: Int) throws(InferenceError) {
        if let first = folder.missing([.runtime, .encoder, .decoder, .tokenTable, .voiceActivity]).first { throw .missingFile(first) }
        runtime = try InferenceRuntime(path: folder.path(of: .runtime))
        voiceActivity = try VoiceActivity(runtime, path: folder.path(of: .voiceActivity))
        endOfTurn = try? EndOfTurn(runtime, path: folder.path(of: .endOfTurn))
        recognizer = try Recognizer(folder, runtime)
        // One thread of their own, so that voices and sentences take no more than one core from recognition.
        let pool = DecodePool(threads: 1)
        speakerEmbedder = try? SpeakerEmbedder(runtime, path: folder.path(of: .speakerEmbedder), pool: pool)
        sentenceEmbedder = try? SentenceEmbedder(
            runtime, path: folder.path(of: .sentenceEmbedder), vocabulary: folder.path(of: .sentenceVocabulary), pool: pool)
        aligner = try? WordAligner(
            library: AlignerLibrary(path: folder.path(of: .alignerLibrary)), acousticModel: folder.alignerFolder,
            dictionary: folder.path(of: .alignerDictionary), decoders: threads)
    }
}
