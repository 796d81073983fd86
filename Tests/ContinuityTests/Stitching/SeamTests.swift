import Continuity
import Speech
import Testing

@Suite struct `A seam` {
    /// Words and their times, in milliseconds: `"no 0-300"`.
    private func words(_ script: [String]) -> [Word] {
        script.map { line in
            let parts = line.split(separator: " "), times = parts[1].split(separator: "-").map { Int64($0)! }
            return Word(
                String(parts[0]),
                SampleRange(SampleIndex(milliseconds: times[0], at: .speech), SampleIndex(milliseconds: times[1], at: .speech)), confidence: 1)
        }
    }

    private func remembered(_ script: [String]) -> [RememberedWord] { words(script).map { RememberedWord($0) } }

    private func fresh(_ words: [Word], after tail: [Word], through end: SampleIndex, _ context: ComparisonContext) -> [Word] {
        Seam.fresh(words, after: tail.map { RememberedWord($0) }, through: end, context)
    }

    private func fresh(_ script: [String], after tail: [String], through end: Int64, from origin: Int64? = nil, having earlier: [String] = [])
        -> [String]
    {
        let context = ComparisonContext(
            rate: .speech, origin: origin.map { SampleIndex(milliseconds: $0, at: .speech) }, earlier: remembered(earlier))
        return fresh(words(script), after: words(tail), through: SampleIndex(milliseconds: end, at: .speech), context).map(\.text)
    }

    @Test func `keeps what lies behind`() {
        #expect(fresh(["and 1300-1500", "then 1500-1800"], after: ["one 500-900"], through: 1_000) == ["and", "then"])
    }

    @Test func `leaves out what was said again, whatever its times`() {
        let tail = ["the 100-250", "quick 250-600", "brown 600-1000"]
        for shift in [-150, -80, 0, 80, 150] {
            let again = [("quick", 250, 600), ("brown", 600, 1_000), ("fox", 1_000, 1_400)].map { "\($0) \($1 + shift)-\($2 + shift)" }
            #expect(fresh(again, after: tail, through: 1_000) == ["fox"], "shifted by \(shift) ms")
        }
    }

    @Test func `tells a repeated word from one that is said again`() {
        let tail = ["no 0-300", "no 300-600"]
        for shift in [-120, -60, 0, 60, 120] {
            let again = [(300, 600), (600, 900)].map { "no \($0 + shift)-\($1 + shift)" }
            #expect(fresh(again, after: tail, through: 600) == ["no"], "shifted by \(shift) ms")
        }
    }

