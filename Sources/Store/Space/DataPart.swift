/// A part of an installation's data whose size is measured.
package enum DataPart: String, Sendable, CaseIterable {
    /// The SQLite database with its log.
    case database
    /// Conversations' audio, and recordings of users' voices.
    case audio
    /// Transcripts of live sessions.
    case transcripts
    /// Recordings that wait to be recognized.
    case uploads
    /// Results of jobs that the database could not take yet.
    case results
    /// Audio and commits of sessions with incomplete transcripts.
    case journal
    /// Uploads that are being received or recognized.
    case spool
    /// Audio of `harken record` that is not sent yet.
    case recorder
    /// The models of the local engine.
    case models
}
