import Framing

extension KeyText {
    /// Reads the key of an engine: the parameter `key`, or else the value of the variable.
    init(_ text: String, isParameter: Bool, variable: String) throws(KitError) {
        do throws(Flaw) { self = try KeyText(text) } catch {
            throw .invalidKey(name: isParameter ? "key" : variable, problem: "\(error)")
        }
    }
}
