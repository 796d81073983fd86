/// The result of checking one part of the installation.
struct Finding: Equatable {
    enum Outcome: Equatable {
        case ok
        /// Harken works without this part, but a feature is missing. The text says what to do.
        case note(String)
        /// Harken does not work without this part. The text says what to do.
        case missing(String)
    }

    /// Name of the part: `models`, `data directory`.
    var part: String
    var outcome: Outcome
    /// Details that were found.
    var detail: String

    init(_ part: String, _ outcome: Outcome, _ detail: String) {
        self.part = part
        self.outcome = outcome
        self.detail = detail
    }

    var word: String {
        switch outcome {
        case .ok: "ok"
        case .note: "note"
        case .missing: "missing"
        }
    }

    var remedy: String? {
        switch outcome {
        case .ok: nil
        case .note(let remedy), .missing(let remedy): remedy
        }
    }
}
