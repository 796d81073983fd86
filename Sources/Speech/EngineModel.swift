/// A model of an engine, as its engine names it.
package struct EngineModel: Sendable, Equatable {
    package var name: String
    /// The vendor's version of the model; nil: not known.
    package var version: String?
    /// The vendor's name of the model's family; nil: not known.
    package var family: String?
    /// The vendor's identifier of the model; nil: not known.
    package var id: String?

    package init(_ name: String, version: String? = nil, family: String? = nil, id: String? = nil) {
        self.name = name
        self.version = version
        self.family = family
        self.id = id
    }
}
