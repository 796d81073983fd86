/// The purpose of a recognition; policy and prices depend on it.
public enum Workload: String, Hashable, Sendable, CaseIterable {
    case realtime
    case pushToTalk = "ptt"
    case voiceMessage = "voice_message"
    case sync
    case background
    case postprocess
}
