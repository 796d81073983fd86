import Speech
import Testing

@Suite struct `Languages of local models` {
    private let known: Set<String> = ["en", "de", "fr", "ru"]

    @Test func `are English for Moonshine and the rest for Whisper by default`() {
        #expect(LocalLanguages(models: "en=moonshine-base,*=whisper-base") == .standard)
        #expect(LocalLanguages.standard.codes(known: known) == known)
        #expect(LocalLanguages.standard.codes(known: []) == ["en"])
        #expect(LocalLanguages.standard.identifiable(known: known) == known)
    }

    @Test func `are those that have a model`() {
        #expect(LocalLanguages(models: "de = whisper-base, en=moonshine-base")?.codes(known: known) == ["de", "en"])
        #expect(LocalLanguages(models: "*=whisper-base")?.codes(known: known) == known)
        #expect(LocalLanguages(models: "*=whisper-base")?.codes(known: []) == [])
    }

    @Test(arguments: ["no=whisper-base,nb=whisper-base", "zh=whisper-base,cmn=whisper-base", "he=whisper-base,iw=whisper-base"])
    func `may have two names with one model`(text: String) {
        #expect(LocalLanguages(models: text)?.codes(known: ["no", "zh", "he"]).count == 1)
    }

    @Test(arguments: [
        "", "en", "en=", "en=whisper", "de=moonshine-base", "*=moonshine-base", "en=whisper-base,en=moonshine-base",
        "en=whisper-base,eng=moonshine-base", "banana=whisper-base",
    ])
    func `are refused when the text is malformed`(text: String) {
        #expect(LocalLanguages(models: text) == nil)
    }

    @Test func `may be limited`() {
        #expect(LocalLanguages.standard.limited(to: "nl, German,en-US")?.identifiable(known: known) == ["de", "en"])
        #expect(LocalLanguages.standard.limited(to: "ja")?.identifiable(known: known) == known, "no model can keep this limit")
        for text in ["", ",", "banana", "xx", "auto", "d", "de;en"] { #expect(LocalLanguages.standard.limited(to: text) == nil) }
    }
}
