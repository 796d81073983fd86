extension JobRunner {
    /// The kinds of jobs that there are, by the names that the store has for them.
    static let protocols: [String: any JobProtocol] = [
        AssemblyAIJobs.dialect: AssemblyAIJobs(), DeepgramJobs.dialect: DeepgramJobs(), SyncJobs.dialect: SyncJobs(),
        PostprocessJobs.dialect: PostprocessJobs(),
    ]
}
