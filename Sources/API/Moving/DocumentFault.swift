internal import Framing

/// The reason why a document of an archive, or an object in it, is not imported.
struct DocumentFault: Error, Equatable {
    /// One sentence without its full stop.
    var reason: String

    init(_ reason: String) { self.reason = reason }
}
