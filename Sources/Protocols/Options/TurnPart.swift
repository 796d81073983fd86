package import Speech

/// A part of a client's rule of turns.
///
/// A vendor's client sends the vendor's counterpart of a part, where the vendor has one. An engine without it ignores the part, and the client is told:
/// `LiveService.heeds` says which parts a vendor heeds.
package enum TurnPart: Sendable, CaseIterable {
    /// Confidence with which a model ends a turn.
    case confidence
    /// Silence after which words become final.
    case endpointing
    /// Silence that ends a turn, whatever a model says.
    case maximumSilence
    /// Silence that ends a turn of which a model is confident.
    case minimumSilence
    /// Probability from which audio counts as speech.
    case voice

    /// The live streams of an engine.
    package struct Engine: Sendable, Equatable {
        package var name: EngineName
        /// The model that the client named; nil: none.
        package var namedModel: String?
        /// The engine's model for clients that name none; nil: the vendor's usual one.
        package var usualModel: String?
        /// True if Harken's own detector finds the pauses: all parts are in force, whatever the vendor has.
        package var findsPauses: Bool

        package init(_ name: EngineName, namedModel: String? = nil, usualModel: String? = nil, findsPauses: Bool = false) {
            self.name = name
            self.namedModel = namedModel
            self.usualModel = usualModel
            self.findsPauses = findsPauses
        }

        /// - Parameter capabilities: the engine's for live audio; nil: those of its vendor.
        package init(_ name: EngineName, namedModel: String?, with capabilities: Capabilities?) {
            self.init(name, namedModel: namedModel, usualModel: capabilities?.models.first, findsPauses: capabilities?.findsPauses ?? false)
        }

        /// True if Harken's own detector ends turns: it waits for at least `TurnRule.leastMinimumSilence`.
        var usesDetector: Bool { findsPauses || name == .local }
    }

    /// Silence that stands for never: engines end no turn by a silence of this length or more.
    static let never: Duration = .seconds(60)

    /// Returns true if an engine's live streams heed the part, as the engine's vendor states in its `LiveService`.
    ///
    /// - Parameter silence: the client's value, where it is a silence; nil: a value that the engine's vendor has too.
    package func isHeeded(by engine: Engine, at silence: Duration? = nil) -> Bool {
        if engine.usesDetector { return !isRaisedByDetector(from: silence) }
        return Catalogue.heeds(self, engine, at: silence)
    }

    /// True if a longer silence stands for the client's, where silence alone ends turns or Harken's own detector hears it.
    func isRaised(from silence: Duration?) -> Bool {
        guard self == .minimumSilence, let silence else { return false }
        return silence < TurnRule.leastMinimumSilence
    }

    /// True if Harken's own detector waits for a longer silence than the client's. An endpointing that is too short to be meant is no such silence.
    private func isRaisedByDetector(from silence: Duration?) -> Bool {
        guard self == .endpointing, let silence else { return isRaised(from: silence) }
        return silence >= TurnRule.leastMeantEndpointing && silence < TurnRule.leastMinimumSilence
    }

    /// True if the part is a silence that an engine without a model for the ends of turns has too.
    var isPlainSilence: Bool { self == .endpointing || self == .minimumSilence }
}

extension Set<TurnPart> {
    /// True if an engine's live streams heed one of the parts; there are none in an option that is not about turns.
    func areHeeded(by engine: TurnPart.Engine, at silence: Duration? = nil) -> Bool { isEmpty || contains { $0.isHeeded(by: engine, at: silence) } }
}
