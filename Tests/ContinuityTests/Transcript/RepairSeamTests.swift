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

    private func settled(_ script: [String]) -> [RememberedWord] { words(script).map { RememberedWord($0) } }

    /// What mended another gap, of which the last word may be cut.
    private func mended(_ script: [String], isCut: Bool = false) -> [RememberedWord] {
        let words = words(script)
        return words.enumerated().map {
            RememberedWord($1, mendedBy: EngineName("repairer"), hasTimes: true, isCut: isCut && $0 == words.count - 1)
        }
    }

    @Test func `leave out two words that are written as one behind its range`() {
        let inside = RepairSeam.unsettled(
            words(["then 14249-14467", "week 14467-14732", "end 14866-15042"]), of: range(14_467, 14_800), heard: range(8_640, 15_200),
            before: settled(["then 14249-14467"]), after: settled(["weekend 14521-15042"]), rate: .speech)
        #expect(inside.map(\.text) == [])
    }

    @Test func `leave out a word that is written as two behind its range`() {
        let inside = RepairSeam.unsettled(
            words(["please 2938-3166", "into 4301-4704"]), of: range(0, 4_500), heard: range(640, 4_892), before: [],
            after: settled(["in 4301-4404", "to 4521-4704"]), rate: .speech)
        #expect(inside.map(\.text) == ["please"])
    }

    @Test func `are found beside a word that the end of the audio cuts, and that is heard as another`() {
        let inside = RepairSeam.unsettled(
            words(["please 1123-1425", "there 1488-1929", "weight 2020-2100"]), of: range(995, 2_100), heard: range(320, 2_100),
            known: range(0, 2_163), before: [], after: settled(["there 1300-1817", "and 1817-2163"]), rate: .speech, endsInSpeech: true,
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
            heard, of: range(4_666, 8_000), heard: range(3_210, 8_935), known: range(0, 8_534), before: settled(["forty 4270-4666"]),
            after: settled(["it's 7200-7592", "morning 7592-8220", "I 8220-8377", "I 8377-8534"]), rate: .speech, others: false)
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
            before: settled(["tell 2394-2790", "the 2808-2990"]), after: [], rate: .speech, hasTimes: false)
        #expect(inside.map(\.text) == ["tell", "thirty"])
    }

    @Test func `keep what was committed in its order, wherever its words seem to lie`() {
        // "yeah" is said behind "end" by an engine that does not say where.
        let committed = words(["end 1506-1620", "yeah 963-2167"])
        #expect(RepairSeam.ordered(committed, with: mended(["well 2300-2500", "so 300-500"])).map(\.word.text) == ["so", "end", "yeah", "well"])
        let inside = RepairSeam.unsettled(
            words(["end 0-963", "yeah 963-2167"]), of: range(0, 1_100), heard: range(0, 2_167), known: range(0, 2_167), before: [],
            after: RepairSeam.ordered(committed, with: []), rate: .speech, hasTimes: false, others: false)
        #expect(inside.isEmpty)
    }

    @Test func `leave what follows all that is settled behind its range to the next gap`() {
        // Behind "it's" there is another gap, in which "her" is said.
        let inside = RepairSeam.unsettled(
            words(["it's 0-1841", "her 1841-3314"]), of: range(0, 3_020), heard: range(0, 3_480), known: range(0, 3_036), before: [],
            after: settled(["it's 2220-3036"]), rate: .speech, hasTimes: false, others: false)
        #expect(inside.isEmpty)
    }

    @Test func `leave out what stands behind its range, where that seems to lie behind the end of its audio`() {
        // Its audio ends within the second "into", of which nobody said where it lies.
        let inside = RepairSeam.unsettled(
            words(["note 230-437", "online 2276-2850", "into 2850-3420", "in 3420-3898"]), of: range(3_093, 3_300), heard: range(0, 3_898),
            known: range(0, 4_502), before: settled(["note 230-437", "on 2276-2536", "line 2600-3093"]),
            after: settled(["into 3300-3422", "into 3904-4093"]), rate: .speech, hasTimes: false, others: false)
        #expect(inside.isEmpty)
    }

    @Test func `keep what mended a gap before what is committed behind it, though that seems to begin earlier`() {
        let committed = words(["one 3723-3956", "48 6000-6857"])
        #expect(RepairSeam.ordered(committed, with: mended(["in 6112-6399", "to 6399-6685"])).map(\.word.text) == ["one", "in", "to", "48"])
    }

    @Test func `leave out what mended the gap before, wherever words lie that were committed before that`() {
        // Of "a ninety one" nobody said where it lies.
        let inside = RepairSeam.unsettled(
            words(["a 12259-12495", "very 12495-12864", "very 12864-12952", "window 13000-13610"]), of: range(13_200, 15_000),
            heard: range(11_840, 15_188), known: range(13_200, 15_000),
            before: settled(["a 9116-9230", "ninety 9230-9628", "one 9628-9856"])
                + mended(["a 12125-12313", "very 12313-12769", "very 12769-12894", "window 12894-13494"]),
            after: [], rate: .speech, others: false, othersThrough: at(9_856))
        #expect(inside.isEmpty)
    }

    @Test func `leave out a word of which the end of another repair's audio left a part, heard as another`() {
        let inside = RepairSeam.unsettled(
            words(["one 2064-2279", "I 2316-2443", "the 2443-2691", "I 2797-2915", "the 2938-3185", "I 3185-3341"]), of: range(3_000, 5_595),
            heard: range(1_280, 5_783), known: range(3_000, 5_595),
            before: settled(["one 2015-2300", "I 2300-2443"]) + mended(["the 2443-2691", "I 2797-2915", "their 2938-3000"], isCut: true),
            after: [], rate: .speech, others: false, othersThrough: at(2_443))
        #expect(inside.map(\.text) == ["I"])
    }

    @Test func `leave to another gap what lies between words that stand behind`() {
        let inside = RepairSeam.unsettled(
            words(["we 892-1130", "morning 3313-3698", "nothing 3698-3963", "thirty 3996-4229", "five 4237-4641"]), of: range(760, 3_840),
            heard: range(800, 4_949), known: range(0, 5_171), before: [], after: settled(["nothing 3926-3984", "bye 4949-5171"]), rate: .speech,
            gaps: [range(3_984, 4_764)])
        #expect(inside.map(\.text) == ["we", "morning"])
    }

    @Test func `leave out what stands behind, and no word that was over only behind the final in which that was said`() {
        // Which "okay" was said with "so" in a final that ends at 2.541?
        let inside = RepairSeam.unsettled(
            words(["don't 1177-1690", "okay 1740-2030", "so 2132-2226", "okay 2229-2744", "well 2744-2961"]), of: range(0, 2_500),
            heard: range(960, 3_000), known: range(0, 2_541), before: [], after: settled(["okay 1700-2200", "so 2200-2541"]), rate: .speech,
            endsInSpeech: true, others: false)
        #expect(inside.map(\.text) == ["don't"])
    }
}
