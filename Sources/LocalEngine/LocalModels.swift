/// The models that recognition uses, loaded together.
package struct LocalModels: Sendable {
    package let recognizer: Recognizer
    package let voiceActivity: VoiceActivity
    /// The end-of-turn model; nil when it could not be loaded: live turns then end by silence alone.
    package let endOfTurn: EndOfTurn?
    /// The word aligner; nil when it could not be opened: words then get times in proportion to their letters.
    package let aligner: WordAligner?
    /// The compiler of key terms. It takes no memory until the first terms come.
    package let keyTerms: KeyTermCompiler

    /// Loads the models. Takes some seconds.
    ///
    /// - Parameter threads: maximum number of alignments that run at the same time.
    package init(_ folder: ModelFolder, _ runtime: InferenceRuntime, threads: Int) throws(InferenceError) {
        try folder.check([.encoder, .decoder, .tokenTable, .voiceActivity])
        voiceActivity = try VoiceActivity(runtime, path: folder.path(of: .voiceActivity))
        endOfTurn = try? EndOfTurn(runtime, path: folder.path(of: .endOfTurn))
        recognizer = try Recognizer(folder, runtime)
        keyTerms = KeyTermCompiler(recognizer.table, dictionary: folder.path(of: .alignerDictionary))
        aligner = try? WordAligner(
            library: AlignerLibrary(path: folder.path(of: .alignerLibrary)), acousticModel: folder.alignerFolder,
            dictionary: folder.path(of: .alignerDictionary), decoders: threads)
    }
}
