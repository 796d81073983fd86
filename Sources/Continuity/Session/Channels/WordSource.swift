/// The source of words. Each source has its own positions, so its words are compared with the words of another source.
enum WordSource: Hashable, Sendable {
    case leg(LegID)
    case repair(RepairID)
    /// Several legs, by their votes.
    case vote
}
