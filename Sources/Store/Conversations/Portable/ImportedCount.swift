/// Numbers of objects in an import.
package struct ImportedCount: Sendable, Equatable {
    /// New objects.
    package var added: Int
    /// Objects that the user had already.
    package var present: Int
    /// References to objects that do not exist, and objects that are left out for want of them.
    package var incomplete: Int

    package init(added: Int = 0, present: Int = 0, incomplete: Int = 0) {
        self.added = added
        self.present = present
        self.incomplete = incomplete
    }

    package static func += (count: inout ImportedCount, other: ImportedCount) {
        count.added += other.added
        count.present += other.present
        count.incomplete += other.incomplete
    }
}
