import Speech

/// A reading of the open window at a place in speech that goes on. Its words are the draft of the next reading and are shown. They decide nothing,
/// except where no pause comes: the window is then cut by them.
struct DraftReading: Sendable, Equatable {
    /// The question for the words. Its audio begins with committed words where these are heard again.
    let question: LiveQuestion
    /// The words of the window; nil: no reading has needed them so far.
    var words: [LiveWord]?

    /// End of the audio that is read.
    var end: SampleIndex { question.audio.end }
}
