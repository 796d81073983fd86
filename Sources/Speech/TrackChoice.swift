/// The sound tracks of a recording that are heard. Films, screen recorders and editors write several tracks into one file.
public enum TrackChoice: Sendable, Hashable {
    /// The track that the file marks as its default, else the first one; a track without sound yields to the next one that has some.
    case usual
    /// One track, counted from 1 in the order of the file.
    case number(Int)
    /// Every track, each as a channel of its own.
    case all

    /// Maximum number of a track. A file with more streams is not read any further.
    package static let maxNumber = 64

    /// Parses the text that clients and users write: `all`, or a number from 1; nil for other texts.
    package init?(_ text: String) {
        if text == "all" {
            self = .all
        } else if let number = Int(text), (1...Self.maxNumber).contains(number) {
            self = .number(number)
        } else {
            return nil
        }
    }

    /// The text that clients and users write; nil for the usual choice, which they leave out.
    package var text: String? {
        switch self {
        case .usual: nil
        case .number(let number): String(number)
        case .all: "all"
        }
    }
}
