import Admission
import Conversations
import HarkenTesting
import Protocols
@testable import Recordings
import Speech
import Store
import Testing

@Suite(.hangLimit) struct `A language that work cannot be ordered without` {
    private let german = LanguageTag("de"), french = LanguageTag("fr")

    private func options(_ language: LanguageTag?, among languages: [LanguageTag] = []) -> RecognitionOptions {
        var options = RecognitionOptions(language: language, diarize: true, workload: .postprocess)
        options.shared.languages = languages
        return options
    }

    /// A transcript that is repaired keeps its session's language; a conversation that is heard again has its language found.
    @Test(arguments: [nil, "de"]) func `is replaced where it is not allowed`(replacement: String?) async throws {
        try await TestRecordings.with([]) { recordings in
            try await recordings.store.set(UserChoices.Setting.languages.rawValue, to: "en fr", of: .local)
            let grant = await recordings.services.admission.grantForRepair(of: .local, key: nil)
            let replacement = replacement.map { LanguageTag($0) }
            var refused = options(german), allowed = options(.english)
            #expect(throws: RequestError.self) { try grant.limitLanguages(of: &refused) }
            grant.limitLanguages(of: &refused, else: replacement)
            #expect(refused == options(replacement))
            grant.limitLanguages(of: &allowed, else: replacement)
            #expect(allowed == options(.english, among: [.english, french]))
        }
    }
}
