import Protocols
import Testing

@Suite struct `The settings of a user` {
    @Test func `are accepted within their limits`() {
        let accepted: [(UserChoices.Setting, String)] = [
            (.singleLanguage, "true"), (.learnsVoices, "false"), (.usesSummaryModel, "true"), (.vocabulary, ""), (.vocabulary, "one\ntwo words"),
            (.vocabulary, (0..<500).map { "w\($0)" }.joined(separator: "\n")), (.language, "de"), (.language, "pt-BR"), (.name, "Anna"),
            (.audioDays, "0"), (.audioDays, "36500"), (.timeZone, "Europe/Berlin"), (.timeZone, "UTC"),
            (.languages, "de"), (.languages, "de en zh"),
        ]
        for (setting, value) in accepted { #expect(setting.fault(in: value) == nil, "\(setting): \(value.prefix(40))") }
        let refused: [(UserChoices.Setting, String)] = [
            (.singleLanguage, "yes"), (.learnsVoices, ""), (.vocabulary, "one\n\ntwo"), (.vocabulary, String(repeating: "x", count: 101)),
            (.vocabulary, "x" + String(repeating: "\u{301}", count: 600)), (.vocabulary, "one\u{2028}two"),
            (.vocabulary, (0..<501).map { "w\($0)" }.joined(separator: "\n")), (.language, "!!"), (.language, ""), (.name, " \n"),
            (.name, String(repeating: "a", count: 401)), (.audioDays, "-1"), (.audioDays, "36501"), (.audioDays, "many"),
            (.timeZone, ""), (.timeZone, "../etc/passwd"), (.timeZone, "/etc/localtime"), (.timeZone, "+01:00"),
            (.languages, "de xx"), (.languages, "de de"), (.languages, "German"), (.languages, "multi"),
        ]
        for (setting, value) in refused { #expect(setting.fault(in: value)?.hasSuffix(".") == true, "\(setting): \(value.prefix(40))") }
    }
}
