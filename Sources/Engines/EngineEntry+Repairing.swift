internal import Sessions
package import Speech

extension Sequence<EngineEntry> {
    /// Returns the engines that recognize recordings in this language, in the order in which to ask them: engines of this process first.
    package func repairers(language: LanguageTag?) -> [EngineEntry] {
        let able = filter { entry in
            guard let capabilities = entry.capabilities(for: .prerecorded), capabilities.prerecorded else { return false }
            guard let language, !language.isMulti else { return true }
            return capabilities.languages.contains(language)
        }
        return able.filter(\.isInProcess) + able.filter { !$0.isInProcess }
    }
}

extension EngineEntry {
    fileprivate var isInProcess: Bool { if case .inProcess = live { !asksServer } else { false } }
}
