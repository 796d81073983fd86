import Conversations
import Foundation
import HarkenTesting
import Live
import LocalEngine
import Speech
import Testing

private let models = ModelFolder(environment: ProcessInfo.processInfo.environment)

@Suite(.needs(models.missing([.runtime, .sentenceEmbedder, .sentenceVocabulary]).isEmpty, "the models are not there: make setup"))
struct `Categories of conversations` {
    private static let summaries: [(String, Set<ConversationCategory>)] = [
        ("The knee still hurts after the operation. The doctor prescribes another cream and physiotherapy.", [.health]),
        ("We land in Lisbon at nine. The hotel is near the old town. Don't forget the passports.", [.travel]),
        (
            "The release moves to Thursday because two bugs are open. Maria prepares the slides for the client meeting.",
            [.work, .business, .technology]
        ),
        ("They lost two to one in extra time. The goalkeeper was the best man on the field.", [.sports]),
        ("The mortgage runs for another ten years. The bank offers a lower interest rate.", [.finance, .economics]),
        ("The chorus comes twice, and then the guitar plays a solo. The band rehearses on Fridays.", [.music]),
        ("The baby slept through the night. Daycare opens at eight.", [.parenting, .family]),
        ("The compiler crashes when the array is empty. We rewrite the function in Swift.", [.technology]),
        ("Tomorrow there will be rain in the morning, and snow above a thousand meters.", [.weather]),
        ("The court decides in March whether the contract is valid. The lawyer is confident.", [.legal]),
        ("The homework is due on Monday. The exam covers chapters four to nine.", [.education]),
        ("The film is too long, but the actors are wonderful. The series ends next week.", [.entertainment]),
        ("The parliament votes on the law next month. The opposition wants new elections.", [.politics, .news]),
        ("The novel tells of a sailor. The poet wrote the last chapter in exile.", [.literature]),
        ("The glaciers melt faster than expected. Forests burn every summer.", [.environment]),
        ("Investors like the pitch. The startup needs a second founder.", [.entrepreneurship, .business]),
    ]

    private func conversation(_ summary: String?) -> Conversation {
        Conversation(id: ID("c"), user: .local, source: "omi", summary: summary, started: .init(milliseconds: 0), finished: .init(milliseconds: 1))
    }

    @Test func `are told by meaning`() async throws {
        let categories = ConversationCategories(try SentenceEmbedder(models, InferenceRuntime(path: models.path(of: .runtime))))
        var wrong: [String] = [], nearest: [String] = []
        for (summary, right) in Self.summaries {
            let told = await categories.category(of: conversation(summary))
            nearest.append("\(String(describing: await categories.nearest(to: conversation(summary)))) \(summary)")
            if !right.contains(told) { wrong.append("\(told): \(summary)") }
        }
        Attachment.record(nearest.joined(separator: "\n"), named: "nearest.txt")
        #expect(wrong.count <= 2, "\(wrong)")
    }

    @Test func `are other where nothing tells`() async throws {
        let categories = ConversationCategories(try SentenceEmbedder(models, InferenceRuntime(path: models.path(of: .runtime))))
        for text in ["Yes. Okay. Mhm.", "One two three four."] { #expect(await categories.category(of: conversation(text)) == .other, "\(text)") }
        #expect(await categories.category(of: conversation(nil)) == .other)
        #expect(await ConversationCategories(nil).category(of: conversation("The knee hurts.")) == .other)
    }
}
