package import Speech

/// Reason why no engine may recognise a recording. The description says which key or setting to change.
package enum RoutingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The caller sent a key of their own that is not used for this workload. The operator's key is not used in its place.
    case ownKeyNotUsed(EngineName, Workload)
    /// Only AssemblyAI may do the work, and there is no key for it.
    case assemblyAIKeyMissing(Workload)
    case noEngine(Workload)

    package var description: String {
        switch self {
        case .ownKeyNotUsed(.assemblyAI, let workload):
            """
            AssemblyAI does not take the workload "\(workload.rawValue)" here, so X-BYOK-AssemblyAI cannot be used, and the operator's key is not used in its \
            place. Send X-BYOK-Deepgram, or no key of your own; or have the operator set ASSEMBLYAI_BACKGROUND_STT_ENABLED=true and name \
            "\(workload.rawValue)" in ASSEMBLYAI_BACKGROUND_STT_WORKLOADS.
            """
        case .ownKeyNotUsed(let engine, let workload):
            """
            \(engine) does not take the workload "\(workload.rawValue)", so the key of yours for it cannot be used, and the operator's key is not used in its \
            place. Send X-BYOK-Deepgram or X-BYOK-AssemblyAI, or no key of your own.
            """
        case .assemblyAIKeyMissing(let workload):
            """
            AssemblyAI is to take the workload "\(workload.rawValue)" and has no key. Send X-BYOK-AssemblyAI or X-BYOK-Deepgram; or have the operator set \
            ASSEMBLYAI_API_KEY, or ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED=true, or take "\(workload.rawValue)" out of \
            ASSEMBLYAI_BACKGROUND_STT_WORKLOADS.
            """
        case .noEngine(let workload):
            """
            There is no engine for the workload "\(workload.rawValue)". Send X-BYOK-Deepgram; or have the operator install the local models (harken \
            models install), or set DEEPGRAM_API_KEY.
            """
        }
    }
}
