/// Everything that local recognition needs, loaded. One per process.
package struct LocalModels: Sendable {
    package let runtime: InferenceRuntime
    package let recognizer: Recognizer
    package let voiceActivity: VoiceActivity
    /// nil when it could not be loaded: live turns then end by silence alone.
    package let endOfTurn: EndOfTurn?
    /// nil when it could not be opened: words then get times in proportion to their letters.
    package let aligner: WordAligner?
    /// nil when it could not be loaded: voices are then not told apart.
    package let speakerEmbedder: SpeakerEmbedder?
    /// nil when it could not be loaded: nothing is then found by its meaning.
    package let sentenceEmbedder: SentenceEmbedder?

    /// Loads them; takes some seconds.
    ///
    /// - Parameter threads: how many alignments may run at once.
    package init(_ folder: ModelFolder, threads: Int) throws(InferenceError) {
        if let first = folder.missing([.runtime, .encoder, .decoder, .tokenTable, .voiceActivity]).first { throw .missingFile(first) }
        runtime = try InferenceRuntime(path: folder.path(of: .runtime))
        voiceActivity = try VoiceActivity(runtime, path: folder.path(of: .voiceActivity))
        endOfTurn = try? EndOfTurn(runtime, path: folder.path(of: .endOfTurn))
        recognizer = try Recognizer(folder, runtime)
        // On one thread of their own, so that recognition is never held up by more than that.
        let pool = DecodePool(threads: 1)
        speakerEmbedder = try? SpeakerEmbedder(runtime, path: folder.path(of: .speakerEmbedder), pool: pool)
        sentenceEmbedder = try? SentenceEmbedder(
            runtime, path: folder.path(of: .sentenceEmbedder), vocabulary: folder.path(of: .sentenceVocabulary), pool: pool)
        aligner = try? WordAligner(
            library: AlignerLibrary(path: folder.path(of: .alignerLibrary)), acousticModel: folder.alignerFolder,
            dictionary: folder.path(of: .alignerDictionary), decoders: threads)
    }
}
