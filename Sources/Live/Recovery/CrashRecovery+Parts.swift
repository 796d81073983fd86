package import Admission
package import Observability
package import Speech
package import Store
package import Tracing
package import Usage

extension CrashRecovery {
    /// The services and settings that a recovery works with.
    package struct Parts: Sendable {
        let admission: Admission
        let conversations: ConversationService
        let usage: UsageRecorder
        let metrics: Metrics
        let log: Log
        /// Tracer of the recoveries; nil when nothing is traced.
        let tracer: Tracer?
        /// The operator's engines, best first.
        let engines: [EngineName]
        /// Time for which transcripts are kept.
        let transcriptAge: Duration
        /// Time when this process started. Work that began earlier and did not end is an earlier process's.
        let startedAt: UnixTime
        let now: @Sendable () -> UnixTime
        /// Calls a function after a time, by the clock of the live sessions' timers; not after the gateway's end.
        let after: @Sendable (Duration, @escaping @Sendable () -> Void) -> Void
        /// The time by which ages are judged.
        let retention: RetentionTime
        /// Returns the path of a file that does not exist yet, for audio that is given to an engine.
        let newPath: @Sendable () -> String
        /// Erases what users have asked to be forgotten, before any of it is recognised again.
        let forgetSpeech: @Sendable () async -> Void
        /// Called when the last of the earlier processes has ended that still lived at the start. Not called when there was none.
        let earlierProcessesEnded: @Sendable () async -> Void
        /// Called once, when the sessions of earlier runs are in their conversations, as far as they can be now.
        let sessionsTakenUp: @Sendable () async -> Void

        package init(
            admission: Admission, conversations: ConversationService, usage: UsageRecorder, metrics: Metrics, log: Log, tracer: Tracer?,
            engines: [EngineName], transcriptAge: Duration, startedAt: UnixTime, now: @escaping @Sendable () -> UnixTime,
            after: @escaping @Sendable (Duration, @escaping @Sendable () -> Void) -> Void, retention: RetentionTime,
            newPath: @escaping @Sendable () -> String,
            forgetSpeech: @escaping @Sendable () async -> Void, earlierProcessesEnded: @escaping @Sendable () async -> Void,
            sessionsTakenUp: @escaping @Sendable () async -> Void
        ) {
            self.admission = admission
            self.conversations = conversations
            self.usage = usage
            self.metrics = metrics
            self.log = log
            self.tracer = tracer
            self.engines = engines
            self.transcriptAge = transcriptAge
            self.startedAt = startedAt
            self.now = now
            self.after = after
            self.retention = retention
            self.newPath = newPath
            self.forgetSpeech = forgetSpeech
            self.earlierProcessesEnded = earlierProcessesEnded
            self.sessionsTakenUp = sessionsTakenUp
        }
    }
}
