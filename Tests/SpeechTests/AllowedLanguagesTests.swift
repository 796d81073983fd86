import Speech
import Testing

@Suite struct `Languages that a key and a user allow` {
    private static let lists = ["", "de", "de en", "fr", "pt de"]
    private static let asked: [String?] = [nil, "multi", "de", "de-AT", "fr"]
    private static let among = ["", "de", "de fr", "it"]

    private func tags(_ list: String) -> [LanguageTag] { list.split(separator: " ").map { LanguageTag(String($0)) } }

    /// Every pair of lists, with every request: the result is judged by the rule in other words.
    @Test(arguments: lists, lists) func `limit every request`(key: String, user: String) throws {
        let allowed = AllowedLanguages(key: tags(key), user: tags(user)), lists = [tags(key), tags(user)].filter { !$0.isEmpty }
        func isAllowed(_ language: LanguageTag) -> Bool { lists.allSatisfy { $0.contains { $0.primary == language.primary } } }
        for asked in Self.asked {
            for choice in Self.among {
                let request = asked.map { LanguageTag($0) }, before = tags(choice)
                var language = request, among = before
                let named = request?.isMulti == false ? request : nil
                let left = (before.isEmpty ? tags("de en fr pt it") : before).filter(isAllowed)
                let outcome = Result { () throws(DisallowedLanguage) in try allowed.limit(&language, among: &among) }
                switch outcome {
                case .success:
                    #expect(named.map(isAllowed) ?? (lists.isEmpty || !left.isEmpty))
                    if lists.isEmpty {
                        #expect(language == request && among == before)
                    } else if named != nil {
                        #expect(language == request && among.allSatisfy(isAllowed))
                    } else {
                        #expect(Set(among) == Set(left))
                        #expect(language == (left.count == 1 ? left[0] : request))
                    }
                case .failure(let error):
                    #expect(language == request && among == before, "a refused request is not changed")
                    #expect(named.map { !isAllowed($0) } ?? left.isEmpty)
                    let list = error.holder == .key ? key : user
                    #expect(error.message.contains("\(error.holder.rawValue) allows \(list.replacing(" ", with: ", "))"), "\(error.message)")
                }
            }
        }
    }

    @Test func `are stored by their codes, each once`() {
        #expect(AllowedLanguages.stored(["German", "pt-BR", "de", "cmn"]) == "de pt zh")
        #expect(AllowedLanguages.stored([]) == "")
        for refused in ["xx", "auto", "multi", ""] { #expect(AllowedLanguages.stored(["de", refused]) == nil, "\(refused)") }
        #expect(AllowedLanguages.list("de pt zh") == tags("de pt zh"))
        #expect(AllowedLanguages.list("") == [])
        for text in ["", "de", "de pt zh"] { #expect(AllowedLanguages.text(of: AllowedLanguages.list(text)) == text) }
    }
}
