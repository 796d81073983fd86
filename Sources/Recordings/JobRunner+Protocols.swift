extension JobRunner {
    /// The kinds of jobs, by their names in the store.
    static let protocols: [String: any JobProtocol] = [
        AssemblyAIJobs.dialect: AssemblyAIJobs(), DeepgramJobs.dialect: DeepgramJobs(), SonioxJobs.dialect: SonioxJobs(),
        SyncJobs.dialect: SyncJobs(),
        PostprocessJobs.dialect: PostprocessJobs(), ImportJobs.dialect: ImportJobs(),
    ]
}
