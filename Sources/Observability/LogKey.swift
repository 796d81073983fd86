/// The keys of values in a log line, in addition to the line's constant message. Never spoken words, audio, keys or query strings.
package enum LogKey: String, Sendable {
    case session = "session.id"
    case conversation = "conversation.id"
    case request = "request.id"
    case dialect
    case engine
    /// The vendor's identifier of its session or request.
    case engineSession = "engine.session.id"
    case model
    case route
    case method
    case status
    case peer
    case reason
    case error
    case seconds
    case address
    case path
    case version
    /// Engines and their states.
    case engines
    /// Callers who are admitted.
    case access
    /// Seconds that the work took.
    case duration = "duration.seconds"
    case name
    /// The setting that may be meant.
    case meant
    /// Maximum number of open files.
    case files
    /// Number of live sessions for which there is room.
    case sessions
    case count
    case bytes
    /// Free bytes of a disk.
    case free
    /// Bytes of a disk in all.
    case size
    /// Parts of the data with their sizes.
    case parts
    /// Step of the database's schema, among all steps.
    case step
    /// Work that is being done, in words.
    case work
    /// Number of days.
    case days
    case code
    case key = "key.id"
    /// Seconds of audio.
    case audio = "audio.seconds"
    /// Seconds of audio without words.
    case missing = "missing.seconds"
    /// Longest delay of final words, in seconds.
    case delay = "delay.seconds"
    /// Number of words.
    case words
}
