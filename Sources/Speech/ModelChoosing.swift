/// A streaming engine of this process with several models, of which the options of a stream choose one.
package protocol ModelChoosing: StreamingEngine {
    /// Returns the name of the model that hears a stream with these options; nil: not known.
    func model(for options: StreamOptions) -> String?
}

extension StreamingEngine {
    /// Returns the name of the model that hears a stream with these options: the usual one, unless the engine chooses; nil: not known.
    package func hearingModel(for options: StreamOptions) -> String? {
        (self as? any ModelChoosing)?.model(for: options) ?? capabilities.models.first
    }
}
