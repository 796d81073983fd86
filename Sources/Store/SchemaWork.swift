/// A step of the schema that is begun and may take long, because the database has rows already.
package struct SchemaWork: Sendable, Equatable {
    /// Number of the step.
    package var step: Int
    /// Number of the last step.
    package var last: Int
    /// The work in words that follow the name of the database: "builds the index of words".
    package var work: String

    package init(step: Int, of last: Int, _ work: StaticString) {
        self.step = step
        self.last = last
        self.work = work.description
    }

    /// The step among all: `32 of 33`.
    package var place: String { "\(step) of \(last)" }
}
