import Framing

extension KeyText {
    /// Reads the key that a setting of a recording gives.
    init(setting name: String, _ text: String) throws(RecordingError) {
        do throws(Flaw) { self = try KeyText(text) } catch { throw .invalidSetting(name, problem: "\(error)") }
    }
}
