/// The purpose of a gate.
public enum GateGroup: String, Sendable, CaseIterable {
    /// Speakers are not mistaken for other people.
    case speakerSafety = "speaker_safety"
    /// The candidate may be given to a few users.
    case canaryReadiness = "canary_readiness"
    /// The candidate is good enough for use at all.
    case defaultViability = "default_viability"
}
