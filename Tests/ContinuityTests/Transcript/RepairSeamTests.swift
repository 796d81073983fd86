import Continuity
import Speech
import Testing

@Suite struct `A repair's seams` {
    private func at(_ milliseconds: Int64) -> SampleIndex { SampleIndex(milliseconds: milliseconds, at: .speech) }

    private func range(_ start: Int64, _ end: Int64) -> SampleRange { SampleRange(at(start), at(end)) }

    /// Words and their times, in milliseconds: `"no 0-300"`.
    private func words(_ script: [String]) -> [Word] {
        script.map { line in
            let parts = line.split(separator: " "), times = parts[1].split(separator: "-").map { Int64($0)! }
            return Word(String(parts[0]), range(times[0], times[1]), confidence: 1)
        }
    }

    @Test func `leave out two words that are written as one behind its range`() {
        let inside = RepairSeam.unsettled(
            words(["then 14249-14467", "week 14467-14732", "end 14866-15042"]), of: range(14_467, 14_800), heard: range(8_640, 15_200),
            before: words(["then 14249-14467"]), after: words(["weekend 14521-15042"]), rate: .speech)
        #expect(inside.map(\.text) == [])
    }

    @Test func `leave out a word that is written as two behind its range`() {
        let inside = RepairSeam.unsettled(
            words(["please 2938-3166", "into 4301-4704"]), of: range(0, 4_500), heard: range(640, 4_892), before: [],
            after: words(["in 4301-4404", "to 4521-4704"]), rate: .speech)
        #expect(inside.map(\.text) == ["please"])
    }

    @Test func `are found beside a word that the end of the audio cuts, and that is heard as another`() {
        let inside = RepairSeam.unsettled(
            words(["please 1123-1425", "there 1488-1929", "weight 2020-2100"]), of: range(995, 2_100), heard: range(320, 2_100),
            known: range(0, 2_163), before: [], after: words(["there 1300-1817", "and 1817-2163"]), rate: .speech, endsInSpeech: true,
            others: false)
        #expect(inside.map(\.text) == ["please"])
    }

    @Test func `are not looked for behind another gap`() {
        // Behind 8.534 nothing is settled.
        let heard = words([
            "two 4792-4994", "two 6736-6968", "go 7037-7260", "it's 7260-7758", "morning 7758-8052", "I 8191-8316", "I 8316-8534", "I 8534-8791",
            "I 8791-8935",
        ])
        let inside = RepairSeam.unsettled(
            heard, of: range(4_666, 8_000), heard: range(3_210, 8_935), known: range(0, 8_534), before: words(["forty 4270-4666"]),
            after: words(["it's 7200-7592", "morning 7592-8220", "I 8220-8377", "I 8377-8534"]), rate: .speech, others: false)
        #expect(inside.map(\.text) == ["two", "two", "go"])
    }

    @Test func `are not looked for before another gap`() {
        // Its engine gives no word times: “yes five two wait” lies in the gap before.
        let heard = words([
            "yes 1441-1950", "five 1950-2500", "two 2500-2950", "wait 2950-3230", "tell 3230-3500", "the 3500-3700", "tell 3700-3900",
            "thirty 3900-4150",
        ])
        let inside = RepairSeam.unsettled(
            heard, of: range(2_990, 7_000), heard: range(1_440, 7_188), known: range(2_500, 7_000),
            before: words(["tell 2394-2790", "the 2808-2990"]), after: [], rate: .speech, hasTimes: false)
        #expect(inside.map(\.text) == ["tell", "thirty"])
    }

    @Test func `keep what was committed in its order, wherever its words seem to lie`() {
        // "yeah" is said behind "end" by an engine that does not say where.
        let committed = words(["end 1506-1620", "yeah 963-2167"])
        #expect(RepairSeam.ordered(committed, with: words(["well 2300-2500", "so 300-500"])).map(\.text) == ["so", "end", "yeah", "well"])
        let inside = RepairSeam.unsettled(
            words(["end 0-963", "yeah 963-2167"]), of: range(0, 1_100), heard: range(0, 2_167), known: range(0, 2_167), before: [],
            after: RepairSeam.ordered(committed, with: []), rate: .speech, hasTimes: false, others: false)
        #expect(inside.isEmpty)
    }

    @Test func `leave what follows all that is settled behind its range to the next gap`() {
        // Behind "it's" there is another gap, in which "her" is said.
        let inside = RepairSeam.unsettled(
            words(["it's 0-1841", "her 1841-3314"]), of: range(0, 3_020), heard: range(0, 3_480), known: range(0, 3_036), before: [],
            after: words(["it's 2220-3036"]), rate: .speech, hasTimes: false, others: false)
        #expect(inside.isEmpty)
    }

    @Test func `leave out what stands behind its range, where that seems to lie behind the end of its audio`() {
        // Its audio ends within the second "into", of which nobody said where it lies.
        let inside = RepairSeam.unsettled(
            words(["note 230-437", "online 2276-2850", "into 2850-3420", "in 3420-3898"]), of: range(3_093, 3_300), heard: range(0, 3_898),
            known: range(0, 4_502), before: words(["note 230-437", "on 2276-2536", "line 2600-3093"]),
            after: words(["into 3300-3422", "into 3904-4093"]), rate: .speech, hasTimes: false, others: false)
        #expect(inside.isEmpty)
    }
}
