import Speech
import Testing

@testable import Conversations

@Suite("Extractive summary") struct ExtractiveSummaryTests {
    private static let trip = [
        "Good morning. Did you sleep well?", "Yes, thanks. I booked the train to Lisbon for Friday.",
        "Great. The hotel in Lisbon is near the river, and the train arrives at noon.", "Okay. Anything else?",
        "We should bring an umbrella because Lisbon is rainy in November.", "Right.",
    ]

    @Test func `says what was said, in its own words and in order`() throws {
        let made = try #require(ExtractiveSummary(of: Self.trip))
        #expect(made.summary.contains("Lisbon"))
        let all = Self.trip.joined(separator: " ")
        var rest = all[...]
        for sentence in made.summary.split(separator: ". ") {
            let range = try #require(rest.firstRange(of: sentence))
            rest = rest[range.upperBound...]
        }
        #expect(made.title == "I booked the train to Lisbon for Friday")
    }

    @Test(arguments: [[], [""], ["   ", ""]])
    func `says nothing of nothing`(_ texts: [String]) {
        #expect(ExtractiveSummary(of: texts) == nil)
    }

    @Test(arguments: ["Okay.", "今日は会議があります。", "Yeah. Mhm. Right."])
    func `has a title even for little`(_ text: String) throws {
        let made = try #require(ExtractiveSummary(of: [text]))
        #expect(made.title?.isEmpty == false && !made.summary.isEmpty)
    }

    @Test func `keeps names as they were said`() throws {
        let made = try #require(ExtractiveSummary(of: ["i met Anna from NASA."]))
        #expect(made.title == "I met Anna from NASA")
    }

    @Test func `stays short however long the conversation`() throws {
        let made = try #require(
            ExtractiveSummary(of: (0..<20_000).map { "Sentence number \($0) speaks of apples and of pears and of nothing else." }))
        let title = try #require(made.title)
        #expect(made.summary.count <= 600 && title.count <= 60 && !title.isEmpty)
    }

    @Test func `knows sentences of scripts without spaces, and has a short title of them`() throws {
        let made = try #require(ExtractiveSummary(of: ["今天天气很好。我们去公园走走吧！", "你说：“好的。”然后他走了。", String(repeating: "อากาศดีมาก", count: 200)]))
        #expect(made.summary.count <= 600)
        let title = try #require(made.title)
        #expect(title.count <= 60 && !title.isEmpty)
        let short = try #require(ExtractiveSummary(of: ["今天天气很好。我们去公园走走吧！"]))
        #expect(short.summary == "今天天气很好。我们去公园走走吧！")
        #expect(["今天天气很好", "我们去公园走走吧！"].contains(short.title))
    }
}

@Suite("Windows of meaning") struct MeaningWindowTests {
    @Test(arguments: [1, 2, 7, 40])
    func `hold every segment, in order`(_ count: Int) {
        let segments = (0..<count).map { index in
            Segment(
                id: ID("\(index)"), text: String(repeating: "word ", count: 5 + index % 30), start: .seconds(index), end: .seconds(index + 1))
        }
        let windows = MeaningWindow.windows(of: segments)
        #expect(Set(windows.flatMap(\.segments)) == Set(segments.map(\.id)))
        #expect(windows.allSatisfy { !$0.text.isEmpty && $0.start < $0.end })
        #expect(zip(windows, windows.dropFirst()).allSatisfy { $0.start < $1.start })
    }
}
