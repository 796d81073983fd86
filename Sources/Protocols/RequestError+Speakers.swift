extension RequestError {
    /// The reason why speakers cannot be told apart, for texts to clients.
    static let speakersAreUntold = "no voice model is installed, and no engine of this session tells speakers apart"

    /// Returns the warning that a parameter which asks for speakers has no effect.
    static func untoldSpeakers(_ parameter: String) -> String { "\(parameter) has no effect, and words have no speakers: \(speakersAreUntold)." }
}
