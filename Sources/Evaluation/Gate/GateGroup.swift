/// What a gate is for.
public enum GateGroup: String, Sendable, CaseIterable {
    /// Nobody is taken for somebody else.
    case speakerSafety = "speaker_safety"
    /// A few users may be given it.
    case canaryReadiness = "canary_readiness"
    /// It is good enough at all.
    case defaultViability = "default_viability"
}
