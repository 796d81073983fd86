package import Speech

extension AllowedLanguages {
    /// Limits a recording's options.
    ///
    /// - Throws: when the options ask for languages that are not allowed.
    package func limit(_ options: inout RecognitionOptions) throws(DisallowedLanguage) {
        let asked = options.language
        var language = asked, among = options.shared.languages
        try limit(&language, among: &among)
        bound(&options.vendorOptions, from: asked, to: language, among)
        options.language = language
        options.shared.languages = among
        if self != .all { options.shared.keepsToLanguages = true }
    }

    /// Limits a live session's request in the same way. A client that names no language has it found among several that are allowed.
    package func limit(_ request: inout LiveRequest) throws(DisallowedLanguage) {
        let asked = request.language
        var language = asked, among = request.shared.languages
        try limit(&language, among: &among)
        if language == nil, !among.isEmpty { language = .multi }
        bound(&request.vendorOptions, from: asked, to: language, among)
        request.language = language
        request.shared.languages = among
        if self != .all { request.shared.keepsToLanguages = true }
    }

    /// Limits a live session's change in the same way. A change that leaves the language as it is asks for none.
    ///
    /// - Parameters:
    ///   - language: the session's language until now.
    ///   - shared: the session's options until now.
    package func limit(_ change: inout StreamChange, of language: LanguageTag?, _ shared: SharedOptions) throws(DisallowedLanguage) {
        guard self != .all else { return }
        // A client that goes from several languages to several others has the same language, `multi`, before and after.
        let isChoice = change.shared?.languages.isEmpty == false || change.vendor?.leavesLanguageOpen == true
        let asked = change.language ?? (isChoice ? .multi : nil)
        var limited: LanguageTag? = asked ?? .multi, among = (change.shared ?? shared).languages
        try limit(&limited, among: &among)
        if let asked {
            if limited == asked { change.vendor?.keepLanguages(among) } else { change.vendor?.dropLanguages() }
            if change.language != nil || limited != language { change.language = limited }
        }
        if change.shared != nil { change.shared?.expect(among, isStrict: true) }
    }

    /// Limits the client's own words to the languages that are left.
    private func bound(_ options: inout VendorOptions?, from asked: LanguageTag?, to language: LanguageTag?, _ among: [LanguageTag]) {
        let isFound = language?.isMulti ?? true
        // The client's own words for any language are not those for the only one that is left.
        if language != asked || (self != .all && !isFound && options?.asksForDetection == true) {
            options?.drop([.language])
        } else if self != .all {
            options?.keepLanguages(among)
        }
    }
}
