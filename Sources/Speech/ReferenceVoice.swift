/// The voice of a person who may speak in a recording: some seconds in which nobody else speaks.
package struct ReferenceVoice: Sendable, Equatable {
    /// The person's name, as the client wrote it.
    package var name: String
    package var recording: Recording

    package init(name: String, _ recording: Recording) {
        self.name = name
        self.recording = recording
    }
}