    @Test func `knows a word in another spelling`() {
        #expect(fresh(["twenty 0-300", "five 300-600", "people 600-900"], after: ["25 0-600"], through: 600) == ["people"])
        #expect(fresh(["25 0-600", "people 600-900"], after: ["twenty 0-300", "five 300-600"], through: 600) == ["people"])
        #expect(fresh(["cannot 100-500", "go 500-800"], after: ["I 0-100", "can 100-300", "not 300-500"], through: 500) == ["go"])
        #expect(
            fresh(["Okay, 0-300", "25% 300-900", "more 900-1200"], after: ["ok 0-300", "twenty-five 300-700", "percent 700-900"], through: 900) == [
                "more"
            ])
    }

    @Test func `knows what one writes as one word and the other as two, whatever it is`() {
        #expect(fresh(["web 0-200", "site 200-500", "down 500-800"], after: ["website 0-500"], through: 450) == ["down"])
        #expect(fresh(["e-mail 0-450", "me 450-600"], after: ["email 0-450"], through: 450) == ["me"])
        #expect(fresh(["maybe 0-400", "so 400-600"], after: ["may 0-180", "be 180-330"], through: 330) == ["so"])
    }

    @Test func `compares together what an engine says in several finals`() {
        // The last of three "no" is late by its times; alone it might be a fourth.
        let tail = ["not 0-300", "no 400-550", "no 550-700", "no 700-800"]
        #expect(fresh(["no 810-900", "yes 1200-1500"], after: tail, through: 800, having: ["not 100-400", "no 480-640", "no 660-800"]) == ["yes"])
        #expect(fresh(["no 480-640", "no 660-810"], after: tail, through: 800, having: ["not 100-400", "no 480-640"]) == [], "said again")
    }

    @Test func `knows what an engine must have heard`() {
        #expect(fresh(["one 956-1127", "over 1127-1500"], after: ["one 858-933"], through: 933, from: 700) == ["over"])
        #expect(fresh(["one 956-1127", "over 1127-1500"], after: ["one 858-933"], through: 933, from: 940) == ["one", "over"])
    }

    @Test func `parts a number from a word that was heard in place of its first part`() {
        #expect(fresh(["25 0-580", "people 600-900"], after: ["nation 0-290"], through: 310) == ["five", "people"])
    }

    @Test func `parts a number between the words that it stands for`() {
        #expect(fresh(["98. 0-600", "yes 600-900"], after: ["ninety 0-320"], through: 320) == ["eight.", "yes"])
        #expect(fresh(["cannot 100-500", "go 500-800"], after: ["I 0-100", "can 100-300"], through: 300) == ["not", "go"])
        #expect(fresh(["everyone 0-400", "yes 600-900"], after: ["every 0-200"], through: 200) == ["one", "yes"])
    }

    @Test func `parts what one writes as one word and the other as two where it lies between them`() {
        #expect(fresh(["into 100-500", "it 500-800"], after: ["in 100-250"], through: 250) == ["to", "it"])
        #expect(fresh(["to 300-500", "it 500-800"], after: ["into 100-500"], through: 500, from: 280) == ["it"])
        #expect(fresh(["today 300-700", "it 700-800"], after: ["to 100-250"], through: 250, from: 260) == ["today", "it"], "said behind it")
    }

    @Test func `takes another word at the same place for the same`() {
        #expect(fresh(["won 520-880", "two 1000-1300"], after: ["one 500-900"], through: 900) == ["two"])
    }

    @Test func `keeps a short word that begins a little early`() {
        #expect(fresh(["one 480-850", "a 840-930", "dog 950-1300"], after: ["one 500-900"], through: 900) == ["a", "dog"])
        #expect(fresh(["a 840-930", "dog 950-1300"], after: [], through: 900) == ["a", "dog"], "behind a silence")
    }

    @Test func `leaves out the end of a word where its audio begins`() {
        // "Everyone" is said, and its end is heard as another word.
        #expect(fresh(["one 1000-1190", "station 1526-1817"], after: ["everyone 379-1119"], through: 1_119, from: 1_000) == ["station"])
        // What begins later is a word of its own.
        #expect(fresh(["one 1060-1300", "station 1526-1817"], after: ["all 379-900"], through: 1_119, from: 1_000) == ["one", "station"])
    }

    @Test func `knows the end of a word by where that lies in it`() {
        // Who began within "weekend" hears "end", far from the middle of the whole.
        #expect(fresh(["end 824-985", "online 1066-1548"], after: ["weekend 139-985"], through: 985, from: 653) == ["online"])
        // Who began behind its middle, too, where one says that it ended earlier than the other does.
        #expect(fresh(["end 2284-2304"], after: ["weekend 1709-2246"], through: 2_246, from: 2_016) == [])
        #expect(fresh(["end 2284-2304"], after: ["weekend 1709-2246"], through: 2_246, from: 2_200) == ["end"], "said again")
    }

    @Test func `leaves out a long past`() {
        let past = (0..<200).map { "w\($0) \($0 * 300)-\($0 * 300 + 250)" }
        let again = (0..<210).map { "w\($0) \($0 * 300 + 40)-\($0 * 300 + 290)" }
        #expect(fresh(again, after: Array(past.suffix(24)), through: 60_000).first == "w200")
    }

    @Test func `leaves out what it has no text for by its time`() {
        #expect(fresh(["far 0-300", "gone 300-600", "new 2000-2300"], after: [], through: 1_900) == ["new"])
    }

    // MARK: - Who gives no times

    private func at(_ milliseconds: Int64) -> SampleIndex { SampleIndex(milliseconds: milliseconds, at: .speech) }

    @Test func `leaves words without times that seem to lie in a gap to its repair`() {
        let tail = words(["one 1720-1892", "river 6203-6380", "don't 6380-6630"])
        let said = words(["river 5620-5872", "don't 5872-6125", "river 6125-6378", "don't 6378-6630"])
        var context = ComparisonContext(rate: .speech, origin: at(5_620), hasTimes: false)
        context.gap = SampleRange(at(1_892), at(6_100))
        #expect(fresh(said, after: tail, through: at(6_630), context).isEmpty)
        #expect(fresh(words(["house 6700-7140"]), after: tail, through: at(6_630), context).map(\.text) == ["house"])
    }

    @Test func `takes a word that lies behind what is committed for a new one`() {
        let context = ComparisonContext(rate: .speech, hasTimes: true, others: false)
        let tail = words(["her 3100-3500", "yeah 3532-3572"])
        #expect(fresh(words(["yeah 4810-4955", "yeah 4955-5251"]), after: tail, through: at(4_005), context).count == 2)
        #expect(fresh(words(["her 2700-2800", "yeah 3300-3500"]), after: tail, through: at(4_005), context).isEmpty)
    }

    @Test func `takes nothing for said before that its engine heard after its last final`() {
        let tail = words(["morning 5561-5833", "then 5835-6296", "so 6296-6569", "then 6569-7084", "so 7084-7250"])
        let earlier = remembered(["morning 5320-5882", "nation 5882-6373", "their 6373-6795", "then 6795-7146", "so 7146-7357"])
        var context = ComparisonContext(rate: .speech, origin: at(5_320), earlier: earlier, hasTimes: false)
        context.finalStart = at(7_357)
        #expect(fresh(words(["then 7944-8143", "over 8143-8342"]), after: tail, through: at(7_250), context).map(\.text) == ["then", "over"])
    }

    @Test func `takes a word for the end of another only where its audio began before that was over`() {
        var context = ComparisonContext(rate: .speech, origin: at(10_010), hasTimes: false, others: false)
        let tail = words(["nation 9827-10010"])
        let said = words(["on 10873-11038", "line 11038-11314", "nothing 11314-11755"])
        #expect(fresh(said, after: tail, through: at(10_010), context).map(\.text) == ["on", "line", "nothing"])
        context.origin = at(9_920)
        #expect(fresh(said, after: tail, through: at(10_010), context).map(\.text) == ["line", "nothing"])
    }

    @Test func `knows a word of which its engine heard no more than the end`() {
        let context = ComparisonContext(rate: .speech, origin: at(12_700), hasTimes: false)
        let tail = words(["yeah 12371-12518", "coffee 12548-12735"])
        let said = words(["coffee 12700-12980", "seven 12980-13210", "the 13210-13360"])
        #expect(fresh(said, after: tail, through: at(12_735), context).map(\.text) == ["seven", "the"])
    }

    @Test func `knows a word without a time, however far from its place it seems to lie`() {
        let context = ComparisonContext(rate: .speech, origin: at(4_160), hasTimes: false)
        #expect(fresh(words(["two 18193-18286"]), after: words(["two 4652-4672"]), through: at(4_672), context).isEmpty)
    }

    @Test func `takes a word for the end of another that only seems to begin behind the place where its audio did`() {
        let context = ComparisonContext(rate: .speech, origin: at(600), hasTimes: true, others: false)
        let said = words(["port 862-1322", "on 1322-1482"])
        #expect(fresh(said, after: words(["airport 862-1322"]), through: at(1_322), context).map(\.text) == ["on"])
    }

    @Test func `knows each of two words without times that are the same, however far from their places they seem to lie`() {
        let context = ComparisonContext(rate: .speech, origin: at(800), hasTimes: false)
        let tail = words(["the 1576-1680", "the 2214-2377"])
        #expect(fresh(words(["the 800-7335", "the 7335-13870"]), after: tail, through: at(2_377), context).isEmpty)
    }

    @Test func `knows words without times in a final that lasts longer than they may be wrong`() {
        let tail = words(["tell 0-1180", "river 2125-2394"])
        let context = ComparisonContext(rate: .speech, origin: at(800), hasTimes: false)
        #expect(fresh(words(["tell 800-6019", "river 6019-12281"]), after: tail, through: at(2_394), context).isEmpty)
    }

    @Test func `takes an engine that began within what another said for one that heard its end`() {
        // “A over river” and, from within it, “river over river”.
        let context = ComparisonContext(rate: .speech, origin: at(4_600), hasTimes: false, others: false)
        let tail = words(["a 4166-4356", "over 4356-4830", "river 4830-5400"])
        let said = words(["river 4689-5135", "over 5135-5508", "river 5508-5955"])
        #expect(fresh(said, after: tail, through: at(5_400), context).map(\.text) == ["over", "river"])
    }

    @Test func `knows the words behind one that was misheard among them`() {
        let context = ComparisonContext(rate: .speech, origin: .zero, hasTimes: false)
        let tail = words(["nothing 13961-14292", "again 14322-14570", "it 14823-15163", "under 15353-15555", "a 15617-15717"])
        let said = words(["nothing 13961-14459", "again 14459-14832", "under 14832-15205", "under 15353-15726", "a 15726-15939", "to 16069-16540"])
        #expect(fresh(said, after: tail, through: at(15_800), context).map(\.text) == ["to"])
    }

    @Test func `leaves nothing to a gap's repair that was said behind a word that stands behind the gap`() {
        var context = ComparisonContext(rate: .speech, origin: .zero, hasTimes: false)
        context.gap = SampleRange(.zero, at(1_004))
        let said = words(["so 0-491", "house 491-1472", "again 1472-2453"])
        #expect(fresh(said, after: words(["so 1344-1438"]), through: at(1_438), context).map(\.text) == ["house", "again"])
    }

    @Test func `leaves nothing to a gap's repair between words that were heard in the gap`() {
        var context = ComparisonContext(rate: .speech, origin: .zero, hasTimes: false)
        context.gap = SampleRange(.zero, at(1_100))
        let heard = words(["under 300-752", "no 752-1022", "no 1022-1161", "no 1161-1184"])
        let said = words(["two 0-384", "under 384-570", "no 570-897", "no 820-989", "no 990-1161", "no 1161-1332", "no 1756-1835"])
        #expect(fresh(said, after: heard, through: at(1_184), context).map(\.text) == ["no", "no"])
    }

    @Test func `holds it against words without times once that they seem to lie early`() {
        var context = ComparisonContext(rate: .speech, origin: at(640), hasTimes: false)
        context.gap = SampleRange(at(971), at(2_000))
        let said = words(["five 971-1179", "twenty 1179-1334", "two 1334-1490", "go 1490-1801", "go 1801-2113", "again 2113-2839"])
        #expect(fresh(said, after: words(["two 1909-2120"]), through: at(2_120), context).map(\.text) == ["go", "go", "again"])
    }

    @Test func `knows a word without a time up to the end of the final in which it was said`() {
        var context = ComparisonContext(rate: .speech, origin: at(832), others: false)
        let tail = words(["five 0-809"]), said = words(["five 1032-1219", "okay 1219-1677"])
        context.othersThrough = at(1_219)
        #expect(fresh(said, after: tail, through: at(1_032), context).map(\.text) == ["okay"])
        context.othersThrough = at(809)
        #expect(fresh(said, after: tail, through: at(1_032), context).map(\.text) == ["five", "okay"])
    }

    @Test func `takes what an engine heard that began in the silence behind the last word for new`() {
        var context = ComparisonContext(rate: .speech, origin: at(5_719), hasTimes: false, others: false)
        let tail = words(["seven 4990-5387", "very 5387-5719"]), said = words(["very 5780-5980"])
        #expect(fresh(said, after: tail, through: at(5_880), context).isEmpty)
        context.isBehind = true
        #expect(fresh(said, after: tail, through: at(5_880), context).map(\.text) == ["very"])
    }

    @Test func `knows a word that one's end and the other's beginning cut`() {
        var context = ComparisonContext(rate: .speech, origin: at(5_760), hasTimes: false, others: false)
        let tail = words(["seven 5023-5265", "it's 5265-5750"]), said = words(["it's 5760-6070", "go 6070-6256"])
        #expect(fresh(said, after: tail, through: at(5_750), context).map(\.text) == ["it's", "go"])
        context.isCutOff = true
        #expect(fresh(said, after: tail, through: at(5_750), context).map(\.text) == ["go"])
    }

    @Test func `compares a word of which only the end is known with where others end`() {
        let tail = ["yeah 1785-1785", "yeah 2250-2250", "yeah 3011-3011"]
        let said = ["yeah 1853-2250", "yeah 2255-3011", "yeah 3011-3860"]
        #expect(fresh(said, after: tail, through: 3_011, from: 1_440) == ["yeah"])
    }

    @Test func `takes words without times for new that seem to lie behind all that is committed`() {
        let context = ComparisonContext(rate: .speech, origin: at(3_422), hasTimes: false, others: false)
        let tail = words(["port 2797-3202", "air 3202-3422", "port 3695-4100"]), said = words(["port 3590-3912", "air 3912-4180", "port 4265-4800"])
        #expect(fresh(said, after: tail, through: at(4_100), context).map(\.text) == ["air", "port"])
    }

    @Test func `knows words without times from further off only where nobody says where they lie`() {
        var context = ComparisonContext(rate: .speech, origin: at(2_560), hasTimes: false)
        context.gap = SampleRange(.zero, at(4_043))
        let tail = words(["a 3243-3447", "please 3447-3757", "under 3778-4200"])
        let said = words([
            "under 2560-2947", "a 2947-3077", "please 3077-3529", "under 3529-3982", "a 3982-4111", "please 4611-4967", "under 4967-5420",
        ])
        #expect(fresh(said, after: tail, through: at(4_200), context).map(\.text) == ["a", "please", "under"])
    }

    @Test func `knows what somebody who speaks fast has said, without times`() {
        let context = ComparisonContext(rate: .speech, origin: at(2_665), hasTimes: false, others: false)
        let tail = words(["seven 1812-1900", "nothing 1900-2196", "bye 2196-2432", "bye 2432-2669", "bye 2669-2905", "bye 2905-3201"])
        let said = words(["nothing 2665-2794", "bye 2794-2897", "bye 2897-3001", "bye 3001-3104", "bye 3104-3234"])
        #expect(fresh(said, after: tail, through: at(3_201), context).isEmpty)
    }

    @Test func `knows the first half of a word that the other has whole`() {
        let context = ComparisonContext(rate: .speech, origin: .zero, others: false)
        #expect(fresh(words(["week 1929-1929"]), after: words(["weekend 1490-2070"]), through: at(2_070), context).isEmpty)
    }

    @Test func `misses nothing in a final that was said behind the end of that`() {
        var context = ComparisonContext(rate: .speech, origin: at(3_874), others: false)
        let tail = words([
            "no 3334-3496", "no 3496-3658", "don't 4074-4316", "nothing 4316-4747", "one 5606-5821", "no 5821-5983", "no 5983-6145",
            "no 6145-6307", "again 6307-6631", "a 6631-6739", "nothing 6739-7171", "a 7171-7279", "nothing 7279-7710", "okay 7710-7980",
            "can 7980-8224", "not 8224-8468",
        ])
        let said = words(["don't 4074-4375", "nothing 4375-4748"])
        #expect(fresh(said, after: tail, through: at(8_468), context).map(\.text) == ["hing"])
        context.finalEnd = at(4_748)
        #expect(fresh(said, after: tail, through: at(8_468), context).isEmpty)
    }

    @Test func `takes the other half of a number for new where what is committed only seems to last as long`() {
        // Of "under wait thirty", in a final that was cut within "five", nobody said where it lies.
        let context = ComparisonContext(rate: .speech, origin: .zero, others: false)
        let tail = words(["under 2507-2653", "wait 2880-3388", "thirty 3388-4100"])
        #expect(fresh(words(["wait 2880-3381", "35 3503-3919"]), after: tail, through: at(4_100), context).map(\.text) == ["five"])
    }

    @Test func `takes a word without a length for new only behind the last one of its engine`() {
        let tail = ["no 777-955"]
        #expect(fresh(["all 1000-1000"], after: tail, through: 955, having: ["no 758-1000"]) == ["all"])
        #expect(fresh(["all 1000-1000"], after: tail, through: 955, having: ["no 758-1000", "all 1000-1000"]) == [])
    }
}
