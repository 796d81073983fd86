internal import Speech

/// A stream of a live session that is not over.
struct OpenStream {
    let engine: EngineName
    /// The model that hears the stream: as the vendor has named it, else the one that was asked for.
    var model: EngineModel
}
